"""Home."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from portal.doors import family_page, show
from portal.screens import places
from portal.screens.home import home_of
from portal.views.pupils import pupil_home
from tenants.activation.queries import code_to_tell, note_guardian, pupil_of
from ui.requests import SignedInRequest


@family_page(pupils=True)
def home(request: SignedInRequest) -> HttpResponse:
    """What to do, the children, what is new; a pupil's own page is another."""
    at = timezone.now()
    page = home_of(request.user, at=at)
    if page.children:
        note_guardian(request.user)
    elif pupil := pupil_of(request.user):
        return pupil_home(request, pupil)
    context = {"page": page, "told": code_to_tell(request.user, at=at)}
    found = places.of_cards(page.children)
    return show(request, "portal/pages/home.html", context, places=found)
