"""What a document may ask for, counted before anything runs.

Everything is counted over the document as it would be executed: a fragment counts each time it is
spread, and is measured once, so that fragments within fragments cannot make the count itself slow.
A document costs what it may answer and what it asks of PostgreSQL. A list answers what one element does,
times its page size or else times its bound (`LIST_LENGTHS`): the most it may hold, not what it usually does;
a document that may answer too much is refused. What is asked is `api.weights`, once for each place in the
document (lists ask for all their elements at once): it is paid from the minute's budget (`api.budget`).
These limits run before the rules
of the specification, some of which are quadratic in the number of fragments: how many there are is
bounded first of all, by a walk that looks at each part of the document once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
)

from api.list_lengths import LIST_LENGTHS
from api.refusals import Refused
from api.weights import MICROSECONDS, weight_of

MAX_BODY_BYTES = 100_000
MAX_QUERY_CHARACTERS = 50_000
MAX_TOKENS = 3_000
MAX_DEPTH = 12
MAX_ALIASES = 30
MAX_DIRECTIVES = 20
MAX_DUPLICATES = 10
MAX_ROOT_FIELDS = 10
MAX_FRAGMENTS = 40
MAX_SELECTIONS = 1_000
MAX_OPERATIONS = 20
MAX_VARIABLES = 100
MAX_ELEMENTS = 20_000
MAX_EXPORT_ELEMENTS = 60_000
MAX_PAGE = 100
MAX_EXPORT_PAGE = 500
DEFAULT_PAGE = 20
# What machines read by longer pages. A document that asks for nothing else may cost more.
EXPORTS = frozenset({"exportPupils", "exportInvoices"})
MUTATION_COST = 50
INTROSPECTION_COST = 1_000
INTROSPECTION_ROOTS = frozenset({"__schema", "__type", "_service"})


@dataclasses.dataclass(slots=True)
class Measures:
    """What a part of a document adds up to."""

    depth: int = 0
    elements: int = 0
    microseconds: int = 0  # of PostgreSQL
    fields: int = 0  # at the level of the part itself, fragments opened
    aliases: int = 0
    directives: int = 0
    duplicates: int = 0
    introspects: bool = False

    @property
    def cost(self) -> int:
        """One for each element, and one for each five microseconds of PostgreSQL."""
        return self.elements + self.microseconds // MICROSECONDS

    def add(self, other: Measures, *, times: int = 1) -> None:
        self.depth = max(self.depth, other.depth)
        self.elements += other.elements * times
        self.microseconds += other.microseconds
        self.fields += other.fields
        self.aliases += other.aliases
        self.directives += other.directives
        self.duplicates += other.duplicates
        self.introspects = self.introspects or other.introspects


class Meter:
    """Measure the operations of one document against one schema."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None
    ) -> None:
        self.schema = schema
        self.variables = variables or {}
        self.varies = False  # a page size comes from a variable
        self.bad_pages: list[FieldNode] = []
        self.fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Measures | None] = {}
        self._defaults: dict[str, ValueNode] = {}

    def operation(self, node: OperationDefinitionNode) -> Measures:
        """The whole of an operation."""
        self._known = {}  # the same fragment costs otherwise with the defaults of another operation
        self._defaults = {
            one.variable.name.value: one.default_value
            for one in node.variable_definitions
            if one.default_value is not None
        }
        root = self.schema.get_root_type(node.operation)
        measures = self._selections(node.selection_set, root)
        measures.directives += len(node.directives)
        if node.operation is OperationType.MUTATION:
            measures.elements += MUTATION_COST * measures.fields
        return measures

    def _selections(self, node: SelectionSetNode | None, parent: Any) -> Measures:
        total = Measures()
        if node is None:
            return total
        keys: set[str] = set()
        for selection in node.selections:
            total.directives += len(selection.directives)
            if isinstance(selection, FieldNode):
                key = (selection.alias or selection.name).value
                total.duplicates += key in keys
                keys.add(key)
                total.add(self._field(selection, parent))
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = (
                    self.schema.get_type(condition.name.value) if condition is not None else parent
                )
                total.add(self._selections(selection.selection_set, inner))
            elif isinstance(selection, FragmentSpreadNode):
                total.add(self._fragment(selection.name.value))
        return total

    def _fragment(self, name: str) -> Measures:
        if name in self._known:
            return self._known[name] or Measures()  # None: a cycle, refused by the specification
        definition = self.fragments.get(name)
        if definition is None:
            return Measures()
        self._known[name] = None
        parent = self.schema.get_type(definition.type_condition.name.value)
        measures = self._selections(definition.selection_set, parent)
        measures.directives += len(definition.directives)
        self._known[name] = measures
        return measures

    def _field(self, node: FieldNode, parent: Any) -> Measures:
        name = node.name.value
        field = (getattr(parent, "fields", None) or {}).get(name)
        if name in INTROSPECTION_ROOTS:
            return self._introspection(node)
        kind = get_nullable_type(field.type) if field else None
        inner = self._selections(node.selection_set, get_named_type(kind) if kind else None)
        times = 1
        if field is not None and "first" in field.args:
            times = self._page(node)
        elif field is not None and "representations" in field.args:
            times = self._representations(node)
        elif isinstance(kind, GraphQLList) and name not in ("edges", "nodes"):
            times = LIST_LENGTHS.get(f"{parent.name}.{name}", MAX_PAGE)
        measures = Measures(aliases=int(node.alias is not None))
        measures.add(inner, times=times)
        measures.depth = inner.depth + 1
        measures.elements += 1
        if field is not None:
            measures.microseconds += weight_of(parent.name, name)
        measures.fields = 1
        return measures

    def _page(self, node: FieldNode) -> int:
        is_export = node.name.value in EXPORTS
        most, default = (MAX_EXPORT_PAGE,) * 2 if is_export else (MAX_PAGE, DEFAULT_PAGE)
        for argument in node.arguments:
            if argument.name.value != "first":
                continue
            size = self._written(argument.value)
            if size is None:
                return default  # null: the default; another type: refused by the schema
            if not 1 <= size <= most:
                self.bad_pages.append(node)
                return most
            return size
        return default

    def _representations(self, node: FieldNode) -> int:
        """How many objects a gateway asks for by their keys."""
        for argument in node.arguments:
            given: Any = argument.value
            if isinstance(given, VariableNode):
                self.varies = True
                given = self.variables.get(given.name.value)
            values = getattr(given, "values", given)
            if isinstance(values, list | tuple):
                return min(len(values), MAX_PAGE)
        return MAX_PAGE

    def _written(self, value: ValueNode) -> int | None:
        """The whole number a value or a variable says, as the specification reads it."""
        found: Any = None
        if isinstance(value, IntValueNode):
            found = int(value.value)
        elif isinstance(value, VariableNode):
            self.varies = True
            name = value.name.value
            if name in self.variables:
                found = self.variables[name]
            elif name in self._defaults:
                return self._written(self._defaults[name])
        if isinstance(found, float) and found.is_integer():
            found = int(found)  # 100.0 is an Int in JSON
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def _introspection(self, node: FieldNode) -> Measures:
        """Reading the schema: its depth is bounded by the specification's own rule."""
        inner = self._selections(node.selection_set, self.schema.get_type("__Schema"))
        inner.depth = 1
        inner.elements = INTROSPECTION_COST
        inner.microseconds = 0
        inner.fields = 1
        inner.aliases += node.alias is not None
        inner.introspects = True
        return inner


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document."""
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def is_export(operation: OperationDefinitionNode) -> bool:
    """Whether an operation asks for an export and for nothing else."""
    return operation.operation is OperationType.QUERY and all(
        isinstance(one, FieldNode) and one.name.value in EXPORTS
        for one in operation.selection_set.selections
    )


def oversized(document: DocumentNode) -> Refused | None:
    """What there is too much of in a document, each part of it seen once."""
    definitions = [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    variables = sum(len(node.variable_definitions) for node in operations_of(document))
    operations = len(operations_of(document))
    fragments = len(definitions) - operations
    selections = 0
    waiting = [node.selection_set for node in definitions]
    while waiting:
        for selection in waiting.pop().selections:
            selections += 1
            fragments += not isinstance(selection, FieldNode)
            inner = getattr(selection, "selection_set", None)
            if inner is not None:
                waiting.append(inner)
    for found, limit, unit in (
        (operations, MAX_OPERATIONS, "opérations"),
        (selections, MAX_SELECTIONS, "champs"),
        (variables, MAX_VARIABLES, "variables"),
    ):
        if found > limit:
            return Refused("QUERY_TOO_LARGE", limit=limit, unit=unit)
    if fragments > MAX_FRAGMENTS:
        return Refused("QUERY_TOO_MANY_FRAGMENTS", limit=MAX_FRAGMENTS)
    return None


def exceeded(
    schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any] | None = None
) -> tuple[list[Refused], Measures, bool]:
    """The limits a document passes, what it adds up to, and whether that varies with variables."""
    total = Measures()
    too_much = oversized(document)
    if too_much:
        return [too_much], total, False
    meter = Meter(schema, document, variables)
    refusals: list[Refused] = []
    for node in operations_of(document):
        if node.operation is OperationType.SUBSCRIPTION:
            refusals.append(Refused("SUBSCRIPTION_REFUSED", node))
        measures = meter.operation(node)
        if measures.fields > MAX_ROOT_FIELDS:
            refusals.append(Refused("QUERY_TOO_MANY_ROOT_FIELDS", node, limit=MAX_ROOT_FIELDS))
        total.add(measures)
    for code, found, limit in (
        ("QUERY_TOO_DEEP", total.depth, MAX_DEPTH),
        ("QUERY_TOO_COSTLY", total.elements, _most_elements(document)),
        ("QUERY_TOO_MANY_ALIASES", total.aliases, MAX_ALIASES),
        ("QUERY_TOO_MANY_DIRECTIVES", total.directives, MAX_DIRECTIVES),
        ("QUERY_TOO_MANY_DUPLICATES", total.duplicates, MAX_DUPLICATES),
    ):
        if found > limit:
            refusals.append(Refused(code, limit=limit, found=found))
    if meter.bad_pages:
        refusals.append(Refused("PAGE_TOO_LONG", meter.bad_pages, limit=MAX_PAGE))
    return refusals, total, meter.varies


def _most_elements(document: DocumentNode) -> int:
    return MAX_EXPORT_ELEMENTS if all(map(is_export, operations_of(document))) else MAX_ELEMENTS


class WithinLimitsRule(ASTValidationRule):
    """The limits as a validation rule, for tools that take rules."""

    def __init__(self, context: Any) -> None:
        super().__init__(context)
        for refusal in exceeded(context.schema, context.document)[0]:
            self.report_error(refusal)
