"""The CAS 3 doors of a département's host (apereo.github.io/cas, protocol 3.0.3). No proxy is offered.

A service that is not registered is never led back to, whatever it asks: neither with a ticket nor
without. A ticket is of one address of one service, lives thirty seconds, and is spent when it is shown.
"""

from __future__ import annotations

import datetime

from authlib.common.urls import add_params_to_uri
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from federation.ent import cas, operations, passes, queries
from federation.ent.models import Registration
from federation.ent.releasing import claims_of
from portal import counting, service_leaving, service_sessions
from portal.views.issuing import issuer_of
from portal.views.openid import misconfigured
from portal.views.shared_services import REFUSALS, opening_refused
from tenants.accounts.models import User

_SAID = ("1", "true")
# How long ago a sign-in may be, that was asked for by the service itself (`renew`).
FRESH = datetime.timedelta(minutes=2)


@never_cache
@require_safe
def login(request: HttpRequest) -> HttpResponse:
    """Lead a person back to the service with a ticket, once they are signed in (2.1)."""
    service = request.GET.get("service", "")
    if not service:
        return redirect("portal:services")
    registration = queries.cas_registration_of(service)
    if registration is None:
        return misconfigured(request)
    now = timezone.now()
    wants_fresh = request.GET.get("renew", "") in _SAID
    user = request.user if request.user.is_authenticated else None
    if user is None or (wants_fresh and not _is_fresh(request, user, at=now)):
        if request.GET.get("gateway", "") in _SAID and not wants_fresh:
            return HttpResponseRedirect(service)
        if user is not None:
            service_sessions.leave(request)
        return redirect_to_login(request.get_full_path())
    return _with_ticket(request, registration, user, service=service, at=now)


def _is_fresh(request: HttpRequest, user: User, *, at: datetime.datetime) -> bool:
    proved_at = service_sessions.authenticated_at(request, user)
    return proved_at is not None and at - proved_at <= FRESH


def _with_ticket(
    request: HttpRequest,
    registration: Registration,
    user: User,
    *,
    service: str,
    at: datetime.datetime,
) -> HttpResponse:
    try:
        admitted = operations.admit(
            user=user,
            service_code=registration.sector,
            on=timezone.localdate(at),
            at=at,
        )
    except REFUSALS as refusal:
        return opening_refused(request, refusal)
    counting.used(request, admitted)
    opening = operations.open_for(
        registration=registration,
        user=user,
        browser=service_sessions.browser_of(request),
        issuer=issuer_of(request),
        at=at,
    )
    ticket = operations.issue_ticket(
        opening=opening, service=service, is_fresh=_is_fresh(request, user, at=at), at=at
    )
    return HttpResponseRedirect(add_params_to_uri(service, [("ticket", ticket)]))


@never_cache
@require_safe
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out here and of every service; back to one that is registered, if it asks (2.3)."""
    waiting = service_sessions.leave(request)
    service = request.GET.get("service", "")
    if service and queries.cas_registration_of(service):
        return service_leaving.begin(request, waiting, then=service)
    if waiting:
        return service_leaving.begin(request, waiting, then=reverse("portal:signed-out"))
    messages.success(request, _("La déconnexion est faite. À bientôt."))
    return redirect("portal:sign-in")


@never_cache
@require_safe
def validate(request: HttpRequest) -> HttpResponse:
    """Say who a ticket is of (2.5): the identifier alone."""
    return _validated(request, has_attributes=False)


@never_cache
@require_safe
def validate_with_attributes(request: HttpRequest) -> HttpResponse:
    """Say who a ticket is of (2.8), with what was granted of the person."""
    return _validated(request, has_attributes=True)


def _validated(request: HttpRequest, *, has_attributes: bool) -> HttpResponse:
    ticket, service = request.GET.get("ticket", ""), request.GET.get("service", "")
    if not ticket or not service:
        return _xml(cas.failure(cas.INVALID_REQUEST, "'service' and 'ticket' are both required"))
    now = timezone.now()
    found = operations.claim_ticket(ticket, at=now)
    if found is None:
        return _xml(cas.failure(cas.INVALID_TICKET, "this ticket is unknown, too old, or used"))
    if found.service != service:
        return _xml(cas.failure(cas.INVALID_SERVICE, "this ticket is of another service"))
    if request.GET.get("renew", "") in _SAID and not found.is_fresh:
        return _xml(cas.failure(cas.INVALID_TICKET, "the person did not sign in for this ticket"))
    opening = found.opening
    registration = opening.registration
    today = timezone.localdate(now)
    is_theirs = (
        registration.is_open
        and registration.enabled is not None
        and registration.enabled.is_enabled
    )
    code = registration.sector
    open_service = queries.service_of(opening.user, code, on=today) if is_theirs else None
    if open_service is None or not passes.is_running(opening, at=now):
        return _xml(cas.failure(cas.INVALID_TICKET, "this service is closed to this person"))
    claims = claims_of(opening.user, open_service, on=today)
    subject = str(claims.pop("sub"))
    return _xml(cas.success(subject, claims if has_attributes else {}))


def _xml(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="application/xml; charset=utf-8")
