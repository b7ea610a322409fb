"""What ties the services opened from a browser to its session here: signed out of one, out of all."""

from __future__ import annotations

import secrets

from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone

from federation.ent import operations

_KEY = "services"


def browser_of(request: HttpRequest) -> str:
    """The name of this session towards services; it is not its key, and ends with it."""
    found = request.session.get(_KEY)
    if not found:
        found = request.session[_KEY] = secrets.token_urlsafe(32)
    return str(found)


def known_browser(request: HttpRequest) -> str:
    """The same, empty if no service was opened."""
    return str(request.session.get(_KEY, ""))


def leave(request: HttpRequest) -> None:
    """Sign out here, and of the services that were opened from here."""
    if browser := known_browser(request):
        operations.end_openings(browser=browser, at=timezone.now())
    auth.logout(request)
