"""The SAML 2 doors of a département's host. What they say is `federation.ent.saml`'s.

A service's form comes from another site, without our cookie. So whatever comes is looked at first, and
led on under a handle by GET, where the person is known. Who asks wrongly is never led to.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from commons.actors import Actor
from commons.errors import NotFound
from federation.ent import keys, operations, queries
from federation.ent.models import Registration, ServiceOpening, SigningKey
from federation.ent.saml import answering, asking, leaving, names, publishing
from federation.ent.saml.reading import REQUEST, RESPONSE, Sent
from federation.ent.saml.refusals import MessageRefused
from portal import counting, saml_pages, service_leaving, service_sessions
from portal.doors import show
from portal.views.issuing import issuer_of
from portal.views.openid import misconfigured
from portal.views.shared_services import REFUSALS, opening_refused
from tenants.accounts import sign_ins
from tenants.accounts.models import User

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponse]


def _held(view: View) -> View:
    """Lead nobody anywhere when a message does not hold. What did not is for the log."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except MessageRefused as error:
            _write_down(error)
            return misconfigured(request)

    return never_cache(guarded)


def _write_down(error: MessageRefused) -> None:
    problem = str(error.details.get("problem", ""))
    logger.warning("saml.refused", extra={"code": error.code, "outcome": problem})


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """What a partner is given of us."""
    try:
        said = publishing.metadata(
            issuer_of(request),
            sign_in_url=_here(request, "saml-sign-in"),
            sign_out_url=_here(request, "saml-sign-out"),
        )
    except SigningKey.DoesNotExist as error:
        raise Http404 from error
    response = HttpResponse(said, content_type="application/samlmetadata+xml")
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _here(request: HttpRequest, route: str) -> str:
    return f"{issuer_of(request)}{reverse(f'portal:{route}')}"


def _sent(request: HttpRequest, *kinds: str) -> Sent:
    """What came, by the binding that it came by.

    :raises MessageRefused: if it is none of these, or several
    """
    data = request.POST if request.method == "POST" else request.GET
    found = [kind for kind in kinds if kind in data]
    if len(found) != 1:
        raise MessageRefused(problem="nothing sent")
    return Sent(
        binding=names.POST if request.method == "POST" else names.REDIRECT,
        kind=found[0],
        value=data[found[0]],
        relay_state=data.get("RelayState", ""),
        query=request.META.get("QUERY_STRING", ""),
    )


def _led_on(route: str, **query: str) -> HttpResponse:
    """By GET, so that our cookie comes with it."""
    response = HttpResponseRedirect(f"{reverse(f'portal:{route}')}?{urlencode(query)}")
    response.status_code = 303
    return response


@csrf_exempt
@sensitive_post_parameters(REQUEST)
@require_http_methods(["GET", "HEAD", "POST"])
@_held
def sign_in(request: HttpRequest) -> HttpResponse:
    """A service asks who somebody is (saml-profiles-2.0, §4.1.3.2)."""
    sent = _sent(request, REQUEST)
    here = _here(request, "saml-sign-in")
    asked = asking.read_request(sent, here=here, at=timezone.now())
    return _led_on("saml-answer", demande=asking.handle_of(asked))


@require_safe
@_held
def answer(request: HttpRequest) -> HttpResponse:
    """Tell it, once the person is signed in."""
    now = timezone.now()
    asked = asking.asked_by(request.GET.get("demande", ""))
    registration = queries.saml_registration_by_id(asked.registration_id)
    if registration is None:
        raise MessageRefused(problem="closed")
    if asked.refusal:
        return _refused(request, asked, registration, asked.refusal)
    user = request.user if request.user.is_authenticated else None
    if user is None or (asked.must_sign_in and not _has_signed_in_since(request, user, asked)):
        if asked.is_passive:
            return _refused(request, asked, registration, names.NO_PASSIVE)
        if user is not None:
            service_sessions.leave(request)
        return redirect_to_login(request.get_full_path())
    code = registration.sector
    if asked.subject and asked.subject != keys.subject_of(user, service_code=code):
        return _refused(request, asked, registration, names.STRANGER)
    try:
        service = operations.admit(user=user, service_code=code, on=timezone.localdate(now), at=now)
    except REFUSALS as refusal:
        if asked.is_passive:
            return _refused(request, asked, registration, names.DENIED)
        return opening_refused(request, refusal)
    counting.used(request, service)
    return saml_pages.tell_who_came(request, user, registration, service, asked=asked, at=now)


