"""French working days, public holidays and school years.

Dates are local dates of metropolitan France. A working day (*jour ouvré*) is a Monday to Friday
that is no public holiday (art. L.3133-1 du code du travail). The departments of Île-de-France are
all in school zone C (académies de Paris, Créteil and Versailles). The ministry publishes its
holidays a few years ahead: a day beyond them is refused, never taken for a day of school.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
from collections.abc import Iterator

import holidays
from vacances_scolaires_france import SchoolHolidayDates, UnsupportedYearException

from commons.errors import DomainError
from commons.periods import Period

ZONE = "C"
FIRST_MONTH_OF_SCHOOL_YEAR = 9


class SchoolCalendarUnknown(DomainError):
    """The ministry's holidays are not known for that year."""

    code = "SCHOOL_CALENDAR_UNKNOWN"


@functools.cache
def public_holidays(year: int) -> frozenset[datetime.date]:
    """The public holidays of a year in metropolitan France."""
    return frozenset(holidays.country_holidays("FR", years=year))


def is_working_day(day: datetime.date) -> bool:
    """Whether a day is Monday to Friday and no public holiday."""
    return day.isoweekday() <= 5 and day not in public_holidays(day.year)


def working_day_before(day: datetime.date, count: int) -> datetime.date:
    """The `count`-th working day strictly before a day.

    :raises ValueError: if `count` is negative
    """
    if count < 0:
        raise ValueError("count must not be negative")
    while count:
        day -= datetime.timedelta(days=1)
        count -= is_working_day(day)
    return day


@functools.cache
def _known_school_holidays(year: int, zone: str) -> frozenset[datetime.date]:
    """The holidays of a calendar year, as far as they are known.

    :raises SchoolCalendarUnknown: if none is
    """
    dates = SchoolHolidayDates()
    try:
        return frozenset(dates.holidays_for_year_and_zone(year, zone))
    except UnsupportedYearException as error:
        raise SchoolCalendarUnknown(year=year) from error


def is_school_holiday(day: datetime.date, zone: str = ZONE) -> bool:
    """Whether pupils of a zone are on holiday that day (ministry's calendar, data.gouv.fr).

    :raises SchoolCalendarUnknown: if the calendar does not go that far
    """
    known = _known_school_holidays(day.year, zone)
    if day in known:
        return True
    if not min(known) < day < max(known):
        # The first and the latest year are known in part only.
        raise SchoolCalendarUnknown(year=day.year)
    return False


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class SchoolYear:
    """A school year, named by the calendar year it starts in; it runs from 1 September."""

    start_year: int

    @property
    def label(self) -> str:
        return f"{self.start_year}-{self.start_year + 1}"

    @property
    def period(self) -> Period:
        return Period(
            datetime.date(self.start_year, FIRST_MONTH_OF_SCHOOL_YEAR, 1),
            datetime.date(self.start_year + 1, FIRST_MONTH_OF_SCHOOL_YEAR, 1),
        )


def school_year_of(day: datetime.date) -> SchoolYear:
    """The school year a day belongs to."""
    is_after_start = day.month >= FIRST_MONTH_OF_SCHOOL_YEAR
    return SchoolYear(day.year if is_after_start else day.year - 1)


def teaching_days(period: Period, zone: str = ZONE) -> Iterator[datetime.date]:
    """The working days of a period on which school is in.

    :raises SchoolCalendarUnknown: as the days come, if the calendar does not go that far
    """
    return (
        day for day in period.days() if is_working_day(day) and not is_school_holiday(day, zone)
    )
