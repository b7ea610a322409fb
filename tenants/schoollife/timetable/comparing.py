"""What a file changes in the lessons we have, and what families are told that it was before.

The plan may move: a room that changes for the rest of the year is no news on each of its days. So what
a lesson was before is kept only when its change is known less than `NEWS` before it.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from tenants.schoollife.timetable.models import Lesson, LessonStatus, Outcome
from tenants.schoollife.timetable.reading import Named

NEWS = datetime.timedelta(days=14)
FIELDS = ("subject", "teacher", "room", "group_name", "starts_at", "ends_at")
_TOLD = ("subject", "teacher", "room", "starts_at", "ends_at")
_MOVING = frozenset({"room", "starts_at", "ends_at"})
Key = tuple[uuid.UUID, int]


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A lesson that is added, changed or withdrawn; `after` are its fields as they will be."""

    outcome: Outcome
    key: uuid.UUID
    school_class_id: int
    lesson_id: int | None
    line: int
    starts_at: datetime.datetime
    after: dict[str, Any]
    diff: dict[str, list[Any]]


def added(named: Named) -> Change:
    """A lesson that nothing named before."""
    after = {field: getattr(named, field) for field in FIELDS}
    after |= {"status": named.status, "reason": named.reason, "before": {}, "withdrawn_at": None}
    return Change(
        outcome=Outcome.ADDED,
        key=named.key,
        school_class_id=named.school_class_id,
        lesson_id=None,
        line=named.line,
        starts_at=named.starts_at,
        after=after,
        diff={},
    )


def changed(lesson: Lesson, named: Named, *, at: datetime.datetime) -> Change | None:
    """What a file changes in a lesson, if anything."""
    after: dict[str, Any] = {field: getattr(named, field) for field in FIELDS}
    moved = {field for field in FIELDS if getattr(lesson, field) != after[field]}
    before = dict(lesson.before)
    if moved:
        before = _before(lesson, after, moved, at=at)
    after |= {
        "status": _status(named, before),
        "reason": named.reason,
        "before": before,
        "withdrawn_at": None,
    }
    diff = {
        field: [_plain(getattr(lesson, field)), _plain(value)]
        for field, value in after.items()
        if field != "before" and getattr(lesson, field) != value
    }
    if not diff and before == lesson.before:
        return None
    return Change(
        outcome=Outcome.CHANGED,
        key=named.key,
        school_class_id=named.school_class_id,
        lesson_id=lesson.pk,
        line=named.line,
        starts_at=named.starts_at,
        after=after,
        diff=diff,
    )


def withdrawn(lesson: Lesson, *, at: datetime.datetime) -> Change:
    """A lesson that a complete file of its days no longer names."""
    after = {"status": LessonStatus.CANCELLED.value, "withdrawn_at": at}
    return Change(
        outcome=Outcome.WITHDRAWN,
        key=lesson.key,
        school_class_id=lesson.school_class_id,
        lesson_id=lesson.pk,
        line=0,
        starts_at=lesson.starts_at,
        after=after,
        diff={"status": [lesson.status, LessonStatus.CANCELLED.value]},
    )


def compare(
    named: Iterable[Named],
    *,
    known: Mapping[Key, Lesson],
    leaving: Iterable[Lesson],
    at: datetime.datetime,
) -> list[Change]:
    """Everything a file changes; `leaving` are the lessons of its days, were it complete."""
    changes: list[Change] = []
    seen: set[Key] = set()
    for one in named:
        key = (one.key, one.school_class_id)
        seen.add(key)
        lesson = known.get(key)
        change = added(one) if lesson is None else changed(lesson, one, at=at)
        if change is not None:
            changes.append(change)
    changes += [
        withdrawn(lesson, at=at)
        for lesson in leaving
        if (lesson.key, lesson.school_class_id) not in seen and lesson.withdrawn_at is None
    ]
    return changes


def _before(
    lesson: Lesson, after: Mapping[str, Any], moved: set[str], *, at: datetime.datetime
) -> dict[str, Any]:
    """What was known first of what changed; nothing when the lesson is far: the plan moved."""
    if min(lesson.starts_at, after["starts_at"]) - at > NEWS:
        return {}
    before = dict(lesson.before)
    for field in moved & set(_TOLD):
        before.setdefault(field, _plain(getattr(lesson, field)))
    return {field: value for field, value in before.items() if value != _plain(after[field])}


def _status(named: Named, before: Mapping[str, Any]) -> str:
    """What the file says; else what its changes say."""
    if named.status != LessonStatus.PLANNED:
        return named.status
    if _MOVING & set(before):
        return LessonStatus.MOVED.value
    return LessonStatus.REPLACED.value if before else LessonStatus.PLANNED.value


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, datetime.datetime) else value
