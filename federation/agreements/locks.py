"""What two départements agree on is changed by one transaction at a time, whichever side it is of.

Rows are of no help: a side may not lock the other's, and there is none yet when something is proposed. The
lock is of the pair and of what it is about, is taken first of all, and ends with the transaction.
"""

from __future__ import annotations

from django.db import connection

from commons.tenancy import current_schema

_LOCK = "SELECT pg_advisory_xact_lock(hashtext(%s), hashtext(%s))"


def lock_pair(about: str, schema: str) -> None:
    """Wait until nobody else changes what this département and another agree on. In a transaction."""
    first, second = sorted((current_schema(), schema))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [about, f"{first} {second}"])
