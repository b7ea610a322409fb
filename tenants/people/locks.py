"""Locks of this room, by département, held to the end of the transaction.

Order: the feed, the shares, then rows: pupils, guardians, links; several of a kind by key.
"""

from __future__ import annotations

from django.db import connection

_TRY = "SELECT pg_try_advisory_xact_lock(hashtext('people.feed'), hashtext(current_schema()))"
_SHARES = "SELECT pg_advisory_xact_lock(hashtext('people.shares'), hashtext(current_schema()))"


def try_lock_feed() -> bool:
    """Be the only one at work on the feed; False if somebody is."""
    with connection.cursor() as cursor:
        cursor.execute(_TRY)
        return bool(cursor.fetchone() == (True,))


def lock_shares() -> None:
    """Wait until nobody else is changing who pays what."""
    with connection.cursor() as cursor:
        cursor.execute(_SHARES)
