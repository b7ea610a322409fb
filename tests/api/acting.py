"""Asking acts by GraphQL: agents, documents made from the SDL, answers made up by type."""

from __future__ import annotations

import uuid
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_required_input_field,
)
from graphql.type import get_nullable_type

from api.schema import schema
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.api.conftest import Api

GIVES = """errors { code path message } message refusals done jobId effect {
    figures { label value } sentences warnings refusals table { heads rows { cells } more }
    fingerprint }"""
SAMPLES: dict[str, Any] = {
    "Boolean": True,
    "Cents": 100,
    "Date": "2024-10-07",
    "Decimal": "12.40",
    "Int": 1,
    "String": "Essai",
}


def acts() -> dict[str, Any]:
    """The mutations made of acts, by name."""
    fields = schema.graphql_schema.mutation_type.fields
    return {
        name: field
        for name, field in fields.items()
        if get_named_type(field.type).name == "ActPayload"
    }


def input_of(field: Any) -> GraphQLInputObjectType:
    """The type of the input of a mutation."""
    found = get_named_type(field.args["input"].type)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def made_up(kind: GraphQLInputObjectType, *, all_of_it: bool = False) -> dict[str, Any]:
    """An answer of the right type to each question; to those which must be answered at least."""
    return {
        name: _value(field.type, all_of_it=all_of_it)
        for name, field in kind.fields.items()
        if name not in ("targets", "dryRun", "seen")
        and (all_of_it or is_required_input_field(field))
    }


def _value(kind: Any, *, all_of_it: bool) -> Any:
    if is_list_type(get_nullable_type(kind)):
        return [_value(get_nullable_type(kind).of_type, all_of_it=all_of_it)]
    named = get_named_type(kind)
    if is_input_object_type(named):
        return made_up(named, all_of_it=all_of_it)
    if is_enum_type(named):
        return next(iter(named.values))
    return SAMPLES.get(named.name) or str(uuid.uuid4())


def agent(api: Api, *roles: Role) -> User:
    """Sign in as an agent with these roles; with every role without any, a collège's secretary too."""
    user = User.objects.create(email=f"{uuid.uuid4().hex}@exemple.fr", first_name="Claire")
    for role in roles or tuple(Role):
        of = "0920001A" if role == Role.COLLEGE_SECRETARY else ""
        StaffRole.objects.create(user=user, role=role, college_uai=of)
    api.sign_in(user)
    return user


def act(api: Api, mutation: str, **given: Any) -> dict[str, Any]:
    """Ask an act; what it gives."""
    kind = input_of(acts()[mutation]).name
    query = f"mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {GIVES} }} }}"
    found: dict[str, Any] = api.read(query, input=given)[mutation]
    return found


def codes(answer: dict[str, Any]) -> list[str]:
    """The codes of what was refused."""
    return [error["code"] for error in answer["errors"]]
