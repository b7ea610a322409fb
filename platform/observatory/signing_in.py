"""Signing in on the public host: a password, then always a second factor.

Who has given their password is nobody yet: what is known of them waits ten minutes in the session that
asked, and the factor opens it. Who has none sets one up first; without it nobody is of the group.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from federation.workgroup.access import member_of
from tenants.accounts import factors, queries, sessions, sign_ins
from tenants.accounts.models import SignIn, User, Way
from ui import devices

WAITING_SECONDS = 10 * 60
_WAITING = "observatory-waiting"
_BACKEND = "tenants.accounts.backends.PasswordBackend"


def destination_of(request: HttpRequest) -> str:
    """The page of this host that was asked for; the overview if there is none."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("observatory:overview")


def wait_for_factor(request: HttpRequest, user: User, *, destination: str) -> HttpResponse:
    """Keep whose password was right, and lead to their factor, or to the page that sets one up."""
    auth.logout(request)  # nothing of whoever was here before, and another key
    request.session[_WAITING] = {
        "user": str(user.public_id),
        "hash": user.get_session_auth_hash(),
        "destination": destination,
        "until": timezone.now().timestamp() + WAITING_SECONDS,
    }
    request.session.cycle_key()
    page = "verify" if factors.has_factor(user) else "protect"
    return HttpResponseRedirect(reverse(f"observatory:{page}"))


def waiting(request: HttpRequest) -> User | None:
    """Who waits for their factor in this session; nobody once the time is over, or membership ended."""
    kept = request.session.get(_WAITING)
    if kept is None or kept["until"] <= timezone.now().timestamp():
        return None
    user = queries.user_named(uuid.UUID(kept["user"]))
    if user is None or member_of(user) is None:
        return None
    if not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return user


def open_session(
    request: HttpRequest, user: User, answer: Callable[[str], HttpResponse]
) -> HttpResponse:
    """Sign in for good somebody who proved their factor, and answer with where they are led.

    Limits are those of staff.
    """
    at = timezone.now()
    kept = request.session.pop(_WAITING, {})
    auth.login(request, user, backend=_BACKEND)
    cookie = devices.cookie_of(request)
    device = devices.device_of(request, cookie)
    facts = sessions.Facts(
        way=Way.PASSWORD.value,
        device=device.words,
        place=device.network,
        opened_at=at.timestamp(),
        proved_at=at.timestamp(),
        factor_at=at.timestamp(),
        is_staff=True,
    )
    sessions.keep_facts(request.session, facts)
    sign_ins.record_sign_in(user=user, way=facts.way, device=device, at=at)
    response = answer(kept.get("destination") or reverse("observatory:overview"))
    devices.remember(response, cookie)
    return response


def record_failure(request: HttpRequest, user: User | None, outcome: SignIn.Outcome) -> None:
    """Write a failed sign-in down."""
    sign_ins.record_failure(
        user=user,
        way=Way.PASSWORD.value,
        outcome=outcome,
        device=devices.device_of(request),
        at=timezone.now(),
    )
