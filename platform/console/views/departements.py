"""The other départements: whose word is taken here, who takes ours, and since when."""

from __future__ import annotations

import dataclasses
import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.acts import url_for
from console.views.frame import page_context, requires
from federation.ent import vouching
from tenants.accounts.capabilities import Capability
from tenants.identities import queries
from tenants.registry import directory
from tenants.registry.models import Departement
from ui.requests import SignedInRequest


@dataclasses.dataclass(frozen=True, slots=True)
class Direction:
    """One way between two portals: since when, for how many people, and what an agent may do."""

    since: datetime.datetime | None
    people: int
    act: str
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """Another département."""

    departement: Departement
    received: Direction
    given: Direction

    @property
    def ways(self) -> tuple[Direction, Direction]:
        """Theirs to ours, then ours to theirs."""
        return self.received, self.given


@require_safe
@requires(Capability.MANAGE_TENANT)
def page(request: SignedInRequest) -> HttpResponse:
    """A line for each."""
    trusted = {one.departement_code: one.opened_at for one in queries.trusted_departements()}
    agreed = {one.departement_code: one.registered_at for one in vouching.agreed()}
    lines = [
        Line(
            departement=other,
            received=Direction(
                since=trusted.get(other.code),
                people=queries.count_received(other.code),
                act=_("Ne plus faire confiance") if other.code in trusted else _("Faire confiance"),
                url=url_for(
                    "distrust-departement" if other.code in trusted else "trust-departement", other
                ),
            ),
            given=Direction(
                since=agreed.get(other.code),
                people=vouching.count_given(other.code),
                act=_("Arrêter") if other.code in agreed else _("Accorder"),
                url=url_for(
                    "stop-departement" if other.code in agreed else "agree-departement", other
                ),
            ),
        )
        for other in directory.neighbours()
    ]
    context = page_context(request, title=_("Autres départements"), lines=lines)
    return render(request, "console/pages/departements.html", context)
