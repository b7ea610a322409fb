"""Tell another département who a guardian is: what the OpenID doors do for a client that is one of ours.

A person who came in by another département is asked to sign in here first: we vouch for nobody on the
word of a third. Whoever did not agree is shown what it is about, when they came to link; else the other
département is told that it was not agreed, and nothing more.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from authlib.oidc.core.errors import ConsentRequiredError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from commons.actors import Actor
from commons.errors import NotFound
from federation.ent import operations, vouching
from federation.ent.openid import Provider
from portal import portals, service_sessions
from portal.doors import family_page, lead_to, show
from portal.proving import is_recent
from tenants.accounts.models import User
from tenants.identities.departements import departement_of, may_link
from ui.errors import explain
from ui.requests import SignedInRequest

REFUSED = "non"


def answer(request: HttpRequest, provider: Provider, grant: Any, user: User) -> HttpResponse:
    """The answer to a request that holds, for somebody who has proved here who they are."""
    registration = grant.request.client.row
    code = registration.departement_code
    if request.GET.get("accord") == REFUSED:
        return provider.create_authorization_response(grant.request, grant=grant)
    if not may_link(user):
        return _refused(request)
    if "consent" in request.GET.get("prompt", "").split():
        return _ask(request, code, registration.redirect_uris[0])
    if not vouching.may_vouch(user, code):
        error = ConsentRequiredError(
            redirect_uri=grant.request.payload.redirect_uri, state=grant.request.payload.state
        )
        return provider.handle_error_response(None, error)
    provider.opening = operations.open_for(
        registration=registration,
        user=user,
        browser=service_sessions.browser_of(request),
        issuer=provider.issuer,
        at=provider.at,
    )
    operations.note_used(user=user, departement_code=code, at=provider.at)
    return provider.create_authorization_response(grant.request, grant_user=user, grant=grant)


def _ask(request: HttpRequest, code: str, back: str) -> HttpResponse:
    """What the other département would know, and whose account it is: they may have thought of another."""
    action = f"{reverse('portal:openid-agree')}?{request.GET.urlencode()}"
    context = {"other": departement_of(code), "action": action}
    page = show(request, "portal/portals/agree.html", context)
    parts = urlsplit(back)
    return lead_to(page, f"{parts.scheme}://{parts.netloc}")


def _refused(request: HttpRequest) -> HttpResponse:
    context = {"explanation": explain(vouching.PortalNotForPerson())}
    return show(request, "portal/portals/refused.html", context, status=403)


@family_page("POST")
def agree(request: SignedInRequest) -> HttpResponse:
    """Yes or no; then back to the door, which looks at everything again."""
    kept = request.GET.copy()
    kept.pop("prompt", None)
    if request.POST.get("answer") != "yes":
        kept["accord"] = REFUSED
    elif not is_recent(request, request.user):
        kept["prompt"] = "login consent"
    else:
        client_id = request.GET.get("client_id", "")
        registration = vouching.agreed().filter(client_id=client_id).first()
        if registration is None:
            raise NotFound(client=client_id)
        try:
            operations.give_link(
                user=request.user,
                departement_code=registration.departement_code,
                actor=Actor.user(request.user),
                at=timezone.now(),
            )
        except vouching.PortalNotForPerson:
            return _refused(request)
        portals.remember(request, request.user)
    return HttpResponseRedirect(f"{reverse('portal:openid-authorize')}?{kept.urlencode()}")
