"""By what a device is known again at a sign-in: the value of a cookie, and what its browser says of it."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tenants.accounts import devices
from ui import visitors

COOKIE_SECONDS = 365 * 24 * 3600


def cookie_of(request: HttpRequest) -> str:
    """The value that this device bears, or the one that it will: `remember` leaves it."""
    return request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "") or secrets.token_urlsafe(24)


def device_of(request: HttpRequest, cookie: str | None = None) -> devices.Device:
    """What this request's sign-in is recognised by."""
    known = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "") if cookie is None else cookie
    return devices.Device(
        words=devices.in_words(request.headers.get("User-Agent", "")),
        network=devices.network_of(visitors.client_address(request)),
        digest=devices.digest_of(known),
    )


def remember(response: HttpResponse, cookie: str) -> None:
    """Leave the value by which this device is known the next time."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        cookie,
        max_age=COOKIE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
