"""The family's day at the collège: what changes first, then each child's lessons; and one child's week."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from commons.periods import Period
from tenants.schoollife.timetable import queries
from tenants.schoollife.timetable.days import ONE_DAY, local_day, week_of
from tenants.schoollife.timetable.queries import ChildLessons, ReadLesson

if TYPE_CHECKING:
    from tenants.accounts.models import User

_SATURDAY = 5
_FIRST, _LAST = datetime.date(2020, 1, 1), datetime.date(2099, 12, 31)


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A lesson that changes, and whose it is."""

    first_name: str
    lesson: ReadLesson


@dataclasses.dataclass(frozen=True, slots=True)
class ChildDay:
    """A child's day: from when to when they have lessons, and which."""

    public_id: uuid.UUID
    first_name: str
    school_line: str
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    lessons: tuple[ReadLesson, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class DayPage:
    """A day of a family; `before` and `after` are the school days around it."""

    day: datetime.date
    is_today: bool
    before: datetime.date
    after: datetime.date
    changes: tuple[Change, ...]
    children: tuple[ChildDay, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class WeekPage:
    """A week of a child, day by day; days without a lesson are there from Monday to Friday."""

    child: ChildDay
    first_day: datetime.date
    last_day: datetime.date
    before: datetime.date
    after: datetime.date
    days: tuple[tuple[datetime.date, tuple[ReadLesson, ...]], ...]


def day_asked(text: str, *, today: datetime.date) -> datetime.date:
    """The day of an address; today, or the Monday after a Saturday or a Sunday, without one."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return today if today.weekday() < _SATURDAY else _around(today, ONE_DAY)
    return min(max(day, _FIRST), _LAST)


def day_page(user: User, *, day: datetime.date, today: datetime.date) -> DayPage:
    """Read a family's day: one statement, whatever the number of children."""
    found = queries.lessons_of_family(user, days=Period(day, day + ONE_DAY), today=today)
    changes = [
        Change(child.first_name, lesson)
        for child in found
        for lesson in child.lessons
        if lesson.is_changed
    ]
    return DayPage(
        day=day,
        is_today=day == today,
        before=_around(day, -ONE_DAY),
        after=_around(day, ONE_DAY),
        changes=tuple(sorted(changes, key=lambda one: one.lesson.starts_at)),
        children=tuple(_child_day(child, child.lessons) for child in found),
    )


def week_page(
    user: User, *, pupil: uuid.UUID, day: datetime.date, today: datetime.date
) -> WeekPage | None:
    """Read a child's week; None when the child is not the user's."""
    week = week_of(day)
    found = queries.lessons_of_family(user, days=week, today=today, pupil=pupil)
    if not found:
        return None
    child = _child_day(found[0], found[0].lessons)
    days = [(one, _of_day(child.lessons, one)) for one in week.days()]
    return WeekPage(
        child=child,
        first_day=week.start,
        last_day=week.start + 4 * ONE_DAY,
        before=week.start - 7 * ONE_DAY,
        after=week.start + 7 * ONE_DAY,
        days=tuple((one, held) for one, held in days if held or one.weekday() < _SATURDAY),
    )


def _child_day(child: ChildLessons, lessons: Sequence[ReadLesson]) -> ChildDay:
    held = [lesson for lesson in lessons if lesson.takes_place]
    return ChildDay(
        public_id=child.public_id,
        first_name=child.first_name,
        school_line=" · ".join(part for part in (child.class_name, child.college_name) if part),
        starts_at=min((one.starts_at for one in held), default=None),
        ends_at=max((one.ends_at for one in held), default=None),
        lessons=tuple(lessons),
    )


def _of_day(lessons: Iterable[ReadLesson], day: datetime.date) -> tuple[ReadLesson, ...]:
    return tuple(one for one in lessons if local_day(one.starts_at) == day)


def _around(day: datetime.date, step: datetime.timedelta) -> datetime.date:
    """The next day, or the one before, that is neither a Saturday nor a Sunday."""
    day += step
    while day.weekday() >= _SATURDAY:
        day += step
    return day
