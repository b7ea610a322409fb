"""Opening a session in a test, without the pages: what a proved factor is, said once.

`open_session` is for tests about something else than signing in: whoever it signs in has proved all
that their roles need, as they would have by the pages (`portal.signing_in`).
"""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone

from tenants.accounts import sessions


def open_session(client: Client, user: Any, *, by_factor: bool = True, space: str = "") -> None:
    """Sign somebody in; with `by_factor=False`, as a session that proved the password alone.

    With a space (the partners'), as a session that is of it and of nothing else.
    """
    client.force_login(user)
    session = client.session
    now = timezone.now().timestamp()
    facts = sessions.Facts(
        way="password",
        opened_at=now,
        proved_at=now,
        factor_at=now if by_factor else 0,
        is_staff=bool(user.given_roles()),
        space=space,
    )
    sessions.keep_facts(session, facts)
    session.save()
