"""In by EduConnect and FranceConnect: there, back, and proving once who one is, by an INE or a letter."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial, wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commons.errors import DomainError
from portal import activations, identities, signing_in
from portal.account_forms import CodeForm
from portal.doors import refuse, show
from portal.identities import Leaving
from portal.identity_forms import ProofForm
from tenants.accounts.models import User, Way
from tenants.identities import (
    attempts,
    educonnect,
    franceconnect,
    operations,
    queries,
    refusals,
    ways,
)
from tenants.identities.claims import Claims
from tenants.identities.models import IdentityProvider, LinkRequest, ProviderKind
from ui import errors

logger = logging.getLogger(__name__)
WAYS = {"franceconnect": ProviderKind.FRANCECONNECT, "educonnect": ProviderKind.EDUCONNECT}
SESSION_WAYS = {
    ProviderKind.FRANCECONNECT.value: Way.FRANCECONNECT.value,
    ProviderKind.EDUCONNECT.value: Way.EDUCONNECT.value,
}
View = Callable[..., HttpResponse]


def explained(view: View) -> View:
    """Show what went wrong as a page that says what to do. What exactly did not hold is for the log."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            problem = str(error.details.get("problem", ""))
            logger.warning("identity.refused", extra={"code": error.code, "outcome": problem})
            status = 503 if isinstance(error, refusals.ProviderSilent) else 403
            context = {"explanation": errors.explain(error), "code": error.code}
            return show(request, "portal/pages/identity_problem.html", context, status=status)

    return never_cache(guarded)


def _provider(kind: str) -> IdentityProvider:
    """The provider of a way that is open to somebody.

    :raises WayClosed: if there is none
    """
    provider = ways.offer().providers.get(kind)
    if provider is None:
        raise refusals.WayClosed
    return provider


@require_POST
@explained
def begin(request: HttpRequest, way: str) -> HttpResponse:
    """Go to a provider's page. Whoever was in this session is out of it from now on."""
    if way not in WAYS:
        raise Http404
    provider = _provider(WAYS[way])
    destination = signing_in.destination_of(request)
    begun = attempts.begin(
        provider=provider,
        browser=identities.forget_everybody(request),
        destination=destination,
        at=timezone.now(),
    )
    if provider.kind == ProviderKind.FRANCECONNECT:
        url = franceconnect.authorize_url(provider, begun, redirect_uri=identities.callback_url())
    else:
        url = educonnect.authorize_url(provider, begun, acs_url=identities.acs_url())
    return HttpResponseRedirect(url)


@require_safe
@explained
def franceconnect_return(request: HttpRequest) -> HttpResponse:
    """Back from FranceConnect, with a code or an error."""
    at = timezone.now()
    browser = identities.browser_of(request)
    taken = attempts.take(
        ask=request.GET.get("state", ""),
        browser=browser,
        kind=ProviderKind.FRANCECONNECT,
        at=at,
    )
    if "error" in request.GET:
        raise refusals.SignInGivenUp
    claims = franceconnect.exchange(
        taken,
        code=request.GET.get("code", ""),
        redirect_uri=identities.callback_url(),
        at=at,
    )
    return _arrive(request, claims, taken.destination)


@csrf_exempt
@sensitive_post_parameters("SAMLResponse")
@require_POST
@explained
def educonnect_answer(request: HttpRequest) -> HttpResponse:
    """
    What EduConnect has the browser post. It comes from another site, so the session's cookie does not
    come with it: what is verified waits under a handle, which is worth nothing to another session.
    """
    at = timezone.now()
    posted = request.POST.get("SAMLResponse", "")
    ask = educonnect.asked_by(posted)
    attempt = attempts.asked(ask, at=at)
    answer = educonnect.verify(
        attempt.provider, posted, ask=ask, acs_url=identities.acs_url(), at=at
    )
    handle = attempts.keep_answer(
        attempt=attempt,
        claims=answer.claims,
        assertion_id=answer.assertion_id,
        assertion_expires_at=answer.expires_at,
        at=at,
    )
    response = HttpResponseRedirect(f"{reverse('portal:educonnect-return')}?reponse={handle}")
    response.status_code = 303  # the browser asks the next page by GET, and our cookie goes with it
    return response


@require_safe
@explained
def educonnect_return(request: HttpRequest) -> HttpResponse:
    """Back from EduConnect, in the session that asked."""
    taken = attempts.collect(
        handle=request.GET.get("reponse", ""),
        browser=identities.browser_of(request),
        kind=ProviderKind.EDUCONNECT,
        at=timezone.now(),
    )
    if taken.claims is None:
        raise refusals.SignInBroken(problem="no claims")
    return _arrive(request, taken.claims, taken.destination)


