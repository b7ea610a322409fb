"""Who is signed in, and what we know of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from portal.doors import show
from tenants.identities import queries as identities
from tenants.people import queries
from ui.requests import SignedInRequest


@require_safe
@login_required
def account(request: SignedInRequest) -> HttpResponse:
    """The account page."""
    context = {
        "contact": queries.guardian_of(request.user),
        "identities": identities.identities_of(request.user),
    }
    return show(request, "portal/pages/account.html", context)
