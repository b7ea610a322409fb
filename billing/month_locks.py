"""Months held against their issue.

An act that changes meals, prices or payers holds, shared, every month from the first it changes up
to the current one; issuing a month takes that month for itself alone. So an act either commits
before the month is issued, and the issue sees it, or looks at the month after it, and is refused.

These are PostgreSQL's advisory locks, by tenant and month, held to the end of the transaction: they
queue in order, and touch no row. An act reaching further back than `MOST_MONTHS` holds the oldest of
them for all that came before, and so does an issue.
"""

from __future__ import annotations

import datetime
import hashlib
from zoneinfo import ZoneInfo

from django.db import connection

from commons.tenancy import current_schema

PARIS = ZoneInfo("Europe/Paris")
MOST_MONTHS = 36
_HOLD = """
    SELECT pg_advisory_xact_lock_shared(%s, month)
    FROM generate_series(%s::int, %s::int) AS month ORDER BY month
"""


def hold_months(first_day: datetime.date, *, at: datetime.datetime) -> None:
    """Keep every month that a change from `first_day` on may reach from being issued meanwhile."""
    latest = max(_ordinal(first_day), _this_month(at))
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [_namespace(), _clamped(first_day, at), latest])


def take_month(month: datetime.date, *, at: datetime.datetime) -> None:
    """Wait for the acts that hold a month, and keep new ones out until it is issued."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_namespace(), _clamped(month, at)])


def _clamped(day: datetime.date, at: datetime.datetime) -> int:
    return max(_ordinal(day), _this_month(at) - MOST_MONTHS)


def _this_month(at: datetime.datetime) -> int:
    return _ordinal(at.astimezone(PARIS).date())


def _ordinal(day: datetime.date) -> int:
    return day.year * 12 + day.month


def _namespace() -> int:
    """The first key of our locks: one number per tenant."""
    digest = hashlib.sha256(f"billing.months:{current_schema()}".encode()).digest()
    return int.from_bytes(digest[:4], "big", signed=True)
