"""Codes and numbers that nobody bears: a till mistypes some, who guesses types thousands."""

from __future__ import annotations

from django.http import HttpResponse

from portal.partners import spaces
from portal.partners.doors import show
from ui import visitors
from ui.errors import explain_code, tenant_phone
from ui.guessing import UNKNOWN


def count(request: spaces.PartnerRequest) -> None:
    """One more that leads to no ticket, of this person and from this place."""
    for name in _names(request):
        UNKNOWN.count(name)


def blocked(request: spaces.PartnerRequest) -> HttpResponse | None:
    """The refusal of who typed too many; None for everybody else."""
    if not any(UNKNOWN.is_over(name) for name in _names(request)):
        return None
    refusal = explain_code("PASSPLUS_TOO_MANY_UNKNOWN", {}, phone=tenant_phone())
    return show(request, "refused", {"refusal": refusal}, status=429)


def _names(request: spaces.PartnerRequest) -> tuple[str, str]:
    return str(request.member.public_id), visitors.place_of(request)
