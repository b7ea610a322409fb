"""Pages that a browser carries a SAML message with: a form that it posts, at once where scripts run."""

from __future__ import annotations

import base64
import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from federation.ent import operations
from federation.ent.models import Registration
from federation.ent.queries import OpenService
from federation.ent.releasing import claims_of
from federation.ent.saml.answering import Answer
from federation.ent.saml.asking import Asked
from federation.ent.saml.leaving import Carried
from federation.ent.saml.names import LONGEST_RELAY_STATE
from federation.ent.saml.partner import origin
from federation.ent.saml.reading import RESPONSE
from portal import service_sessions
from portal.doors import lead_to, show
from portal.views.issuing import issuer_of
from tenants.accounts.models import User


def tell_who_came(
    request: HttpRequest,
    user: User,
    registration: Registration,
    service: OpenService,
    *,
    asked: Asked | None,
    at: datetime.datetime,
) -> HttpResponse:
    """
    Tell a service who opened it, in answer to its request or from their card.

    :raises MessageRefused: if its request was answered before
    """
    opening = operations.open_for(
        registration=registration,
        user=user,
        browser=service_sessions.browser_of(request),
        issuer=issuer_of(request),
        at=at,
    )
    answer = operations.answer_with_assertion(
        opening=opening,
        claims=claims_of(user, service, on=timezone.localdate(at)),
        asked=asked,
        relay_state=asked.relay_state if asked else _target(service),
        authenticated_at=service_sessions.authenticated_at(request, user) or at,
        ends_at=service_sessions.ends_at(request) or at,
        at=at,
    )
    return posted(request, answer, name=service.name)


def _target(service: OpenService) -> str:
    """Which page of it a service is opened at; many take it from the relay state."""
    is_short = len(service.launch_url.encode()) <= LONGEST_RELAY_STATE
    return service.launch_url if is_short else ""


def posted(request: HttpRequest, answer: Answer, *, name: str) -> HttpResponse:
    """Have the browser post an answer to its service."""
    carried = Carried(answer.acs_url, RESPONSE, answer.xml, answer.relay_state)
    return _form(request, carried, name=name)


def carry(request: HttpRequest, carried: Carried, *, name: str) -> HttpResponse:
    """Have the browser carry a message to a service, by an address or a form."""
    return _form(request, carried, name=name) if carried.xml else HttpResponseRedirect(carried.url)


def _form(request: HttpRequest, carried: Carried, *, name: str) -> HttpResponse:
    context = {
        "url": carried.url,
        "kind": carried.kind,
        "message": base64.b64encode(carried.xml.encode()).decode(),
        "relay_state": carried.relay_state,
        "name": name,
    }
    page = show(request, "portal/services/carry.html", context, places=())
    # A service may lead on to another of its hosts, and browsers hold that to the policy too.
    return lead_to(page, f"{origin(carried.url)} https:")
