"""The schema as integrators read it: each part described, each field at the root with its rule."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import graphene
import pytest
from graphql import is_specified_scalar_type

from api import rules
from api.mutations.base import OperationMutation
from api.schema import schema
from commons.errors import Forbidden
from tenants.accounts.capabilities import Capability


def described() -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument and value of ours, with its description."""
    for kind in schema.graphql_schema.type_map.values():
        if kind.name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield kind.name, kind.description
        for name, field in getattr(kind, "fields", {}).items():
            yield f"{kind.name}.{name}", field.description
            for argument, found in getattr(field, "args", {}).items():
                yield f"{kind.name}.{name}({argument})", found.description
        for name, value in getattr(kind, "values", {}).items():
            yield f"{kind.name}.{name}", value.description


def test_every_part_of_the_schema_is_described_in_a_sentence():
    parts = dict(described())
    assert len(parts) > 150
    assert [name for name, words in parts.items() if not (words or "").strip().endswith(".")] == []


def test_every_field_at_the_root_says_who_may_ask():
    found = schema.graphql_schema
    for kind in (found.query_type, found.mutation_type):
        for name, field in kind.fields.items():
            assert rules.rule_of(field.resolve) is not None, f"{kind.name}.{name}"


def test_a_mutation_without_a_rule_cannot_be_defined():
    with pytest.raises(TypeError, match="no rule"):
        type("Forgotten", (OperationMutation,), {"Arguments": type("Arguments", (), {})})


def test_the_rule_of_a_mutation_is_applied_before_it_acts():
    acted: list[object] = []

    class IssueSomething(OperationMutation):
        class Meta:
            rule = rules.needs(Capability.ISSUE_INVOICES)

        class Arguments:
            input = graphene.ID()

        @classmethod
        def perform(cls, context, **values):
            acted.append(values)
            return {}

    def refuse(*needed):
        raise Forbidden(needs=list(needed))

    refused = IssueSomething.mutate(
        None, SimpleNamespace(context=SimpleNamespace(machine=None, require=refuse)), input={"x": 1}
    )
    assert [error.code for error in refused.errors] == ["FORBIDDEN"]
    assert acted == []
    allowed = SimpleNamespace(context=SimpleNamespace(machine=None, require=lambda *_: None))
    assert IssueSomething.mutate(None, allowed, input={"x": 1}).errors == []
    assert acted == [{"x": 1}]
