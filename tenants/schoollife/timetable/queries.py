"""Reads on lessons, imports and secret addresses. Days are local; lessons come in order of time."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import uuid
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from commons import sealing
from commons.hot_reads import read_json
from commons.periods import Period
from tenants.people.models import Pupil, Schooling
from tenants.schoollife.timetable.comparing import NEWS
from tenants.schoollife.timetable.days import instants_of, local_day
from tenants.schoollife.timetable.models import (
    FEED,
    FeedAddress,
    Lesson,
    LessonStatus,
    TimetableImport,
    TimetableImportLine,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User

SQL = Path(__file__).with_name("sql") / "lessons.sql"


@dataclasses.dataclass(frozen=True, slots=True)
class ReadLesson:
    """A lesson as families read it; `before` are the values of what changed, as they were."""

    public_id: uuid.UUID
    subject: str
    teacher: str
    room: str
    group_name: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    status: str
    reason: str
    before: Mapping[str, Any]
    updated_at: datetime.datetime
    revision: int

    @property
    def is_changed(self) -> bool:
        return self.status != LessonStatus.PLANNED

    @property
    def takes_place(self) -> bool:
        return self.status != LessonStatus.CANCELLED

    @property
    def started_before(self) -> datetime.datetime | None:
        """When it was to begin, if it begins at another moment."""
        was = self.before.get("starts_at")
        return datetime.datetime.fromisoformat(was) if was else None


@dataclasses.dataclass(frozen=True, slots=True)
class ChildLessons:
    """A child, their school on these days, and their lessons."""

    public_id: uuid.UUID
    first_name: str
    last_name: str
    college_name: str
    class_name: str
    lessons: tuple[ReadLesson, ...]


def lessons_of_family(
    user: User, *, days: Period, today: datetime.date, pupil: uuid.UUID | None = None
) -> tuple[ChildLessons, ...]:
    """
    The lessons of a user's children, and of the pupil they are, in one statement.

    `pupil` keeps one of them; one that is not the user's is not there.
    """
    since, until = instants_of(days)
    found = read_json(
        SQL,
        user_id=user.pk,
        pupil=pupil,
        today=today,
        first_day=days.start,
        last_day=days.end,
        since=since,
        until=until,
        news=NEWS,
    )
    return tuple(_child(row) for row in found)


def _child(row: Mapping[str, Any]) -> ChildLessons:
    college_name, class_name = row["school"] or ("", "")
    return ChildLessons(
        public_id=uuid.UUID(row["public_id"]),
        first_name=row["first_name"],
        last_name=row["last_name"],
        college_name=college_name,
        class_name=class_name,
        lessons=tuple(_lesson(values) for values in row["lessons"]),
    )


def _lesson(values: Sequence[Any]) -> ReadLesson:
    (public_id, subject, teacher, room, group_name, starts_at, ends_at, status, reason, before,
     updated_at, revision) = values  # fmt: skip
    moment = datetime.datetime.fromisoformat
    return ReadLesson(
        public_id=uuid.UUID(public_id),
        subject=subject,
        teacher=teacher,
        room=room,
        group_name=group_name,
        starts_at=moment(starts_at),
        ends_at=moment(ends_at),
        status=status,
        reason=reason,
        before=before,
        updated_at=moment(updated_at),
        revision=revision,
    )


def lessons_of(pupils: Collection[Pupil], *, days: Period) -> dict[int, list[Lesson]]:
    """The lessons of some pupils whom the caller may read, by pupil, in two statements."""
    since, until = instants_of(days)
    schoolings = list(
        Schooling.objects.filter(pupil__in=pupils, school_class__isnull=False).order_by("pk")
    )
    lessons: dict[int, list[Lesson]] = collections.defaultdict(list)
    rows = Lesson.objects.filter(
        school_class_id__in={one.school_class_id for one in schoolings},
        starts_at__gte=since,
        starts_at__lt=until,
    )
    for lesson in rows.order_by("starts_at", "pk"):
        if lesson.withdrawn_at is None or lesson.starts_at - lesson.withdrawn_at <= NEWS:
            lessons[lesson.school_class_id].append(lesson)
    found: dict[int, list[Lesson]] = collections.defaultdict(list)
    for one in schoolings:
        period = Period(one.valid_from, one.valid_until)
        found[one.pupil_id] += [
            lesson
            for lesson in lessons[one.school_class_id or 0]
            if period.contains(local_day(lesson.starts_at))
        ]
    return found


def import_lines(
    timetable_import: TimetableImport, *, outcome: str
) -> QuerySet[TimetableImportLine]:
    """What an import adds, changes or withdraws, in order of time."""
    rows = TimetableImportLine.objects.filter(timetable_import=timetable_import, outcome=outcome)
    return rows.select_related("lesson", "school_class").order_by("starts_at", "pk")


def address_of(token: str) -> FeedAddress | None:
    """The secret address of a token, if it still works and its person may still sign in."""
    return (
        FeedAddress.objects.filter(
            fingerprint__in=sealing.fingerprints(token, purpose=FEED),
            revoked_at__isnull=True,
            user__is_active=True,
        )
        .select_related("user", "pupil")
        .first()
    )
