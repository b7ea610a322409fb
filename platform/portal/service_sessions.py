"""What ties the services opened from a browser to its session here: signed out of one, out of all."""

from __future__ import annotations

import datetime
import uuid
from urllib.parse import parse_qs, urlsplit

from django.contrib import auth
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from federation.ent import operations
from federation.ent import queries as services
from tenants.accounts import queries
from tenants.accounts.models import User
from tenants.accounts.sessions import facts_of


def browser_of(request: HttpRequest) -> str:
    """The name of this session towards services, which is not its key; empty if there is none."""
    session = queries.session_of_key(request.session.session_key)
    return str(session.public_id) if session else ""


def authenticated_at(request: HttpRequest, user: User) -> datetime.datetime | None:
    """When the person last proved who they are: in this session, or where it came from."""
    facts = facts_of(request.session)
    proved_at = facts.proved_at or facts.opened_at
    if not proved_at:
        return user.last_login
    return datetime.datetime.fromtimestamp(proved_at, tz=datetime.UTC)


def is_proved_here(request: HttpRequest) -> bool:
    """Whether the person proved here who they are, and not in another département alone."""
    return bool(facts_of(request.session).proved_at)


def origin_after(destination: str) -> str:
    """Where a sign-in leads by way of our OpenID door, as a policy writes it; empty if it stays here."""
    parts = urlsplit(destination)
    if parts.path != reverse("portal:openid-authorize"):
        return ""
    asked = parse_qs(parts.query)
    back = asked.get("redirect_uri", [""])[0]
    if not services.is_registered(asked.get("client_id", [""])[0], back):
        return ""
    found = urlsplit(back)
    return f"{found.scheme}://{found.netloc}"


def ends_at(request: HttpRequest) -> datetime.datetime | None:
    """When this session ends if it is used no more."""
    session = queries.session_of_key(request.session.session_key)
    return session.ends_at if session else None


def leave(request: HttpRequest) -> list[uuid.UUID]:
    """Sign out here, and of the services that were opened from here; those left to the browser."""
    waiting: list[uuid.UUID] = []
    if browser := browser_of(request):
        waiting = services.openings_left_by_browser(browser)
        operations.end_openings(browser=browser, at=timezone.now())
    auth.logout(request)
    return waiting
