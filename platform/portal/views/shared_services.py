"""« Vos services »: the cards, what each service is told, one click to open it, and favourites.

`opening_refused` is the one page that says kindly why a service does not open: OpenID Connect and CAS
show it too, for who came from the service itself.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commons.errors import DomainError
from federation.ent import launching, operations, queries
from federation.ent.using import LicencesSpent, ServiceNotForPerson, ServiceNotReady
from portal import saml_pages
from portal.doors import family_page, show
from portal.screens import service_cards
from portal.views.issuing import issuer_of
from tenants.activation.queries import pupil_of
from ui.errors import explain
from ui.requests import SignedInRequest

# Where a page of parents about their children is, for a pupil, a page about themselves.
OF_PUPILS = {"portal:children": "portal:own-canteen"}
REFUSALS = (ServiceNotForPerson, ServiceNotReady, LicencesSpent)


@family_page(pupils=True)
def services(request: SignedInRequest) -> HttpResponse:
    """The cards of a person's services."""
    shelves = service_cards.shelves_of(request.user, on=timezone.localdate())
    return show(request, "portal/services/services.html", {"shelves": shelves})


@family_page(pupils=True)
def service(request: SignedInRequest, code: str) -> HttpResponse:
    """What a service is told."""
    found = queries.service_of(request.user, code, on=timezone.localdate())
    if found is None:
        raise Http404
    return show(request, "portal/services/service.html", {"sheet": service_cards.sheet_of(found)})


@family_page(pupils=True)
def launch(request: SignedInRequest, code: str) -> HttpResponse:
    """Open a service; asking for it twice takes no second licence."""
    now = timezone.now()
    try:
        found = operations.admit(
            user=request.user, service_code=code, on=timezone.localdate(now), at=now
        )
    except REFUSALS as error:
        return opening_refused(request, error)
    if found.native_route:
        is_pupil = pupil_of(request.user) is not None
        return redirect(
            OF_PUPILS.get(found.native_route, found.native_route)
            if is_pupil
            else found.native_route
        )
    partner = launching.partner_answered_unasked(found)
    if partner is not None:
        return saml_pages.tell_who_came(request, request.user, partner, found, asked=None, at=now)
    return HttpResponseRedirect(launching.launch_address(found, issuer=issuer_of(request)))


@family_page("POST", pupils=True)
def favourite(request: SignedInRequest, code: str) -> HttpResponse:
    """Put a service first, or back in its place."""
    now = timezone.now()
    is_favourite = request.POST.get("first") == "yes"
    try:
        operations.set_favourite(
            user=request.user,
            service_code=code,
            is_favourite=is_favourite,
            on=timezone.localdate(now),
            at=now,
        )
    except ServiceNotForPerson as error:
        raise Http404 from error
    messages.success(
        request,
        _("Ce service est placé en premier.")
        if is_favourite
        else _("Ce service est revenu à sa place."),
    )
    return redirect("portal:services")


def opening_refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Why a service does not open, and whom to ask."""
    context = {"explanation": explain(error)}
    return show(request, "portal/services/refused.html", context, status=403)
