"""What we hold about the person who is signed in: to read, and to take away."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.actors import Actor
from commons.audit import record_audit
from commons.personal_data import everything_about
from portal.doors import family_page, show
from ui.requests import SignedInRequest


@family_page(pupils=True)
def own_data(request: SignedInRequest) -> HttpResponse:
    """Which kinds of data, why, and how much of each."""
    context = {"holdings": everything_about(request.user)}
    return show(request, "portal/pages/own_data.html", context)


@family_page("POST", pupils=True)
def take_away(request: SignedInRequest) -> HttpResponse:
    """All of it, in a file that any program reads (RGPD, art. 20)."""
    user, at = request.user, timezone.now()
    held = everything_about(user)
    record_audit(
        actor=Actor.user(user),
        action="accounts.data.handed",
        subject_type="user",
        subject_id=user.public_id,
        at=at,
    )
    told = {
        _("département"): request.tenant.name,
        _("personne"): user.get_full_name(),
        _("fait le"): at.isoformat(),
        _("données"): [
            {_("nom"): one.name, _("pourquoi"): one.why, _("lignes"): one.records} for one in held
        ],
    }
    return HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="mes-donnees.json"'},
    )
