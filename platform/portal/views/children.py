"""The children of the signed-in person."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.utils import timezone

from portal.doors import family_page, show
from portal.screens import enrolment, family, pass_plus, places
from tenants.people.access import access_own_child
from ui.requests import SignedInRequest


@family_page()
def children(request: SignedInRequest) -> HttpResponse:
    """Every child, as a card."""
    cards = family.children_of(request.user, on=timezone.localdate())
    found = places.of_cards(cards)
    return show(request, "portal/pages/children.html", {"children": cards}, places=found)


@family_page()
def child(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """One child: school, canteen, and Pass+ when there is some left."""
    pupil = access_own_child(request.user, public_id)
    at = timezone.now()
    card = family.child_card(pupil, on=timezone.localdate(at))
    left = pass_plus.at_home([(public_id, pupil.first_name)], on=timezone.localdate(at))
    context = {
        "child": card,
        "canteen": enrolment.canteen_of(request.user, pupil, at=at),
        "pass_plus": left[0] if left else None,
    }
    found = places.of_cards([card])
    return show(request, "portal/pages/child.html", context, places=found)
