"""Periods of days, half-open: `[start, end)`; an end of None is open. Days are local (Paris)."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator


@dataclasses.dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, and without, `end`."""

    start: datetime.date
    end: datetime.date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"a period must end after it starts: {self.start} .. {self.end}")

    def contains(self, day: datetime.date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        return (other.end is None or self.start < other.end) and (
            self.end is None or other.start < self.end
        )

    def intersection(self, other: Period) -> Period | None:
        """The days common to both, or None."""
        if not self.overlaps(other):
            return None
        ends = [end for end in (self.end, other.end) if end is not None]
        return Period(max(self.start, other.start), min(ends) if ends else None)

    def days(self) -> Iterator[datetime.date]:
        """Every day of the period, in order.

        :raises ValueError: if the period is open
        """
        if self.end is None:
            raise ValueError("an open period has no last day")
        day = self.start
        while day < self.end:
            yield day
            day += datetime.timedelta(days=1)


def month_period(year: int, month: int) -> Period:
    """The period of a calendar month."""
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return Period(datetime.date(year, month, 1), datetime.date(*following, 1))
