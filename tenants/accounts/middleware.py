"""Who is signed in, knowing what their session has proved.

This is the one place where a session without a second factor loses what needs one: the user of such
a request has only the roles that need none (`User.roles`), whatever page, act or field then asks.
So a role that is given to somebody who is signed in waits for the factor too.

The account is read with the session (`sessions.SessionStore.take_user`). It is taken as it came only when
all that Django asks of a session holds; Django's own `get_user` has the last word on everything else.

A session of one space (`Facts.space`: the partners') is nobody's anywhere else: its user is known to who
asks for that space by name, and to no other page, act or field.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from tenants.accounts import sessions
from tenants.accounts.models import User


class SignedInMiddleware(AuthenticationMiddleware):
    """Set `request.user`; it is read, with the session, when somebody asks."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]


def user_in_space(request: HttpRequest, space: str) -> User | None:
    """Who is signed in to a space, in a session that is of it and of nothing else."""
    if sessions.facts_of(request.session).space != space:
        return None
    user = _get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def _user_of(request: HttpRequest) -> Any:
    user = _get_user(request)
    if not isinstance(user, User):
        return user
    facts = sessions.facts_of(request.session)
    if facts.space:
        return AnonymousUser()
    if not facts.factor_at:
        user.hold_back_roles()
    return user


def _get_user(request: HttpRequest) -> Any:
    """Django's `get_user`, which remembers whom it read: it reads nobody when who came already will do."""
    if not hasattr(request, "_cached_user"):
        user = request.session.take_user()  # type: ignore[attr-defined]  # of our engine
        if user is not None and _is_of(request.session, user):
            request._cached_user = user  # type: ignore[attr-defined]  # noqa: SLF001  Django's own
    return get_user(request)


def _is_of(session: SessionBase, user: User) -> bool:
    """Whether a session is this account's, which is open, and whose password is still the same."""
    return (
        user.is_active
        and session.get(SESSION_KEY) == str(user.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )
