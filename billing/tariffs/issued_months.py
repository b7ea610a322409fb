"""Which days are already billed, and therefore closed to any change.

A month is closed for everybody at once, the day it is issued: a meal enrolled or priced into it
later would be billed by nobody. Tariffs and the canteen stand below invoicing and must not import
it; invoicing says here, once at start-up, how to find the first open day. Until it does, no day is
closed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

from billing.month_locks import hold_months
from commons.errors import DomainError

FirstOpenDay = Callable[[], datetime.date | None]

_first_open_day: FirstOpenDay | None = None


class AlreadyBilled(DomainError):
    """The change would reach back into a month whose invoices are issued."""

    code = "TARIFF_ALREADY_BILLED"


def register_first_open_day(source: FirstOpenDay | None) -> None:
    """Say how to find the first day open to change.

    The source answers the day after the latest issued month, or None.
    """
    global _first_open_day
    _first_open_day = source


def first_open_day() -> datetime.date | None:
    """The first day that can still change, or None when every day can."""
    return None if _first_open_day is None else _first_open_day()


def refuse_billed_days(
    first_day: datetime.date, *, at: datetime.datetime, correcting: bool = False
) -> None:
    """Refuse a change that starts before the first open day; else hold its months until it commits.

    A change that corrects (`correcting`) may: what was issued stands, and a corrective run bills or
    gives back the difference.

    :raises AlreadyBilled: if it starts before, and does not correct
    """
    hold_months(first_day, at=at)
    first_open = None if correcting else first_open_day()
    if first_open is not None and first_day < first_open:
        raise AlreadyBilled(first_open_day=first_open, asked=first_day)
