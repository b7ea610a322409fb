"""Who is signed in, knowing what their session has proved.

This is the one place where a session without a second factor loses what needs one: the user of such
a request has only the roles that need none (`User.roles`), whatever page, act or field then asks.
So a role that is given to somebody who is signed in waits for the factor too.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tenants.accounts import sessions
from tenants.accounts.models import User


class SignedInMiddleware(AuthenticationMiddleware):
    """Set `request.user`; it is read, with the session, when somebody asks."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def _user_of(request: HttpRequest) -> Any:
    user = get_user(request)
    if isinstance(user, User) and not sessions.facts_of(request.session).factor_at:
        user.hold_back_roles()
    return user
