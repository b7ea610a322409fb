"""Who may ask for a field, declared where the field is.

Every field of Query has one of these rules on its resolver, every mutation one in its `Meta`; a test
fails when one has none, and the access matrix shows what each gives. `by_object` means that the rule
is the object's own: it is reached through an `access_*` function, and answers "not found" to
whoever may not know of it.

A machine has no account: to it a field is closed, unless its rule names the scopes that open it
(`opened_to`, `by_machine`). What a whole document needs is checked before it runs (`api.scoping`).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo

from api.refusals import Refused
from tenants.accounts.capabilities import Capability
from tenants.integrators.scopes import Scope

if TYPE_CHECKING:
    from api.context import Context

Resolver = Callable[..., Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """A rule: as a decorator it guards a resolver; a mutation calls `check` before it acts.

    `asks` is for people, `scopes` for machines: all of them needed, none at all when it is closed.
    """

    name: str
    asks: Callable[[Context], object]
    scopes: frozenset[Scope] | None = None

    def check(self, context: Context) -> None:
        """Refuse whoever may not ask.

        :raises Refused: by the API's own rules
        :raises DomainError: by those of a room
        """
        machine = context.machine
        if machine is None:
            self.asks(context)
        elif self.scopes is None or not self.scopes <= machine.scopes:
            raise Refused("SCOPE_INSUFFICIENT", scopes=" ".join(sorted(self.scopes or ())) or "-")

    def opened_to(self, *scopes: Scope) -> Rule:
        """The same rule, open too to the machines that have all of these scopes."""
        return dataclasses.replace(self, scopes=frozenset(scopes))

    def __call__(self, resolver: Resolver) -> Resolver:
        @functools.wraps(resolver)
        def guarded(root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
            self.check(info.context)
            return resolver(root, info, **arguments)

        guarded.access_rule = self  # type: ignore[attr-defined]
        return guarded


def _signed_in(context: Context) -> None:
    context.require_user()


# Open to all, signed in or not.
anyone = Rule("anyone", lambda _context: None)
# For signed-in people, each for the objects they may know of.
by_object = Rule("by_object", _signed_in)
# For who is signed in to the partners' space, and to nothing else.
by_partner = Rule("by_partner", lambda context: context.require_partner_user())
# For the device on which the code of an application was typed lately.
by_applicant = Rule("by_applicant", lambda context: context.require_application())


# For those who may read the schema.
schema_readers = Rule("schema_readers", lambda context: context.require_schema())


def needs(*capabilities: Capability) -> Rule:
    """For the agents who have one of these capabilities."""
    name = "needs " + " or ".join(capabilities)
    return Rule(name, lambda context: context.require(*capabilities))


def needs_proof(*capabilities: Capability) -> Rule:
    """For the same agents, once their session proved lately who they are: as the console asks."""

    def check(context: Context) -> None:
        context.require(*capabilities)
        context.require_proof()

    return Rule("needs proof and " + " or ".join(capabilities), check)


def by_machine(*scopes: Scope) -> Rule:
    """For the machines that have all of these scopes, and for no person."""
    name = "machine " + " and ".join(scopes)
    return Rule(name, lambda context: context.require_machine(), frozenset(scopes))


def rule_of(resolver: Any) -> Rule | None:
    """The rule a resolver or its mutation declares; nothing when it forgot."""
    owner = getattr(resolver, "__self__", None)
    found = getattr(resolver, "access_rule", None) or getattr(owner, "rule", None)
    return found if isinstance(found, Rule) else None
