"""Days, weeks and months in which visitors are counted, and the rule of visits. Pure."""

from __future__ import annotations

import datetime

from commons.periods import Period, month_period
from federation.usage.models import Window

# A visit ends once half an hour has passed without a page (the convention of audience measures).
VISIT_SECONDS = 30 * 60
# How long after its end a window may still be written to: a visit of its last minutes, a late batch.
GRACE = datetime.timedelta(hours=1)
ONE_DAY = datetime.timedelta(days=1)


def window_of(window: Window, day: datetime.date) -> Period:
    """The window of a day: itself, its week from Monday, or its month."""
    if window is Window.MONTH:
        return month_period(day.year, day.month)
    if window is Window.WEEK:
        monday = day - datetime.timedelta(days=day.weekday())
        return Period(monday, monday + 7 * ONE_DAY)
    return Period(day, day + ONE_DAY)


def starts_of(day: datetime.date) -> dict[Window, datetime.date]:
    """The first day of each window that holds a day."""
    return {window: window_of(window, day).start for window in Window}