def _has_signed_in_since(request: HttpRequest, user: User, asked: asking.Asked) -> bool:
    proved_at = service_sessions.authenticated_at(request, user)
    return proved_at is not None and proved_at.timestamp() >= asked.received_at


def _refused(
    request: HttpRequest, asked: asking.Asked, registration: Registration, status: str
) -> HttpResponse:
    said = answering.answer_with_status(
        asked=asked, status=status, issuer=issuer_of(request), at=timezone.now()
    )
    name = queries.name_of(registration.sector)
    return saml_pages.posted(request, said, name=name)


@csrf_exempt
@sensitive_post_parameters(REQUEST, RESPONSE)
@require_http_methods(["GET", "HEAD", "POST"])
@_held
def sign_out(request: HttpRequest) -> HttpResponse:
    """A service wants somebody signed out, or says that it did what we asked (§4.4.3)."""
    sent = _sent(request, REQUEST, RESPONSE)
    here, now = _here(request, "saml-sign-out"), timezone.now()
    if sent.kind == REQUEST:
        asked = asking.read_leave_request(sent, here=here, at=now)
        return _led_on("saml-sign-out-asked", demande=asking.handle_of(asked))
    try:
        followed = leaving.has_left(sent, here=here, at=now)
    except MessageRefused as error:
        _write_down(error)
        followed = ""
    return _led_on("saml-leave", suite=followed)


@require_safe
@_held
def sign_out_asked(request: HttpRequest) -> HttpResponse:
    """Sign somebody out because a service asks for it, with a signature, and answer it."""
    asked = asking.asked_to_leave_by(request.GET.get("demande", ""))
    registration = queries.saml_registration_by_id(asked.registration_id)
    if registration is None:
        raise MessageRefused(problem="closed")
    browser = service_sessions.browser_of(request)
    waiting: list[uuid.UUID] = []
    for opening in leaving.openings_meant(registration, asked, browser=browser):
        if opening.browser == browser:
            left = service_sessions.leave(request)
            waiting = [one for one in left if one != opening.public_id]
        else:
            _end_elsewhere(opening)
    return service_leaving.begin(request, waiting, then=reverse("portal:signed-out"), asked=asked)


def _end_elsewhere(opening: ServiceOpening) -> None:
    """End a session of the same person in another browser, and what was opened from it."""
    now = timezone.now()
    operations.end_openings(browser=opening.browser, at=now)
    with contextlib.suppress(NotFound):  # it had ended by itself
        sign_ins.end_session(
            user=opening.user,
            public_id=uuid.UUID(opening.browser),
            actor=Actor.system("ent.saml"),
            at=now,
        )


@require_safe
@never_cache
def leave(request: HttpRequest) -> HttpResponse:
    """Out of the portal already: now out of the services that only this browser can sign out of."""
    found = service_leaving.go_on(request, followed=request.GET.get("suite", ""))
    if isinstance(found, HttpResponse):
        return found
    carried, name = found
    if carried.xml:
        return saml_pages.carry(request, carried, name=name)
    response = show(
        request, "portal/services/leave.html", {"url": carried.url, "name": name}, places=()
    )
    # Not a redirection: this page may be the answer to a form, and browsers hold those to our host.
    response.headers["Refresh"] = f"0; url={carried.url}"
    return response
