"""Taking a file of a collège: compare it with what is held, then do what the comparison says.

A file says everything its collège has for a kind and a school year. One import of a kind and a collège at
a time. A dry run keeps the lines it read for a day: the file that was looked at is the one that is taken.
"""

from __future__ import annotations

import dataclasses
import datetime
import time

from django.db import connection, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import wake_relay_on_commit
from commons.school_calendar import SchoolYear
from tenants.people.models import College
from tenants.schoollife.records import queries
from tenants.schoollife.records.comparing import Comparison
from tenants.schoollife.records.contract import CONTRACTS
from tenants.schoollife.records.models import Kind, RecordsImport
from tenants.schoollife.records.reading import digest, read_rows

LEAVING_LIMIT_BP = 1_000  # one in ten: more is a file cut short, not corrections
FEW = 10  # so few may always be withdrawn
TOLD_FOR = datetime.timedelta(days=3)
LONGEST_NAME = 100
_TRY = """SELECT pg_try_advisory_xact_lock(
    hashtext('school_records.' || current_schema()), hashtext(%s || %s)
)"""


class RecordsImportRunning(DomainError):
    """Another file of this kind is being taken for this collège."""

    code = "RECORDS_IMPORT_RUNNING"


class RecordsImportOver(DomainError):
    """It was taken already, or its lines are kept no longer: the file is to be given again."""

    code = "RECORDS_IMPORT_OVER"


@dataclasses.dataclass(frozen=True, slots=True)
class RecordsFile:
    """A file as it was given. `name` is for people to read."""

    name: str
    content: bytes = dataclasses.field(repr=False)


@transaction.atomic(durable=True)
def import_records(
    *,
    kind: Kind,
    college: College,
    school_year: SchoolYear,
    file: RecordsFile,
    apply: bool,
    actor: Actor,
    at: datetime.datetime,
    is_forced: bool = False,
) -> RecordsImport:
    """
    Compare a file with what a collège has, and take it if `apply`.

    A bad line loses only itself, and the fact it names stays. A file that would withdraw more than
    `LEAVING_LIMIT_BP` of what is held is stopped, unless forced. The same file twice changes nothing.

    :raises RecordsFileUnreadable: if the file as a whole is not what the contract says
    :raises RecordsImportRunning: if another file of this kind is being taken
    """
    _lock(kind, college)
    records_import = RecordsImport.objects.create(
        college=college,
        kind=kind,
        school_year=school_year.start_year,
        file_name=file.name[-LONGEST_NAME:],
        digest=digest(file.content),
        state=RecordsImport.State.DRY_RUN,
        started_at=at,
        ended_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    started = time.monotonic()
    comparison = Comparison(records_import, at=at)
    comparison.prepare_session()
    read = comparison.stage(read_rows(file.content, CONTRACTS[kind], school_year))
    comparison.compare()
    records_import.counts = {
        "read": read,
        "staged": comparison.staged(),
        **_judged(comparison),
    }
    if apply:
        _take(records_import, comparison, at=at, is_forced=is_forced)
    records_import.ended_at = at + datetime.timedelta(seconds=time.monotonic() - started)
    records_import.save(update_fields=["state", "counts", "ended_at"])
    _write_down(records_import, actor=actor, at=at, is_forced=is_forced and apply)
    return records_import


@transaction.atomic(durable=True)
def take_records(
    *, records_import: RecordsImport, actor: Actor, at: datetime.datetime, is_forced: bool = False
) -> RecordsImport:
    """
    Take a file that was compared less than a day ago. It is compared again first.

    :raises RecordsImportOver: if it was taken, or its lines are no longer there
    :raises RecordsImportRunning: if another file of this kind is being taken
    """
    locked = (
        RecordsImport.objects.select_for_update(of=("self",), no_key=True)
        .select_related("college")
        .get(pk=records_import.pk)
    )
    _lock(Kind(locked.kind), locked.college)
    comparison = Comparison(locked, at=at)
    comparison.prepare_session()
    if not queries.is_takeable(locked, at=at) or comparison.staged() != locked.counts["staged"]:
        raise RecordsImportOver
    comparison.compare_again()
    locked.counts |= dict.fromkeys(_OUTCOMES, 0) | _judged(comparison)
    _take(locked, comparison, at=at, is_forced=is_forced)
    locked.save(update_fields=["state", "counts"])
    _write_down(locked, actor=actor, at=at, is_forced=is_forced)
    return locked


_OUTCOMES = ("ADDED", "CHANGED", "RESTORED", "WITHDRAWN", "REJECTED")


def _judged(comparison: Comparison) -> dict[str, int | bool]:
    counts = comparison.counts()
    leaving = counts.get("WITHDRAWN", 0)
    would_stop = leaving > FEW and leaving * 10_000 > LEAVING_LIMIT_BP * counts["present"]
    return counts | {"would_stop": would_stop}


def _take(
    records_import: RecordsImport,
    comparison: Comparison,
    *,
    at: datetime.datetime,
    is_forced: bool,
) -> None:
    if records_import.counts["would_stop"] and not is_forced:
        records_import.state = RecordsImport.State.STOPPED
        return
    comparison.take()
    if comparison.tell_absences(since=at - TOLD_FOR):
        wake_relay_on_commit()
    comparison.clear()
    records_import.state = RecordsImport.State.APPLIED


def _lock(kind: Kind, college: College) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TRY, [kind.value, college.uai])
        if cursor.fetchone() != (True,):
            raise RecordsImportRunning


def _write_down(
    records_import: RecordsImport, *, actor: Actor, at: datetime.datetime, is_forced: bool
) -> None:
    """That it happened, for which collège: not what it holds."""
    record_audit(
        actor=actor,
        action=f"schoollife.records.{records_import.state.lower()}",
        subject_type="records_import",
        subject_id=records_import.public_id,
        at=at,
        kind=records_import.kind,
        college=records_import.college.uai,
        is_forced=is_forced,
    )
