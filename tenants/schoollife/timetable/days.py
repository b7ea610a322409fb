"""Local days and instants of timetables: the day of a lesson, and the school year it is of.

The school year of a timetable begins a week before 1 September: classes often do.
"""

from __future__ import annotations

import datetime

from django.utils import timezone

from commons.periods import Period
from commons.school_calendar import SchoolYear, school_year_of

ONE_DAY = datetime.timedelta(days=1)
_EARLY = datetime.timedelta(days=7)


def local_day(moment: datetime.datetime) -> datetime.date:
    """The day of an instant, in Paris."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def midnight(day: datetime.date) -> datetime.datetime:
    """The instant that a day begins at, in Paris."""
    return datetime.datetime.combine(day, datetime.time(), timezone.get_default_timezone())


def instants_of(days: Period) -> tuple[datetime.datetime, datetime.datetime]:
    """The instants between which some days are, the second one excluded."""
    assert days.end is not None
    return midnight(days.start), midnight(days.end)


def timetable_year(day: datetime.date) -> SchoolYear:
    """The school year that a lesson of that day is of."""
    return school_year_of(day + _EARLY)


def days_of(year: SchoolYear) -> Period:
    """The days that lessons of a school year may have."""
    whole = year.period
    assert whole.end is not None
    return Period(whole.start - _EARLY, whole.end - _EARLY)


def week_of(day: datetime.date) -> Period:
    """The week of a day, from Monday to Sunday."""
    monday = day - datetime.timedelta(days=day.weekday())
    return Period(monday, monday + 7 * ONE_DAY)
