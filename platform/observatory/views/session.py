"""Signing in and out, joining with a link, and setting the second factor up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from commons.actors import Actor
from commons.errors import DomainError
from federation.workgroup import operations, queries
from federation.workgroup.access import member_of
from observatory import signing_in
from observatory.forms import JoinForm, SignInForm
from observatory.members import reader
from observatory.views.frame import show
from tenants.accounts import factors, totp
from tenants.accounts.models import SignIn, User
from tenants.accounts.queries import user_with_name
from ui import attempts, errors, qr, visitors
from ui.errors import explain
from ui.forms import CodeForm, refuse
from ui.proving import code_status, secret_being_set_up

_SET_UP, _PURPOSE = "observatory-set-up", "observatory.authenticator.set-up"
page = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters("password")
@never_cache
@page
def sign_in(request: HttpRequest) -> HttpResponse:
    """`/observatoire/connexion/`: whatever is wrong, the answer is the same."""
    destination = signing_in.destination_of(request)
    if reader(request) is not None:
        return HttpResponseRedirect(destination)
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST":
        user, status = _prove_password(request, form)
        if user is not None:
            return signing_in.wait_for_factor(request, user, destination=destination)
    return show(request, "sign_in", {"form": form, "next": destination}, status=status)


def _prove_password(request: HttpRequest, form: SignInForm) -> tuple[User | None, int]:
    """Whose address and password these are, if they are a member's; else the status of the refusal."""
    if not form.is_valid():
        return None, 422
    name, place = form.cleaned_data["email"], visitors.place_of(request)
    if attempts.is_blocked(name, place):
        form.add_error(None, errors.text("SIGN_IN_TOO_MANY", phone=""))
        return None, 429
    user = auth.authenticate(request, username=name, password=form.cleaned_data["password"])
    if isinstance(user, User) and member_of(user) is not None:
        attempts.record_success(name, place)
        return user, 200
    attempts.record_failure(name, place)
    signing_in.record_failure(request, user_with_name(name), SignIn.Outcome.REFUSED)
    form.add_error(None, errors.text("SIGN_IN_REFUSED", phone=""))
    return None, 422


@sensitive_post_parameters("code")
@never_cache
@page
def verify(request: HttpRequest) -> HttpResponse:
    """`/observatoire/connexion/verification/`: the second factor."""
    user = signing_in.waiting(request)
    if user is None:
        return redirect("observatory:sign-in")
    if not factors.has_factor(user):
        return redirect("observatory:protect")
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = code_status(
            request,
            user,
            form,
            phone="",
            on_refusal=lambda _is_one_too_many: signing_in.record_failure(
                request, user, SignIn.Outcome.FACTOR_REFUSED
            ),
        )
        if not status:
            return signing_in.open_session(request, user, HttpResponseRedirect)
    context = {"form": form, "is_demo": bool(settings.DEMO_CODE_SECRET)}
    return show(request, "verify", context, status=status)


@sensitive_post_parameters("code")
@never_cache
@page
def protect(request: HttpRequest) -> HttpResponse:
    """`/observatoire/connexion/protection/`: an application of codes, for who has none yet.

    Who has one is never let in here: setting up another would go round it.
    """
    user = signing_in.waiting(request)
    if user is None:
        return redirect("observatory:sign-in")
    if factors.has_factor(user):
        return redirect("observatory:verify")
    secret = secret_being_set_up(request, user, kept_in=_SET_UP, purpose=_PURPOSE)
    form, status = CodeForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                codes = factors.set_authenticator(
                    user=user,
                    secret=secret,
                    written=form.cleaned_data["code"],
                    actor=Actor.user(user),
                    at=timezone.now(),
                )
            except factors.FactorRefused as error:
                form.add_error("code", str(explain(error)))
            else:
                request.session.pop(_SET_UP, None)
                return signing_in.open_session(
                    request,
                    user,
                    lambda to: show(request, "recovery_codes", {"codes": codes, "to": to}),
                )
    address = totp.address(secret, account=str(user), issuer=_("Observatoire"))
    context: dict[str, Any] = {
        "form": form,
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        "picture": qr.drawn(address),
    }
    return show(request, "protect", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here."""
    auth.logout(request)
    return redirect("observatory:overview")


@sensitive_post_parameters("password")
@never_cache
@page
def join(request: HttpRequest, token: str) -> HttpResponse:
    """`/observatoire/rejoindre/<token>/`: the link of an invitation, once."""
    invitation = queries.open_invitation(token, at=timezone.now())
    if invitation is None:
        return show(request, "join_over", {}, status=404)
    form, status = JoinForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                member = operations.join(
                    token=token, password=form.cleaned_data["password"], at=timezone.now()
                )
            except DomainError as error:
                refuse(form, error)
            else:
                to = signing_in.destination_of(request)
                return signing_in.wait_for_factor(request, member.user, destination=to)
    return show(request, "join", {"form": form, "invitation": invitation}, status=status)
