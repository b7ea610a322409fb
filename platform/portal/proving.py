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

from portal import signing_in
from portal.passkey_requests import PasskeyRequest
from tenants.accounts import factors, passkeys, sessions
from tenants.accounts.models import SignIn, User
from tenants.identities.departements import code_of_way
from ui import errors
from ui.errors import explain
from ui.forms import CodeForm
from ui.proving import code_status
from ui.requests import SignedInRequest

View = Callable[..., HttpResponse]


def is_proved(request: HttpRequest, user: User, form: CodeForm) -> int:
    """Take the factor that was sent: 0 when it is right, else the status of the refusal.

    The refusal is on the form.
    """
    if request.POST.get("credential"):
        return _passkey_status(request, user, form)
    return code_status(
        request,
        user,
        form,
        phone=errors.tenant_phone(),
        on_refusal=functools.partial(_write_refusal, request, user),
    )


def _write_refusal(request: HttpRequest, user: User, is_one_too_many: bool) -> None:  # noqa: FBT001  a callback
    if is_one_too_many:
        factors.report_guesses(user=user, at=timezone.now())
    signing_in.record_failure(request, user, outcome=SignIn.Outcome.FACTOR_REFUSED)


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
