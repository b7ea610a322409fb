"""When a person is told: at once, or in the digest of an evening, and never in their quiet time.

Pure: hours are local, moments are aware. What is urgent is told at once, whatever was chosen.
"""

from __future__ import annotations

import dataclasses
import datetime

from django.utils import timezone

from tenants.schoollife.announcements.notice_models import Mode

_SATURDAY = 5
_ONE_DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """When somebody wants to be told; hours from 0 to 23, the same twice is no quiet time."""

    mode: str = Mode.AT_ONCE
    quiet_from: int = 20
    quiet_until: int = 7
    is_quiet_at_weekends: bool = True


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """What the département set: what holds for who chose nothing, the hour of digests, urgent ones a week."""

    chosen: Chosen = Chosen()
    digest_hour: int = 18
    urgent_per_week: int = 3


def due_at(
    chosen: Chosen, *, digest_hour: int, is_urgent: bool, at: datetime.datetime
) -> datetime.datetime | None:
    """When to tell somebody of what happens at a moment; None: not at all."""
    if is_urgent:
        return at
    if chosen.mode == Mode.NONE:
        return None
    if chosen.mode == Mode.DIGEST:
        return after_quiet(chosen, _next_hour(digest_hour, at))
    return after_quiet(chosen, at)


def after_quiet(chosen: Chosen, moment: datetime.datetime) -> datetime.datetime:
    """The first moment that is in no quiet time, from this one on."""
    found = moment
    while (end := _end_of_quiet(chosen, found)) is not None:
        found = end
    return found


def _end_of_quiet(chosen: Chosen, moment: datetime.datetime) -> datetime.datetime | None:
    """When the quiet time that holds a moment ends; None if none does."""
    local = timezone.localtime(moment)
    if chosen.is_quiet_at_weekends and local.weekday() >= _SATURDAY:
        return _at_hour(local.date() + _ONE_DAY, 0)
    start, end = chosen.quiet_from, chosen.quiet_until
    if start < end:
        return _at_hour(local.date(), end) if start <= local.hour < end else None
    if start > end and local.hour >= start:
        return _at_hour(local.date() + _ONE_DAY, end)
    if start > end and local.hour < end:
        return _at_hour(local.date(), end)
    return None


def _next_hour(hour: int, at: datetime.datetime) -> datetime.datetime:
    today = timezone.localtime(at).date()
    found = _at_hour(today, hour)
    return found if found >= at else _at_hour(today + _ONE_DAY, hour)


def _at_hour(day: datetime.date, hour: int) -> datetime.datetime:
    """An hour of a day here; an hour that a change of clocks skips is the one after."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))
