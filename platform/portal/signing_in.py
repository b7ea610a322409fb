"""The one way into the portal and the console, whatever a person proved who they are with.

Who needs a second factor, or has set one up, is not signed in by the first proof. What is known of
them is kept apart for ten minutes, in the session that asked and nowhere else, and to every page,
act and field they are nobody yet (`HalfOpen`). The session is opened by the factor. Whoever opens a
session in another way has no role that needs a factor: `tenants.accounts.middleware` sees to it.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from portal import portals
from portal.partners import spaces
from tenants.accounts import factors, queries, sessions, sign_ins
from tenants.accounts.models import SignIn, User, Way
from ui import devices
from ui.requests import SignedInRequest

PASSWORD = Way.PASSWORD.value
HALF_OPEN_SECONDS = 10 * 60
_HALF_OPEN = "half-open"
_BACKEND = "tenants.accounts.backends.PasswordBackend"


@dataclasses.dataclass(frozen=True, slots=True)
class HalfOpen:
    """Somebody whose first proof is made, and who waits for their factor."""

    user: User
    way: str
    destination: str
    vouched_at: float = 0  # seconds since 1970; 0: proved here
    space: str = ""


def destination_of(request: HttpRequest) -> str:
    """The page of this host that was asked for before signing in; empty if there is none."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def landing(user: User, space: str = "") -> str:
    """Where a person lands: a partner at their till, an agent in the console, a family at home."""
    if space:
        return reverse("portal:partner-home")
    return "/console/" if user.is_staff else reverse("portal:home")


def enter(
    request: HttpRequest,
    user: User,
    *,
    way: str,
    destination: str = "",
    vouched_at: datetime.datetime | None = None,
    space: str = "",
) -> HttpResponse:
    """
    Open the session of a person who has proved who they are, or ask for their factor; lead them on.

    :param way: what they proved it with: a value of `Way`
    :param destination: a page of this host (`destination_of`); where they land if empty
    :param vouched_at: when they proved it, to another département; None if they did here
    :param space: the one space that the session opens; who is a partner's alone has no other
    """
    space = space or spaces.space_of(user)
    if space and not destination.startswith(reverse("portal:partner-home")):
        destination = ""
    since = vouched_at.timestamp() if vouched_at else 0
    has_factor = factors.has_factor(user)
    if not has_factor and not user.must_have_factor():
        return open_session(
            request,
            user,
            way=way,
            destination=destination,
            by_factor=False,
            vouched_at=since,
            space=space,
        )
    auth.logout(request)  # nothing of whoever was here before, and another key
    request.session[_HALF_OPEN] = {
        "user": str(user.public_id),
        "hash": user.get_session_auth_hash(),
        "way": way,
        "destination": destination,
        "vouched_at": since,
        "space": space,
        "until": timezone.now().timestamp() + HALF_OPEN_SECONDS,
    }
    request.session.cycle_key()
    return HttpResponseRedirect(reverse("portal:second-step" if has_factor else "portal:protect"))


def half_open(request: HttpRequest) -> HalfOpen | None:
    """Who waits for their factor in this session; nobody once the time is over.

    A password that was changed meanwhile, or an account that was closed, ends the wait too.
    """
    kept = request.session.get(_HALF_OPEN)
    if kept is None or kept["until"] <= timezone.now().timestamp():
        return None
    user = queries.user_named(uuid.UUID(kept["user"]))
    if user is None or not user.is_active:
        return None
    if not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return HalfOpen(
        user=user,
        way=kept["way"],
        destination=kept["destination"],
        vouched_at=kept["vouched_at"],
        space=kept.get("space", ""),
    )


def open_session(
    request: HttpRequest,
    user: User,
    *,
    way: str,
    destination: str = "",
    by_factor: bool,
    vouched_at: float = 0,
    space: str = "",
) -> HttpResponse:
    """
    Sign a person in for good, write it down, and lead them on.

    A session that another département vouched for is as old as the proof made there, and has proved
    nothing here: what matters asks again.
    """
    at = timezone.now()
    request.session.pop(_HALF_OPEN, None)
    auth.login(request, user, backend=_BACKEND)
    cookie = devices.cookie_of(request)
    device = devices.device_of(request, cookie)
    facts = sessions.Facts(
        way=way,
        device=device.words,
        place=device.network,
        opened_at=vouched_at or at.timestamp(),
        proved_at=0 if vouched_at and not by_factor else at.timestamp(),
        factor_at=at.timestamp() if by_factor else 0,
        is_staff=bool(user.given_roles()),
        space=space,
    )
    sessions.keep_facts(request.session, facts)
    sign_ins.record_sign_in(user=user, way=way, device=device, at=at)
    portals.remember(request, user)
    response = HttpResponseRedirect(destination or landing(user, space))
    devices.remember(response, cookie)
    return response


def record_factor(request: SignedInRequest) -> None:
    """Write down that the session's person has just proved their factor; the session's key changes."""
    now = timezone.now().timestamp()
    facts = sessions.facts_of(request.session)
    facts.factor_at = facts.proved_at = now
    facts.opened_at = facts.opened_at or now
    facts.is_staff = bool(request.user.given_roles())
    sessions.keep_facts(request.session, facts)
    request.session.cycle_key()


def record_failure(
    request: HttpRequest, user: User | None, *, outcome: SignIn.Outcome, way: str = PASSWORD
) -> None:
    """Write a failed sign-in down."""
    sign_ins.record_failure(
        user=user, way=way, outcome=outcome, device=devices.device_of(request), at=timezone.now()
    )
