"""Home."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from portal.doors import family_page, show
from portal.screens import places
from portal.screens.home import home_of
from ui.requests import SignedInRequest


@family_page()
def home(request: SignedInRequest) -> HttpResponse:
    """What to do, the children, what is new."""
    page = home_of(request.user, at=timezone.now())
    found = places.of_cards(page.children)
    return show(request, "portal/pages/home.html", {"page": page}, places=found)
