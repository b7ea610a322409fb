"""Who has no telephone shows a card or a badge: its number leads to the tickets made out to this partner.

To those alone (`numbers.tickets_shown`): a number is printed on plastic, and anybody may read it. Not one
word says whose it is, and a number that nobody has and one without such a ticket have one answer.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from federation.passplus import numbers
from portal.partners import guessing, spaces
from portal.partners.doors import partner_page, show
from portal.partners.forms import NumberForm


@partner_page("GET", "HEAD", "POST")
def tickets(request: spaces.PartnerRequest) -> HttpResponse:
    """The tickets that the holder of a number made out to this partner, to choose one."""
    till = spaces.chosen_till(request, request.member)
    if till is None:
        return redirect("portal:partner-tills")
    form = NumberForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "till": till}
    if not form.is_valid():
        return show(request, "number", context, status=422 if form.errors else 200)
    if refused := guessing.blocked(request):
        return refused
    found = numbers.tickets_shown(
        number=form.cleaned_data["number"], partner=request.member.partner
    )
    if not found:
        guessing.count(request)
    return show(request, "number", context | {"tickets": found, "is_asked": True})
