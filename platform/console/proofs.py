"""Who waits for a second factor, and what asks for it again. The pages that ask are the portal's."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from tenants.accounts import factors, sessions
from ui.requests import SignedInRequest


def is_lately_proved(request: SignedInRequest) -> bool:
    """Whether this session proved lately who it is."""
    facts = sessions.facts_of(request.session)
    return factors.is_proved_lately(request.user, facts, at=timezone.now())


def ask_again(request: SignedInRequest) -> HttpResponseRedirect:
    """Lead to the page that asks who one is, and from there back here."""
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('portal:confirm')}?{query}")


def lead_to_factor(request: SignedInRequest) -> HttpResponseRedirect:
    """Lead an agent whose session has no factor to prove one, or to set one up."""
    if factors.has_factor(request.user):
        return ask_again(request)
    return HttpResponseRedirect(reverse("portal:protect"))
