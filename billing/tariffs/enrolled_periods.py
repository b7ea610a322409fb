"""Who is enrolled in a service, and therefore needs a price.

Tariffs stand below the canteen and must not import it; the canteen says here, once at start-up, how
to find the pupils enrolled in a service over a period. Until it does, nobody is.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable


@dataclasses.dataclass(frozen=True, slots=True)
class EnrolledPeriod:
    """A pupil is enrolled over `[valid_from, valid_until)`; an end of None is open."""

    pupil_id: int
    valid_from: datetime.date
    valid_until: datetime.date | None


EnrolledPeriods = Callable[[str, datetime.date, datetime.date | None], Iterable[EnrolledPeriod]]

_enrolled_periods: EnrolledPeriods | None = None


def register_enrolled_periods(source: EnrolledPeriods | None) -> None:
    """Say how to find who is enrolled in a service on some day of `[since, until)`.

    The source answers the periods in the order of their first day.
    """
    global _enrolled_periods
    _enrolled_periods = source


def enrolled_periods(
    service: str, since: datetime.date, until: datetime.date | None
) -> list[EnrolledPeriod]:
    """The enrolments in a service that hold on some day of a period."""
    if _enrolled_periods is None:
        return []
    return list(_enrolled_periods(service, since, until))
