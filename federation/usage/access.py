"""Who may read how much the portal is used: the département's agents; a collège's own people, of theirs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from commons.errors import NotFound
from federation.usage.models import Profile
from tenants.accounts.capabilities import Capability, Role

if TYPE_CHECKING:
    from tenants.accounts.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """Of which collèges (by UAI; None: the whole département) and of which profile one reads."""

    uais: frozenset[str] | None = None
    profile: Profile | None = None

    @property
    def profiles(self) -> tuple[Profile, ...]:
        return (self.profile,) if self.profile else tuple(Profile)


def readable_uais(user: User) -> frozenset[str] | None:
    """
    The collèges whose figures a user may read; None for all of them.

    :raises NotFound: if none is theirs to read
    """
    if user.can(Capability.READ_FILES):
        return None
    if user.can(Capability.READ_OWN_COLLEGE):
        own = user.staff_roles.filter(role=Role.COLLEGE_SECRETARY)
        return frozenset(own.values_list("college_uai", flat=True))
    raise NotFound(usage="")


def access_scope(user: User, *, uai: str = "", profile: Profile | None = None) -> Scope:
    """
    What a user may read of what they ask for: one collège, or all that is theirs.

    :raises NotFound: if the collège is not theirs to read, or nothing is
    """
    readable = readable_uais(user)
    if not uai:
        return Scope(uais=readable, profile=profile)
    if readable is not None and uai not in readable:
        raise NotFound(college=uai)
    return Scope(uais=frozenset({uai}), profile=profile)
