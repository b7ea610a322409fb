"""Proving a second factor, and proving again who one is before what matters.

The doors share this: the second step of signing in, and the page that asks again. Failures are
counted by kind of proof (`ui.attempts`), and every refusal is one sentence.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from commons.actors import Actor
from portal import signing_in
from portal.passkey_requests import PasskeyRequest
from tenants.accounts import factors, passkeys, sessions, totp
from tenants.accounts.models import SignIn, User
from tenants.identities.departements import code_of_way
from ui import attempts, errors, visitors
from ui.errors import explain
from ui.forms import CodeForm
from ui.requests import SignedInRequest

View = Callable[..., HttpResponse]


def is_proved(request: HttpRequest, user: User, form: CodeForm) -> int:
    """Take the factor that was sent: 0 when it is right, else the status of the refusal.

    The refusal is on the form.
    """
    if request.POST.get("credential"):
        return _passkey_status(request, user, form)
    if not form.is_valid():
        return 422
    written, at = form.cleaned_data["code"], timezone.now()
    is_code = totp.looks_like_code(written)
    counted = attempts.CODE if is_code else attempts.RECOVERY
    name, place = str(user.public_id), visitors.place_of(request)
    if counted.is_blocked(name, place):
        form.add_error(None, errors.text("ACCOUNT_FACTOR_TOO_MANY", phone=errors.tenant_phone()))
        return 429
    try:
        if is_code:
            factors.prove_by_code(user=user, written=written, at=at)
        else:
            factors.prove_by_recovery(user=user, written=written, actor=Actor.user(user), at=at)
    except factors.FactorRefused as error:
        counted.record_failure(name, place)
        if counted.is_blocked(name, place):
            factors.report_guesses(user=user, at=at)
        signing_in.record_failure(request, user, outcome=SignIn.Outcome.FACTOR_REFUSED)
        form.add_error("code", str(explain(error)))
        return 422
    counted.record_success(name, place)
    return 0


def _passkey_status(request: HttpRequest, user: User, form: CodeForm) -> int:
    asked = PasskeyRequest(request)
    form.errors.clear()
    try:
        passkeys.prove(
            user=user,
            credential=request.POST["credential"],
            site=asked.site,
            challenge=asked.take_challenge(user),
            at=timezone.now(),
        )
    except factors.FactorRefused as error:
        signing_in.record_failure(request, user, outcome=SignIn.Outcome.FACTOR_REFUSED)
        form.add_error(None, str(explain(error)))
        return 422
    return 0


def is_recent(request: HttpRequest, user: User) -> bool:
    """Whether this session proved lately who it is: with the factor, when there is one."""
    facts = sessions.facts_of(request.session)
    return factors.is_proved_lately(user, facts, at=timezone.now())


def ask_again(request: HttpRequest, *, to: str = "") -> HttpResponseRedirect:
    """Lead to the page that asks to prove again, and from there to `to`."""
    query = urlencode({"next": to or request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('portal:confirm')}?{query}")


def recently_proved(view: View) -> View:
    """Ask to prove again before this page, when the latest proof is old."""

    @functools.wraps(view)
    def guarded(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
        if is_recent(request, request.user):
            return view(request, *args, **kwargs)
        to = request.get_full_path() if request.method == "GET" else reverse("portal:security")
        return ask_again(request, to=to)

    return guarded


def proved_here(view: View) -> View:
    """Ask who came in by another département's word to prove here who they are, once, before money.

    From there they are led to their invoices: what they sent is to be sent again.
    """

    @functools.wraps(view)
    def guarded(request: SignedInRequest, *args: object, **kwargs: object) -> HttpResponse:
        facts = sessions.facts_of(request.session)
        if code_of_way(facts.way) and not facts.proved_at:
            return ask_again(request, to=reverse("portal:invoices"))
        return view(request, *args, **kwargs)

    return guarded
