"""Signing in and out. Whatever is wrong, the answer is the same: nobody learns who has an account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal import identities, service_leaving, service_sessions, signing_in
from portal.doors import lead_to
from portal.forms import SignInForm
from portal.password_door import prove_password
from tenants.identities import ways
from tenants.identities.departements import departement_of
from tenants.identities.models import Way


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page."""
    destination = signing_in.destination_of(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(destination or signing_in.landing(request.user))
    form = SignInForm(request.POST or None)
    status = 200
    if request.method == "POST":
        user, status = prove_password(
            request, form, may_enter=lambda one: ways.may_enter(one, Way.PASSWORD)
        )
        if user is not None:
            return signing_in.enter(request, user, way=signing_in.PASSWORD, destination=destination)
    offer = ways.offer()
    others = [departement_of(one.departement_code) for one in offer.departements]
    context = {"form": form, "next": destination, "offer": offer, "others": filter(None, others)}
    response = render(request, "portal/pages/sign_in.html", context, status=status)
    targets = (identities.origins(offer.providers), service_sessions.origin_after(destination))
    return lead_to(response, " ".join(filter(None, targets)))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, of the services opened from here and of the provider that opened this."""
    leaving = identities.leaving_of(request)
    waiting = service_sessions.leave(request)
    then = "portal:signed-out"
    if leaving is not None and (url := identities.leave_url(leaving)):
        identities.leave_next(request, url)
        then = "portal:identity-leave"
    elif not waiting:
        return signed_out(request)
    return service_leaving.begin(request, waiting, then=reverse(then))


def signed_out(request: HttpRequest) -> HttpResponse:
    """Back from where one signed out, or already there."""
    messages.success(request, _("La déconnexion est faite. À bientôt."))
    return redirect("portal:sign-in")
