"""The acts on timetables: read a file, take it, and give or take back a secret address.

A file is taken in two acts. The first reads it, compares it with what is held and writes what it would
change; the second does what was written, and nothing else, unless another file was taken in between.
The source's row is locked: two files of one source are taken one after the other. Nothing is deleted
but by time (`retention`).
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from commons.periods import Period
from tenants.accounts.models import User
from tenants.people.models import College, Pupil, SchoolClass
from tenants.schoollife.timetable.comparing import Change, Key, compare
from tenants.schoollife.timetable.days import (
    days_of,
    instants_of,
    local_day,
    timetable_year,
)
from tenants.schoollife.timetable.ical.errors import TimetableUnreadable
from tenants.schoollife.timetable.models import (
    FEED,
    LONGEST_NAME,
    FeedAddress,
    Lesson,
    LessonStatus,
    Outcome,
    TimetableImport,
    TimetableImportLine,
    TimetableSource,
)
from tenants.schoollife.timetable.reading import Reading, read_timetable
from tenants.schoollife.timetable.retention import purge_timetables

__all__ = (
    "AddressesTooMany",
    "ImportOvertaken",
    "ImportTakenAlready",
    "TimetableUnreadable",
    "apply_import",
    "make_feed_address",
    "prepare_import",
    "purge_timetables",
    "revoke_feed_address",
)

MOST_ADDRESSES = 10
_BATCH = 1_000
_TOKEN_BYTES = 24
_MOMENTS = ("starts_at", "ends_at", "withdrawn_at")


class ImportTakenAlready(DomainError):
    """The import was applied before."""

    code = "TIMETABLE_IMPORT_TAKEN"


class ImportOvertaken(DomainError):
    """Another file of this source was taken since this one was compared."""

    code = "TIMETABLE_IMPORT_OVERTAKEN"


class AddressesTooMany(DomainError):
    """A person has as many secret addresses as one may have; `limit` says how many."""

    code = "TIMETABLE_ADDRESSES_TOO_MANY"


@transaction.atomic(durable=True)
def prepare_import(
    *,
    college: College,
    school_class: SchoolClass | None,
    content: bytes,
    file_name: str,
    days: Period | None,
    is_complete: bool,
    actor: Actor,
    at: datetime.datetime,
) -> TimetableImport:
    """
    Read a file and write what it would change, without changing it.

    `days` are those that the file is about, when they are known better than it says. A file that is
    `is_complete` withdraws the lessons of these days that it does not name.

    :raises TimetableUnreadable: with each problem and its line; nothing is kept of the file
    """
    reading = read_timetable(
        content,
        classes=SchoolClass.objects.filter(college=college).order_by("pk"),
        of_class=school_class,
        given=days,
        today=local_day(at),
    )
    source, _is_new = TimetableSource.objects.get_or_create(
        college=college, school_class=school_class, defaults={"created_at": at}
    )
    source = _lock_source(source.pk)
    changes = _changes(source, reading, is_complete=is_complete, at=at)
    assert reading.window.end is not None
    prepared = TimetableImport.objects.create(
        source=source,
        file_name=file_name[-LONGEST_NAME:],
        digest=reading.digest,
        state=TimetableImport.State.PREPARED,
        is_complete=is_complete,
        window_from=reading.window.start,
        window_until=reading.window.end,
        counts=_counts(reading, changes) | {"after": _times_applied(source)},
        notes=list(reading.notes),
        prepared_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    TimetableImportLine.objects.bulk_create(
        [_line(prepared, change) for change in changes], batch_size=_BATCH
    )
    if source.producer != reading.producer:
        source.producer = reading.producer
        source.save(update_fields=["producer"])
    _journal("prepared", prepared, actor=actor, at=at)
    return prepared


@transaction.atomic(durable=True)
def apply_import(
    *, timetable_import: TimetableImport, actor: Actor, at: datetime.datetime
) -> TimetableImport:
    """
    Do what a file that was read would change.

    :raises ImportTakenAlready: if it was done before
    :raises ImportOvertaken: if another file of the source was taken since
    """
    source = _lock_source(timetable_import.source_id)
    taken = TimetableImport.objects.get(pk=timetable_import.pk)
    if taken.state == TimetableImport.State.APPLIED:
        raise ImportTakenAlready(timetable_import=str(taken.public_id))
    if taken.counts["after"] != _times_applied(source):
        raise ImportOvertaken(timetable_import=str(taken.public_id))
    lines = list(TimetableImportLine.objects.filter(timetable_import=taken).order_by("pk"))
    _add(source, [line for line in lines if line.outcome == Outcome.ADDED], at=at)
    _change([line for line in lines if line.outcome != Outcome.ADDED], at=at)
    taken.state, taken.applied_at = TimetableImport.State.APPLIED, at
    taken.save(update_fields=["state", "applied_at"])
    _journal("applied", taken, actor=actor, at=at)
    record_event(
        "timetable.import.applied",
        aggregate=f"timetable.source:{source.pk}",
        occurred_at=at,
        timetable_import_id=taken.pk,
    )
    return taken


@transaction.atomic(durable=True)
def make_feed_address(
    *, user: User, pupil: Pupil | None, actor: Actor, at: datetime.datetime
) -> tuple[FeedAddress, str]:
    """
    Make a secret address, of one child or of all; the secret is given now and never again.

    :raises AddressesTooMany: if the person has too many that work
    """
    _lock_account(user)
    if FeedAddress.objects.filter(user=user, revoked_at__isnull=True).count() >= MOST_ADDRESSES:
        raise AddressesTooMany(limit=MOST_ADDRESSES)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    address = FeedAddress.objects.create(
        user=user,
        pupil=pupil,
        fingerprint=sealing.fingerprint(token, purpose=FEED),
        made_at=at,
    )
    record_audit(
        actor=actor,
        action="timetable.feed_address.made",
        subject_type="timetable_feed",
        subject_id=address.public_id,
        at=at,
    )
    return address, token


@transaction.atomic(durable=True)
def revoke_feed_address(
    *, address: FeedAddress, actor: Actor, at: datetime.datetime
) -> FeedAddress:
    """Take a secret address back, for ever; one that was taken back stays as it was."""
    found = FeedAddress.objects.select_for_update(of=("self",), no_key=True).get(pk=address.pk)
    if found.revoked_at is not None:
        return found
    found.revoked_at = at
    found.save(update_fields=["revoked_at"])
    record_audit(
        actor=actor,
        action="timetable.feed_address.revoked",
        subject_type="timetable_feed",
        subject_id=found.public_id,
        at=at,
    )
    return found


def _lock_source(source_id: int) -> TimetableSource:
    rows = TimetableSource.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=source_id)


def _lock_account(user: User) -> None:
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)


def _times_applied(source: TimetableSource) -> int:
    """What tells whether a file was taken since: how many were."""
    return TimetableImport.objects.filter(
        source=source, state=TimetableImport.State.APPLIED
    ).count()


def _changes(
    source: TimetableSource, reading: Reading, *, is_complete: bool, at: datetime.datetime
) -> list[Change]:
    since, until = instants_of(days_of(timetable_year(reading.window.start)))
    known: dict[Key, Lesson] = {}
    leaving = []
    for lesson in Lesson.objects.filter(
        source=source, starts_at__gte=since, starts_at__lt=until
    ).order_by("starts_at", "pk"):
        known[lesson.key, lesson.school_class_id] = lesson
        if is_complete and reading.window.contains(local_day(lesson.starts_at)):
            leaving.append(lesson)
    return compare(reading.named, known=known, leaving=leaving, at=at)


def _counts(reading: Reading, changes: Sequence[Change]) -> dict[str, int]:
    counts = dict(reading.counts) | {"named": len(reading.named)}
    for outcome in Outcome:
        counts[outcome.value.lower()] = sum(one.outcome is outcome for one in changes)
    touched = counts["added"] + counts["changed"]
    return counts | {"unchanged": counts["named"] - touched}


def _line(prepared: TimetableImport, change: Change) -> TimetableImportLine:
    return TimetableImportLine(
        timetable_import=prepared,
        outcome=change.outcome,
        lesson_id=change.lesson_id,
        key=change.key,
        school_class_id=change.school_class_id,
        starts_at=change.starts_at,
        line=change.line,
        after={
            field: value.isoformat() if isinstance(value, datetime.datetime) else value
            for field, value in change.after.items()
        },
        diff=change.diff,
    )


def _fields(line: TimetableImportLine) -> dict[str, Any]:
    """The fields a line gives to its lesson."""
    return {
        field: datetime.datetime.fromisoformat(value) if field in _MOMENTS and value else value
        for field, value in line.after.items()
    }


def _add(
    source: TimetableSource, lines: Sequence[TimetableImportLine], *, at: datetime.datetime
) -> None:
    rows = []
    for line in lines:
        fields = _fields(line)
        noticed_at = at if fields["status"] != LessonStatus.PLANNED else None
        rows.append(
            Lesson(
                source=source,
                key=line.key,
                school_class_id=line.school_class_id,
                noticed_at=noticed_at,
                updated_at=at,
                **fields,
            )
        )
    Lesson.objects.bulk_create(rows, batch_size=_BATCH)


def _change(lines: Sequence[TimetableImportLine], *, at: datetime.datetime) -> None:
    for start in range(0, len(lines), _BATCH):
        some = lines[start : start + _BATCH]
        rows = Lesson.objects.in_bulk([line.lesson_id for line in some])
        written: set[str] = {"noticed_at", "updated_at", "revision"}
        for line in some:
            lesson = rows[line.lesson_id]
            for field, value in _fields(line).items():
                setattr(lesson, field, value)
                written.add(field)
            lesson.noticed_at = at if lesson.status != LessonStatus.PLANNED else None
            lesson.updated_at, lesson.revision = at, lesson.revision + 1
        Lesson.objects.bulk_update(rows.values(), sorted(written), batch_size=_BATCH)


def _journal(
    what: str, timetable_import: TimetableImport, *, actor: Actor, at: datetime.datetime
) -> None:
    counts = timetable_import.counts
    record_audit(
        actor=actor,
        action=f"timetable.import.{what}",
        subject_type="timetable_import",
        subject_id=timetable_import.public_id,
        at=at,
        digest=timetable_import.digest,
        added=counts["added"],
        changed=counts["changed"],
        withdrawn=counts["withdrawn"],
    )
