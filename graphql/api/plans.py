"""Plans: a document that asks for a family's own month, answered from one statement.

Executing a document field by field over the ORM costs ten times what the rows do (PERFORMANCE.md C). So
an operation whose every field is of a table here (`FIELDS`) is made, once, into functions that write its
answer from what one statement read (`billing.family_reads.api`), whatever it selects among them. The
answer is that of the ordinary resolvers: tests compare the two on generated families and documents.

What a plan does not know goes the ordinary way: another field, a directive, a page after the first, an
agent (whose rights are not in the statement), and whatever fails, so that errors are told at their path.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_argument_values,
    get_variable_values,
)

from api.context import Context
from api.limits import DEFAULT_PAGE
from api.paging import page_of_list
from api.scalars import CURRENCY
from api.types.enumerations import Weekday, weekdays_of
from api.types.prices import Explanation, step_values
from billing.family_reads.api import ApiFamily, Wanted, api_family
from commons.money import format_euros
from commons.school_calendar import SchoolYear

logger = logging.getLogger(__name__)
Variables = Mapping[str, Any]
Writer = Callable[[Any, Variables], Any]
Arguments = Callable[[Variables], Mapping[str, Any]]


class NotPlanned(Exception):
    """A document, or this request of it, goes the ordinary way."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    """A page's element: what was read, under the name that cursors are made of."""

    public_id: str
    read: Mapping[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class _Root:
    """What the fields of Query and Viewer start from."""

    context: Context
    family: ApiFamily

    @property
    def user(self) -> Any:
        return self.context.user


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    """How a field is written: from its parent to its value; `of` is the type of an object or a list."""

    read: Callable[[Any], Any]
    of: str = ""
    is_list: bool = False
    is_paged: bool = False  # its elements are then those of its arguments `first` and `after`
    wants: str = ""


def _key(name: str) -> _Field:
    """A value that is already as it is written."""
    return _Field(lambda row: row[name])


def _attribute(name: str, **more: Any) -> _Field:
    return _Field(lambda value: getattr(value, name), **more)


def _day(name: str) -> _Field:
    return _Field(lambda value: _iso(getattr(value, name)))


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _money(name: str) -> _Field:
    return _Field(lambda row: row[name], of="Money")


_DEPARTEMENT = ("code", "name", "slug", "contactPhone", "contactEmail")
_SNAKE = {"contactPhone": "contact_phone", "contactEmail": "contact_email"}
_DAYS = {day.value: day.name for day in Weekday._meta.enum}  # noqa: SLF001  graphene's own way
FIELDS: dict[str, dict[str, _Field]] = {
    "Query": {
        "departement": _Field(lambda root: root.context.request.tenant, of="Departement"),
        "viewer": _Field(lambda root: root, of="Viewer"),
    },
    "Departement": {name: _attribute(_SNAKE.get(name, name)) for name in _DEPARTEMENT},
    "Viewer": {
        "id": _Field(lambda root: str(root.user.public_id)),
        "email": _Field(lambda root: root.user.email or ""),
        "firstName": _Field(lambda root: root.user.first_name),
        "lastName": _Field(lambda root: root.user.last_name),
        "fullName": _Field(lambda root: root.user.get_full_name()),
        "roles": _Field(lambda _root: []),
        "children": _Field(
            lambda root: root.family.children,
            of="Child",
            is_list=True,
            is_paged=True,
            wants="children",
        ),
        "invoices": _Field(
            lambda root: root.family.invoices,
            of="InvoiceConnection",
            is_paged=True,
            wants="viewer_invoices",
        ),
    },
    "Child": {
        "id": _key("public_id"),
        "firstName": _key("first_name"),
        "lastName": _key("last_name"),
        "fullName": _Field(lambda child: f"{child['first_name']} {child['last_name']}"),
        "birthDate": _key("birth_date"),
        "college": _Field(
            lambda child: child["schooling"] and child["schooling"]["college"],
            of="College",
            wants="school",
        ),
        "schooling": _Field(lambda child: child["schooling"], of="SchoolPlace", wants="school"),
        "enrolment": _Field(
            lambda child: child["enrolment"], of="CanteenEnrolment", wants="enrolment"
        ),
        "price": _Field(lambda child: child["price"], of="MealPrice", wants="price"),
        "invoices": _Field(
            lambda child: child["invoices"],
            of="InvoiceConnection",
            is_paged=True,
            wants="child_invoices",
        ),
    },
    "College": {"id": _key("public_id"), **{name: _key(name) for name in ("uai", "name", "city")}},
    "SchoolPlace": {
        "college": _Field(lambda place: place["college"], of="College"),
        "className": _key("class_name"),
        "level": _Field(lambda place: _enumerated(place["level"])),
        "regime": _Field(lambda place: _enumerated(place["regime"])),
    },
    "CanteenEnrolment": {
        "id": _key("public_id"),
        "schoolYear": _Field(lambda row: SchoolYear(row["school_year"]).label),
        "service": _key("service"),
        "state": _key("state"),
        "weekdays": _Field(lambda row: [_DAYS[day] for day in weekdays_of(row["weekdays"])]),
        "validFrom": _key("valid_from"),
        "validUntil": _key("valid_until"),
        "collegeName": _key("college_name"),
        "payers": _Field(
            lambda row: row["payers"], of="EnrolmentShare", is_list=True, wants="payers"
        ),
        "price": _Field(lambda row: row["price"], of="MealPrice", wants="price"),
    },
    "EnrolmentShare": {
        "fullName": _Field(lambda payer: f"{payer[0]} {payer[1]}"),
        "shareBp": _Field(lambda payer: payer[2]),
    },
    "MealPrice": {
        "id": _Field(lambda price: str(price.public_id)),
        "service": _attribute("service"),
        "unit": _attribute("unit_price_cents", of="Money"),
        "explanation": _Field(Explanation, of="PriceExplanation"),
        "legalBasis": _attribute("legal_basis"),
        "isIllustrative": _attribute("is_illustrative"),
        "validFrom": _day("valid_from"),
        "validUntil": _day("valid_until"),
    },
    "PriceExplanation": {
        "sentences": _Field(lambda told: list(told.sentences)),
        "steps": _attribute("steps", of="PriceStep", is_list=True),
        "advice": _attribute("advice"),
        "note": _attribute("note"),
    },
    "PriceStep": {
        "code": _attribute("code"),
        "given": _Field(lambda step: step_values(step.given), of="StepValue", is_list=True),
        "gives": _Field(lambda step: step_values(step.gives), of="StepValue", is_list=True),
        "source": _attribute("source"),
    },
    "StepValue": {"name": _key("name"), "value": _key("value")},
    "InvoiceConnection": {
        "edges": _attribute("edges", of="InvoiceEdge", is_list=True),
        "nodes": _Field(lambda page: [row.read for row in page.nodes], of="Invoice", is_list=True),
        "pageInfo": _attribute("page_info", of="PageInfo"),
    },
    "InvoiceEdge": {
        "node": _Field(lambda edge: edge.node.read, of="Invoice"),
        "cursor": _attribute("cursor"),
    },
    "PageInfo": {
        "hasNextPage": _key("has_next_page"),
        "hasPreviousPage": _key("has_previous_page"),
        "startCursor": _key("start_cursor"),
        "endCursor": _key("end_cursor"),
    },
    "Invoice": {
        "id": _key("public_id"),
        "number": _key("number"),
        "month": _key("month"),
        "issuedOn": _key("issued_on"),
        "dueOn": _key("due_on"),
        "payerName": _key("payer_name"),
        "total": _money("total_cents"),
        "due": _money("due_cents"),
        "lines": _Field(lambda row: row["lines"], of="InvoiceLine", is_list=True, wants="lines"),
    },
    "InvoiceLine": {
        "label": _key("label"),
        "childId": _key("child_id"),
        "childName": _key("child_name"),
        "quantity": _key("quantity"),
        "unitPrice": _money("unit_price_cents"),
        "isIllustrative": _key("is_illustrative"),
        "shareBp": _key("share_bp"),
        "amount": _money("amount_cents"),
        "days": _key("days"),
    },
    "Money": {
        "cents": _Field(lambda cents: cents),
        "currency": _Field(lambda _cents: CURRENCY),
        "formatted": _Field(format_euros),
    },
}


def _enumerated(value: str | None) -> str | None:
    """The name of a stored value in the schema: a name does not begin with a digit."""
    return f"_{value}" if value and value[0].isdigit() else value


@dataclasses.dataclass(slots=True)
class Plan:
    """An operation made into functions."""

    operation: OperationDefinitionNode
    write: Writer
    wants: set[str]
    pages: list[tuple[str, Arguments]]

    def wanted(self, variables: Variables) -> Wanted:
        """What to read for these variables: one invoice more than a page shows tells of the next.

        :raises NotPlanned: if a page is not the first
        """
        sizes = {"children": 0, "child_invoices": 0, "viewer_invoices": 0}
        for name, arguments in self.pages:
            said = arguments(variables)
            if said.get("after") is not None:
                raise NotPlanned
            sizes[name] = max(sizes[name], (said.get("first") or DEFAULT_PAGE) + 1)
        return Wanted(
            school="school" in self.wants,
            enrolment="enrolment" in self.wants,
            payers="payers" in self.wants,
            price="price" in self.wants,
            lines="lines" in self.wants,
            child_invoices=sizes["child_invoices"],
            viewer_invoices=sizes["viewer_invoices"],
        )


class _Maker:
    """Make the plan of one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.wants: set[str] = set()
        self.pages: list[tuple[str, Arguments]] = []
        self._schema = schema
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def object(self, kind: str, selections: SelectionSetNode) -> Writer:
        """A function that writes an object of a type."""
        writers: dict[str, Writer] = {}
        for node in self._fields(kind, selections):
            key = (node.alias or node.name).value
            if key in writers:
                raise NotPlanned
            writers[key] = self._field(kind, node)
        pairs = tuple(writers.items())

        def write(source: Any, variables: Variables) -> dict[str, Any]:
            return {key: writer(source, variables) for key, writer in pairs}

        return write

    def _fields(self, kind: str, selections: SelectionSetNode) -> Iterable[FieldNode]:
        """The fields of a type, fragments opened."""
        for node in selections.selections:
            if node.directives:
                raise NotPlanned
            if isinstance(node, FieldNode):
                yield node
                continue
            inner: Any = node
            if isinstance(node, FragmentSpreadNode):
                inner = self._fragments[node.name.value]
            condition = inner.type_condition
            if inner.directives or (condition is not None and condition.name.value != kind):
                raise NotPlanned
            yield from self._fields(kind, inner.selection_set)

    def _field(self, kind: str, node: FieldNode) -> Writer:
        if node.name.value == "__typename":
            return lambda _source, _variables: kind
        field = FIELDS[kind].get(node.name.value)
        if field is None:
            raise NotPlanned
        if field.wants:
            self.wants.add(field.wants)
        read = field.read
        if field.is_paged:
            return self._paged(kind, node, field)
        if not field.of or node.selection_set is None:
            return lambda source, _variables: read(source)
        inner = self.object(field.of, node.selection_set)
        if field.is_list:
            return lambda source, variables: [inner(one, variables) for one in read(source)]

        def write(source: Any, variables: Variables) -> Any:
            value = read(source)
            return None if value is None else inner(value, variables)

        return write

    def _paged(self, kind: str, node: FieldNode, field: _Field) -> Writer:
        """A list by its first page: of children as they are, of invoices as a connection."""
        assert node.selection_set is not None
        arguments = self._arguments(kind, node)
        self.pages.append((field.wants, arguments))
        inner = self.object(field.of, node.selection_set)
        read, is_list = field.read, field.is_list

        def write(source: Any, variables: Variables) -> Any:
            rows = [_Row(row["public_id"], row) for row in read(source)]
            page = page_of_list(rows, first=arguments(variables).get("first"), after=None)
            if is_list:
                return [inner(row.read, variables) for row in page.nodes]
            return inner(page, variables)

        return write

    def _arguments(self, kind: str, node: FieldNode) -> Arguments:
        """What the arguments of a page say for some variables; read once when there are none."""
        definition = self._schema.type_map[kind].fields[node.name.value]  # type: ignore[attr-defined]
        if any(isinstance(one.value, VariableNode) for one in node.arguments):
            return lambda variables: get_argument_values(definition, node, dict(variables))
        said = get_argument_values(definition, node)
        return lambda _variables: said


def plan_of(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Plan | None:
    """The plan of an operation of a valid document, if it has one."""
    root = schema.query_type
    if operation.operation is not OperationType.QUERY or operation.directives or root is None:
        return None
    maker = _Maker(schema, document)
    try:
        write = maker.object(root.name, operation.selection_set)
    except NotPlanned:
        return None
    if not maker.pages:
        return None  # nothing of a family is asked
    return Plan(operation=operation, write=write, wants=maker.wants, pages=maker.pages)


def answered(
    plan: Plan, schema: GraphQLSchema, context: Context, values: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The data of an answer; nothing if this request goes the ordinary way. `values` were checked."""
    if context.user is None:
        return None
    variables: Any = get_variable_values(schema, plan.operation.variable_definitions, dict(values))
    if isinstance(variables, list):
        return None
    try:
        family = api_family(context.user, plan.wanted(variables), on=context.today)
        if family is None:
            return None
        data: dict[str, Any] = plan.write(_Root(context, family), variables)
    except NotPlanned:
        return None
    except Exception:  # the ordinary way says what fails, and where
        logger.exception("graphql plan failed", extra={"reference": context.reference})
        return None
    return data
