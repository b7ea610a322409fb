"""Where a secret address leads: one path of the portal, that every door writes alike."""

from __future__ import annotations

import datetime

from commons.periods import Period

FEED_ROUTE = "college/agenda/"
_BACK, _AHEAD = datetime.timedelta(days=14), datetime.timedelta(days=57)


def feed_path(token: str) -> str:
    """The path of a secret address."""
    return f"/{FEED_ROUTE}{token}.ics"


def days_given(today: datetime.date) -> Period:
    """What a calendar is given: two weeks back, eight weeks ahead."""
    return Period(today - _BACK, today + _AHEAD)
