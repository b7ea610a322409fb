"""Who is signed in, and what we know of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.doors import show
from tenants.activation import queries as activation
from tenants.identities import queries as identities
from tenants.identities.departements import may_link
from tenants.people import queries
from ui.requests import SignedInRequest


@require_safe
@login_required
def account(request: SignedInRequest) -> HttpResponse:
    """The account page."""
    at = timezone.now()
    context = {
        "contact": queries.guardian_of(request.user),
        "pupil": activation.pupil_of(request.user),
        "waiting_address": activation.waiting_address(request.user, at=at),
        "told": activation.code_to_tell(request.user, at=at),
        "identities": identities.identities_of(request.user),
        "may_link": may_link(request.user),
    }
    return show(request, "portal/pages/account.html", context)
