"""A booking is a rule plus exceptions. Pure: days in, days out.

Meals of an enrolment = (its weekdays, on open days) − (cancelled in time) + (added, on open days).
A cancellation that came too late takes nothing away. A day the canteen is closed has no meal,
whatever was asked. Days outside the enrolment's period never count.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = 1, 2, 4, 8, 16
ALL_WEEKDAYS = 0b11111


@dataclasses.dataclass(frozen=True, slots=True)
class BookedDays:
    """The days of one enrolment's period, sorted out."""

    open_days: frozenset[datetime.date]
    cancelled_in_time: frozenset[datetime.date] = frozenset()
    cancelled_late: frozenset[datetime.date] = frozenset()
    added: frozenset[datetime.date] = frozenset()

    def meals(self, weekdays: int) -> list[datetime.date]:
        """The days with a meal that is billed, in order."""
        return meal_days(weekdays, self.open_days, self.cancelled_in_time, self.added)


def weekday_bit(day: datetime.date) -> int:
    """The bit of a day: Monday 1 … Friday 16, Saturday 32, Sunday 64."""
    return 1 << day.weekday()


def falls_on(weekdays: int, day: datetime.date) -> bool:
    """Whether a weekly pattern holds that day."""
    return bool(weekdays & weekday_bit(day))


def meal_days(
    weekdays: int,
    open_days: Collection[datetime.date],
    cancelled_in_time: Collection[datetime.date] = (),
    added: Collection[datetime.date] = (),
) -> list[datetime.date]:
    """The days with a meal, in order."""
    opened = set(open_days)
    by_rule = {day for day in opened if falls_on(weekdays, day)}
    return sorted((by_rule - set(cancelled_in_time)) | (set(added) & opened))
