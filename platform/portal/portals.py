"""The switch: one's portals in other départements, remembered in the session.

What a person linked is read when they sign in and when they change it, and kept in their session: the
pages then show the switch without a question to the database. A link that was ended elsewhere meanwhile
leads to a page that says so, and to nothing else.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from django.http import HttpRequest

from federation.ent import vouching
from tenants.accounts.models import User
from tenants.accounts.sessions import facts_of
from tenants.identities import queries
from tenants.identities.departements import code_of_way, departement_of
from tenants.identities.departements.names import ENTER_PATH
from tenants.registry.addresses import origin_of

if TYPE_CHECKING:
    from tenants.registry.models import Departement

_KEY = "portals"


@dataclasses.dataclass(frozen=True, slots=True)
class OtherPortal:
    """A portal that one may go to, and how: signed in there when we vouch for the person."""

    departement: Departement
    url: str


def remember(request: HttpRequest, user: User) -> None:
    """Keep in the session which portals are the person's; nothing for who has none."""
    kept = {
        "given": [link.departement_code for link in vouching.given_links(user)],
        "received": [link.departement_code for link in queries.received_links(user)],
    }
    if any(kept.values()):
        request.session[_KEY] = kept
    elif _KEY in request.session:
        del request.session[_KEY]


def others(request: HttpRequest) -> list[OtherPortal]:
    """The other portals of who is signed in; none while an agent acts for them."""
    kept = request.session.get(_KEY)
    if not kept or getattr(request.user, "acting", None) is not None:
        return []
    came_from = code_of_way(facts_of(request.session).way)
    found = []
    for code in sorted({*kept["given"], *kept["received"]}):
        other = departement_of(code)
        if other is not None:
            is_vouched = code in kept["given"] and code != came_from
            found.append(OtherPortal(other, _address(request, other, is_vouched=is_vouched)))
    return found


def _address(request: HttpRequest, other: Departement, *, is_vouched: bool) -> str:
    """Their door that asks us who it is; or their home, where the session that vouched for one is open."""
    path = ENTER_PATH.format(slug=request.tenant.slug) if is_vouched else ""  # type: ignore[attr-defined]
    return f"{origin_of(other)}/{path}"