@require_safe
def educonnect_metadata(request: HttpRequest) -> HttpResponse:
    """What EduConnect is given of us."""
    provider = queries.open_provider(ProviderKind.EDUCONNECT)
    if provider is None:
        raise Http404
    said = educonnect.metadata(provider, acs_url=identities.acs_url())
    return HttpResponse(said, content_type="application/samlmetadata+xml")


def _arrive(request: HttpRequest, claims: Claims, destination: str) -> HttpResponse:
    if request.user.is_authenticated:  # somebody else came in meanwhile
        request.session.flush()
    arrival = operations.arrive(claims=claims, at=timezone.now())
    leaving = Leaving(kind=claims.kind, hint=claims.leaving)
    if arrival.user is not None:
        return _enter(request, arrival.user, leaving, destination)
    assert arrival.request is not None
    identities.remember_link(request, arrival.request, leaving)
    return redirect("portal:identity-link")


def _enter(request: HttpRequest, user: User, leaving: Leaving, destination: str) -> HttpResponse:
    if not ways.may_enter(user, leaving.kind):
        raise refusals.WayClosed
    response = signing_in.enter(
        request, user, way=SESSION_WAYS[leaving.kind], destination=destination
    )
    identities.remember_leaving(request, leaving)
    return response


def _open_link(request: HttpRequest) -> LinkRequest | None:
    """The request of this session that somebody not signed in may still prove, or read.

    :raises WayClosed: if the way is no longer open to people of their kind: no proof is spent on it
    """
    found = identities.link_of(request)
    if found is None or request.user.is_authenticated:
        return None
    if found.state == LinkRequest.State.LINKED:
        identities.forget_link(request)
        return None
    if not ways.is_open(found.profile, found.kind):
        raise refusals.WayClosed
    return found


@sensitive_post_parameters("ine", "birth_date")
@require_http_methods(["GET", "HEAD", "POST"])
@explained
def link(request: HttpRequest) -> HttpResponse:
    """Prove once whose parent one is; or read where it stands at the collège's secretary."""
    found = _open_link(request)
    if found is None:
        return redirect("portal:sign-in")
    if found.state != LinkRequest.State.TO_PROVE:
        return show(request, "portal/pages/identity_waiting.html", {"link": found})
    if found.reason != LinkRequest.Reason.NO_KEY:
        return redirect("portal:identity-code")
    form = ProofForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            arrival = operations.prove_by_paper(
                request=found, at=timezone.now(), **form.cleaned_data
            )
        except (refusals.ProofRefused, refusals.TooManyTries) as error:
            refuse(form, error)
        else:
            return _proved(request, found, arrival)
    context = {"form": form, "previous": queries.refused_before(found)}
    return show(
        request,
        "portal/pages/identity_proof.html",
        context,
        status=422 if form.errors else 200,
    )


@sensitive_post_parameters("code", "birth_date")
@require_http_methods(["GET", "HEAD", "POST"])
@explained
def link_by_code(request: HttpRequest) -> HttpResponse:
    """Prove who one is by the code of one's letter. Whatever is wrong, the answer is the same."""
    found = _open_link(request)
    if found is None:
        return redirect("portal:sign-in")
    if found.closed_at is not None:
        return redirect("portal:identity-link")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        arrival, status = activations.try_code(
            request,
            form,
            partial(operations.prove_by_code, request=found),
            refused=(refusals.CodeRefused, refusals.TooManyTries),
            uncounted=(refusals.TooManyTries,),
        )
        if arrival is not None:
            return _proved(request, found, arrival)
    context = {"form": form, "link": found, "by": found.get_kind_display()}
    return show(request, "portal/pages/identity_code.html", context, status=status)


def _proved(request: HttpRequest, link: LinkRequest, arrival: operations.Arrival) -> HttpResponse:
    """In, or to read that the secretary has to look."""
    if arrival.user is None:
        return redirect("portal:identity-link")
    leaving = identities.leaving_of(request) or Leaving(kind=link.kind, hint="")
    identities.forget_link(request)
    return _enter(request, arrival.user, leaving, "")


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Out of the portal already: now out of the provider's own session too, at once."""
    url = identities.next_to_leave(request)
    if not url:
        return redirect("portal:sign-in")
    response = show(request, "portal/pages/identity_leave.html", {"url": url})
    response.headers["Refresh"] = f"0; url={url}"
    return response
