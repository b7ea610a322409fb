"""Who may ask for a field, declared where the field is.

Every field of Query and Mutation has one of these rules; a test fails when one has none, and the
access matrix shows what each gives. `objects` means that the rule is the object's own: it is
reached through an `access_*` function, and answers "not found" to whoever may not know of it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo

from tenants.accounts.capabilities import Capability

Resolver = Callable[..., Any]


def anyone(resolver: Resolver) -> Resolver:
    """Open to all, signed in or not."""
    return _declared(resolver, "anyone")


def objects(resolver: Resolver) -> Resolver:
    """For signed-in people, each for the objects they may know of."""

    @functools.wraps(resolver)
    def guarded(root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        info.context.require_user()
        return resolver(root, info, **arguments)

    return _declared(guarded, "objects")


def needs(*capabilities: Capability) -> Callable[[Resolver], Resolver]:
    """For the agents who have one of these capabilities."""

    def decorate(resolver: Resolver) -> Resolver:
        @functools.wraps(resolver)
        def guarded(root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
            info.context.require(*capabilities)
            return resolver(root, info, **arguments)

        return _declared(guarded, "needs " + " or ".join(capabilities))

    return decorate


def rule_of(resolver: Resolver) -> str:
    """The rule a resolver declares; empty when it forgot."""
    return str(getattr(resolver, "access_rule", ""))


def _declared(resolver: Resolver, rule: str) -> Resolver:
    resolver.access_rule = rule  # type: ignore[attr-defined]
    return resolver
