"""What a document needs of a machine: the scopes of each field it asks for, before anything runs.

A field says what opens it: its rule (`rules.Rule.scopes`) or else its type (`opened_by`). One that says
nothing is closed to machines, so that a field added tomorrow gives them nothing. The empty set is open to
any machine: amounts, pages of a list, the département itself.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from api.refusals import Refused
from api.rules import rule_of
from tenants.integrators.scopes import Scope


@dataclasses.dataclass(slots=True)
class Needs:
    """What an operation needs: scopes, and whether a field of it is closed to every machine."""

    scopes: set[Scope] = dataclasses.field(default_factory=set)
    is_closed: bool = False


def scopes_of(parent: GraphQLObjectType, name: str) -> frozenset[Scope] | None:
    """The scopes that open a field to a machine, all of them needed; nothing when none does."""
    field = parent.fields.get(name)
    rule = rule_of(field.resolve) if field else None
    if rule is not None:
        return rule.scopes
    kind: Any = getattr(parent, "graphene_type", None)
    opened_by: frozenset[Scope] | None = getattr(kind, "opened_by", None)
    return opened_by


def needs_of(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Needs:
    """What every field of an operation needs, fragments opened, directives disregarded."""
    return _Walk(schema, document).operation(operation)


def check(needs: Needs, held: frozenset[Scope]) -> None:
    """
    Refuse a document that asks for more than a machine may read.

    :raises Refused: if a scope is missing, or a field is closed to machines
    """
    if needs.is_closed or not needs.scopes <= held:
        raise insufficient(needs.scopes)


def insufficient(scopes: set[Scope] | frozenset[Scope] | None) -> Refused:
    """The refusal that names what is needed; nothing opens what is closed to machines."""
    needed = " ".join(sorted(scopes or ()))
    return Refused("SCOPE_INSUFFICIENT", scopes=needed or "-")


class _Walk:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._seen: set[str] = set()
        self._needs = Needs()

    def operation(self, node: OperationDefinitionNode) -> Needs:
        self._selections(node.selection_set, self._schema.get_root_type(node.operation))
        return self._needs

    def _selections(self, node: SelectionSetNode, parent: Any) -> None:
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                self._field(selection, parent)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = parent if condition is None else self._schema.get_type(condition.name.value)
                self._selections(selection.selection_set, inner)
            elif isinstance(selection, FragmentSpreadNode):
                self._fragment(selection.name.value)

    def _fragment(self, name: str) -> None:
        if name in self._seen:
            return
        self._seen.add(name)
        definition = self._fragments[name]
        parent = self._schema.get_type(definition.type_condition.name.value)
        self._selections(definition.selection_set, parent)

    def _field(self, node: FieldNode, parent: Any) -> None:
        name = node.name.value
        if name == "__typename":
            return
        is_known = isinstance(parent, GraphQLObjectType) and name in parent.fields
        scopes = scopes_of(parent, name) if is_known else None
        if scopes is None:
            self._needs.is_closed = True
            return
        self._needs.scopes |= scopes
        if node.selection_set is not None:
            kind = get_named_type(parent.fields[name].type)
            self._selections(node.selection_set, kind)
