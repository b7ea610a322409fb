"""Mutations made of one function: what it is given, what it gives, who may ask.

The function takes the context and what the input says; it calls one operation and returns the fields of
the payload. The rest is `OperationMutation`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import graphene

from api.mutations.base import OperationMutation
from api.rules import Rule


def mutation(
    perform: Callable[..., dict[str, Any]],
    *,
    name: str,
    rule: Rule,
    asked: str,
    takes: Mapping[str, Any],
    gives: Mapping[str, Any],
    about: Mapping[str, str] | None = None,
) -> type[OperationMutation]:
    """A mutation that calls `perform(context, **input)`.

    :param asked: what the input is, in French
    :param about: code of a refusal → the field of the input it is about
    """
    given = type(f"{name}Input", (graphene.InputObjectType,), {"__doc__": asked, **takes})
    arguments = {"input": given(required=True, description="Ce qui est demandé.")}
    members = {
        "__doc__": perform.__doc__,
        "Meta": type("Meta", (), {"rule": rule}),
        "Arguments": type("Arguments", (), arguments),
        "about": dict(about or {}),
        "perform": classmethod(lambda _cls, context, **values: perform(context, **values)),
        **gives,
    }
    return type(name, (OperationMutation,), members)


def identifier(what: str) -> graphene.ID:
    """The identifier of an object, in an input."""
    return graphene.ID(required=True, description=f"{what} (UUID).")


def words(what: str) -> graphene.String:
    """A text that must be given, in an input."""
    return graphene.String(required=True, description=what)


def rehearsal() -> graphene.Boolean:
    """Whether nothing is to be kept, in an input."""
    return graphene.Boolean(
        default_value=False, description="Vrai pour voir ce qui changerait, sans rien changer."
    )
