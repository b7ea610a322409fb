"""The ways into the portal: which are open, and to whom."""

from __future__ import annotations

import dataclasses

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.views.frame import page_context, requires
from tenants.accounts.capabilities import Capability
from tenants.identities import queries, ways
from tenants.identities.models import Profile, Way
from ui.requests import SignedInRequest


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A profile, and each way: open, closed, or none of this profile's."""

    profile: str
    states: tuple[str, ...]


@require_safe
@requires(Capability.MANAGE_TENANT)
def ways_page(request: SignedInRequest) -> HttpResponse:
    """A table of profiles and ways."""
    rules, providers = ways.rules(), queries.open_providers()
    departements = queries.trusted_departements()

    def state(profile: str, way: str) -> str:
        if (profile, way) not in rules:
            return "–"
        if not rules[profile, way]:
            return _("Fermé")
        kind = ways.kind_of(way)
        is_there = departements if way == Way.DEPARTEMENT else not kind or kind in providers
        return _("Ouvert") if is_there else _("Service fermé")

    context = page_context(request, title=_("Moyens de connexion")) | {
        "ways": [str(way.label) for way in Way],
        "lines": [
            Line(str(profile.label), tuple(state(profile, way) for way in Way.values))
            for profile in Profile
        ],
        "providers": [one for _kind, one in sorted(providers.items())],
    }
    return render(request, "console/pages/ways.html", context)
