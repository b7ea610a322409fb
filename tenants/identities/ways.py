"""Which ways are open, and to whom. Without a rule: the password to all, and nothing else.

An agent's account is opened by the ways of agents alone, even if the agent is a parent too: what an
account may do is not to depend on the weakest way into it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tenants.identities.models import IdentityProvider, Profile, ProviderKind, Way, WayRule
from tenants.identities.queries import open_providers, trusted_departements
from tenants.people.models import Pupil

if TYPE_CHECKING:
    from tenants.accounts.models import User

# FranceConnect knows adults; neither it nor EduConnect knows the agents of a département. Another
# département vouches for guardians alone: pupils are of one, and no agent enters by another's word.
POSSIBLE: Mapping[str, tuple[str, ...]] = {
    Profile.GUARDIAN: (Way.PASSWORD, Way.EDUCONNECT, Way.FRANCECONNECT, Way.DEPARTEMENT),
    Profile.PUPIL: (Way.PASSWORD, Way.EDUCONNECT),
    Profile.STAFF: (Way.PASSWORD,),
}


def rules() -> dict[tuple[str, str], bool]:
    """Whether each way is said open, by profile and way; those that nobody decided as by default."""
    found = {
        (profile, way): way == Way.PASSWORD for profile, ways in POSSIBLE.items() for way in ways
    }
    for rule in WayRule.objects.order_by("pk"):
        if (rule.profile, rule.way) in found:
            found[rule.profile, rule.way] = rule.is_open
    return found


@dataclasses.dataclass(frozen=True, slots=True)
class Offer:
    """What the sign-in page shows: the password or not, and the providers that may be gone to."""

    has_password: bool
    providers: Mapping[str, IdentityProvider]
    departements: Sequence[IdentityProvider] = ()


def offer() -> Offer:
    """The ways said open to somebody, their provider being open."""
    said = {way for (_profile, way), is_open in rules().items() if is_open}
    providers = open_providers() if said - {Way.PASSWORD, Way.DEPARTEMENT} else {}
    return Offer(
        has_password=Way.PASSWORD in said,
        providers={kind: one for kind, one in providers.items() if kind in said},
        departements=trusted_departements() if Way.DEPARTEMENT in said else (),
    )


def profiles_of(user: User) -> tuple[str, ...]:
    """What a person is here. One who is nobody yet waits to be a guardian."""
    if user.given_roles():
        return (Profile.STAFF,)
    return (Profile.PUPIL if Pupil.objects.filter(user=user).exists() else Profile.GUARDIAN,)


def may_enter(user: User, way: str) -> bool:
    """Whether a way is open to a person."""
    said = rules()
    return any(said.get((profile, way), False) for profile in profiles_of(user))


def is_open(profile: str, way: str) -> bool:
    """Whether a way is open to a profile."""
    return rules().get((profile, way), False)


def kind_of(way: str) -> str:
    """The provider of a way; empty for the password."""
    return way if way in ProviderKind.values else ""
