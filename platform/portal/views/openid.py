"""The OpenID Connect doors of a département's host. What they say is `federation.ent.openid`'s.

There is no consent page: the département answers for what it grants, and the card of each service says
what leaves. Whoever asks from an address that was not registered is never sent anywhere.
"""

from __future__ import annotations

import datetime
import uuid
from urllib.parse import urlsplit

from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from federation.ent import keys, operations, queries
from federation.ent.openid import Provider, metadata
from portal import counting, service_leaving, service_sessions
from portal.doors import lead_to, show
from portal.views import vouching
from portal.views.issuing import issuer_of
from portal.views.shared_services import REFUSALS, opening_refused

_ADDRESSES = {
    "authorization_endpoint": "openid-authorize",
    "token_endpoint": "openid-token",
    "userinfo_endpoint": "openid-person",
    "jwks_uri": "openid-keys",
    "end_session_endpoint": "openid-sign-out",
}
_AGAIN = frozenset({"login", "select_account"})


def _provider(request: HttpRequest) -> Provider:
    return Provider(issuer=issuer_of(request), at=timezone.now())


@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    """What a client reads first."""
    issuer = issuer_of(request)
    addresses = {
        name: f"{issuer}{reverse(f'portal:{route}')}" for name, route in _ADDRESSES.items()
    }
    return _public(JsonResponse(metadata(issuer, addresses)))


@require_safe
def published_keys(request: HttpRequest) -> HttpResponse:
    """The public keys, in service, announced or retired."""
    return _public(JsonResponse(keys.published_keys()))


def _public(response: HttpResponse) -> HttpResponse:
    """It names nobody, and may be kept for a while."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Say who a person is to a service that asks, once they are signed in."""
    if request.method == "POST":  # a form of another site bears no session of ours
        return HttpResponseRedirect(f"{request.path}?{request.POST.urlencode()}")
    provider = _provider(request)
    user = request.user if request.user.is_authenticated else None
    try:
        grant = provider.get_consent_grant(request, end_user=user)
    except OAuth2Error as error:
        if not getattr(error, "redirect_uri", None):
            return misconfigured(request)
        return _answered(provider, provider.handle_error_response(None, error))
    if user is None:
        return _to_sign_in(request)
    registration = grant.request.client.row
    provider.authenticated_at = service_sessions.authenticated_at(request, user) or provider.at
    is_vouched_for = bool(registration.departement_code)
    if _must_sign_in_again(request, provider) or (
        is_vouched_for and not service_sessions.is_proved_here(request)
    ):
        return _sign_in_again(request)
    if is_vouched_for:
        return _answered(provider, vouching.answer(request, provider, grant, user))
    try:
        admitted = operations.admit(
            user=user,
            service_code=registration.sector,
            on=timezone.localdate(provider.at),
            at=provider.at,
        )
    except REFUSALS as refusal:
        if request.GET.get("prompt") != "none":
            return opening_refused(request, refusal)
        refused = provider.create_authorization_response(grant.request, grant=grant)
        return _answered(provider, refused)
    counting.used(request, admitted)
    provider.opening = operations.open_for(
        registration=registration,
        user=user,
        browser=service_sessions.browser_of(request),
        issuer=provider.issuer,
        at=provider.at,
    )
    given = provider.create_authorization_response(grant.request, grant_user=user, grant=grant)
    return _answered(provider, given)


def _answered(provider: Provider, response: HttpResponse) -> HttpResponse:
    """The answer, which names its issuer: one cannot pass for another's (RFC 9207)."""
    if location := response.headers.get("Location"):
        named = add_params_to_uri(location, [("iss", provider.issuer)])
        response.headers["Location"] = named
    return response


def _must_sign_in_again(request: HttpRequest, provider: Provider) -> bool:
    """Whether the service wants the person to prove anew who they are."""
    if _AGAIN & set(request.GET.get("prompt", "").split()):
        return True
    asked = request.GET.get("max_age", "")
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        return False
    longest = datetime.timedelta(seconds=int(asked))
    return provider.at - provider.authenticated_at > longest


def _sign_in_again(request: HttpRequest) -> HttpResponse:
    service_sessions.leave(request)
    return _to_sign_in(request)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To sign in, and back here; once is enough for who was asked to do it anew."""
    kept = request.GET.copy()
    left = set(kept.pop("prompt", [""])[-1].split()) - _AGAIN
    if left:
        kept["prompt"] = " ".join(sorted(left))
    return redirect_to_login(f"{request.path}?{kept.urlencode()}")


@sensitive_variables()
@never_cache
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give a client what its code is worth; it is another server that asks."""
    return _provider(request).create_token_response(request)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest) -> HttpResponse:
    """Tell who holds a token what was granted of the person."""
    return _provider(request).create_endpoint_response("userinfo", request)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out here because a service asks for it; a person confirms what nothing proves."""
    provider = _provider(request)
    waiting: list[uuid.UUID] = []
    provider.sign_out = lambda: waiting.extend(service_sessions.leave(request))
    try:
        asked = provider.validate_endpoint_request("end_session", request)
    except OAuth2Error:
        return misconfigured(request)
    is_confirmed = request.method == "POST" or _is_of_this_session(request, asked.id_token_claims)
    if request.user.is_authenticated and not is_confirmed:
        page = show(request, "portal/services/sign_out.html", {})
        parts = urlsplit(asked.redirect_uri or "")
        return lead_to(page, f"{parts.scheme}://{parts.netloc}") if parts.netloc else page
    response = provider.create_endpoint_response("end_session", asked)
    if response is not None:
        then = response.headers.get("Location", "")
        return service_leaving.begin(request, waiting, then=then) if waiting else response
    if waiting:
        return service_leaving.begin(request, waiting, then=reverse("portal:signed-out"))
    messages.success(request, _("La déconnexion est faite. À bientôt."))
    return redirect("portal:sign-in")


def _is_of_this_session(request: HttpRequest, claims: dict[str, object] | None) -> bool:
    """Whether the token that a service shows was given to this very session."""
    browser = service_sessions.browser_of(request)
    return bool(claims and browser) and queries.is_opening_of(
        str(claims.get("sid", "")) if claims else "", browser=browser
    )


def misconfigured(request: HttpRequest) -> HttpResponse:
    """A service asked wrongly, and nobody is sent to it."""
    return show(request, "portal/services/misconfigured.html", {}, status=400)
