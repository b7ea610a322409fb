"""In by another département: there, back, the keys we sign with there, and a sign-out told from there.

Going there takes nothing from the session: who is signed in stays so until another person has come in.
"""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from commons.errors import DomainError
from portal import identities, portals, signing_in
from portal.identities import Leaving
from portal.views.identities import explained
from tenants.accounts.models import User
from tenants.identities import attempts, departements, operations, refusals, ways
from tenants.identities.departements import Vouched
from tenants.identities.departements.linking import NotLinked
from tenants.identities.models import IdentityProvider, ProviderKind, Way
from ui.ways import portal_of

logger = logging.getLogger(__name__)
NOT_AGREED = "consent_required"  # OpenID Connect Core 1.0, §3.1.2.6


def trusted(slug: str) -> IdentityProvider:
    """
    The provider of another département, as long as its word opens something here.

    :raises WayClosed: if it does not
    """
    for provider in ways.offer().departements:
        other = departements.departement_of(provider.departement_code)
        if other is not None and other.slug == slug:
            return provider
    raise refusals.WayClosed


def go(
    request: HttpRequest, provider: IdentityProvider, *, destination: str, user: User | None = None
) -> HttpResponse:
    """Send the browser to the other département; to link, for the account that is signed in."""
    begun = attempts.begin(
        provider=provider,
        browser=identities.bind_browser(request),
        destination=destination,
        at=timezone.now(),
        user=user,
    )
    url = departements.authorize_url(
        provider, begun, redirect_uri=identities.departement_return_url(), is_link=user is not None
    )
    return HttpResponseRedirect(url)


@require_GET
@explained
def begin(request: HttpRequest, portal: str) -> HttpResponse:
    """Come in by another département: its switch leads here, and so does our page of sign-in."""
    return go(request, trusted(portal), destination=signing_in.destination_of(request))


@require_safe
@explained
def come_back(request: HttpRequest) -> HttpResponse:
    """Back from another département, with a code or an error."""
    at = timezone.now()
    taken = attempts.take(
        ask=request.GET.get("state", ""),
        browser=identities.browser_of(request),
        kind=ProviderKind.DEPARTEMENT,
        at=at,
    )
    departements.check_answerer(taken.provider, request.GET.getlist("iss"))
    if error := request.GET.get("error", ""):
        if error == NOT_AGREED:
            raise NotLinked
        raise refusals.SignInGivenUp
    vouched = departements.exchange(
        taken,
        code=request.GET.get("code", ""),
        redirect_uri=identities.departement_return_url(),
        at=at,
    )
    if taken.user_id is not None:
        return _link(request, vouched, begun_by=taken.user_id)
    return _enter(request, vouched, taken.destination)


def _link(request: HttpRequest, vouched: Vouched, *, begun_by: int) -> HttpResponse:
    if not isinstance(request.user, User):
        raise refusals.SignInBroken(problem="signed out meanwhile")
    operations.link(vouched=vouched, user=request.user, begun_by=begun_by, at=timezone.now())
    portals.remember(request, request.user)
    told = _("C'est fait : %(portal)s ouvre aussi celui-ci.")
    messages.success(request, told % {"portal": portal_of(vouched.provider.departement_code)})
    return redirect("portal:portals")


def _enter(request: HttpRequest, vouched: Vouched, destination: str) -> HttpResponse:
    user = operations.arrive_from_departement(vouched=vouched, at=timezone.now())
    if not ways.may_enter(user, Way.DEPARTEMENT):
        raise refusals.WayClosed
    if request.user.is_authenticated:
        if request.user.pk == user.pk:  # their own session goes on, with what it has proved
            return HttpResponseRedirect(destination or signing_in.landing(user))
        request.session.flush()
    code = vouched.provider.departement_code
    response = signing_in.enter(
        request,
        user,
        way=departements.way_of(code),
        destination=destination,
        vouched_at=vouched.authenticated_at,
    )
    request.session[departements.SESSION_ENTRY] = vouched.sid
    leaving = Leaving(
        kind=ProviderKind.DEPARTEMENT.value, hint=vouched.id_token, departement_code=code
    )
    identities.remember_leaving(request, leaving)
    return response


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys by which the other départements know us."""
    response = JsonResponse(departements.published_keys())
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


@never_cache
@csrf_exempt
@require_POST
def signed_out_there(request: HttpRequest) -> HttpResponse:
    """Another département's server says that somebody signed out there."""
    try:
        operations.end_told_sessions(request.POST.get("logout_token", ""), at=timezone.now())
    except DomainError as error:
        problem = str(error.details.get("problem", ""))
        logger.warning("identity.refused", extra={"code": error.code, "outcome": problem})
        is_silent = isinstance(error, refusals.ProviderSilent)
        return JsonResponse({"error": "invalid_request"}, status=503 if is_silent else 400)
    return HttpResponse(status=200)
