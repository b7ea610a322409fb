"""The acts on the academic feed: compare it with what we hold, and take it.

One import is one transaction. The feed is laid in staging tables, judged there in a few statements,
and applied from the verdicts: a dry run and an import judge the same way. Every record read has one
verdict. A refused feed leaves no trace; a stopped one leaves its report.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event
from commons.school_calendar import SchoolYear
from tenants.people.aaf import staging
from tenants.people.aaf.errors import (
    DeltaBeforeFull,
    FeedOlderThanLatest,
    FeedUnreadable,
    ImportRunning,
)
from tenants.people.aaf.file_names import FeedFiles, Variant, find_feed
from tenants.people.models import FeedImport, FeedImportRow, Guardian, Pupil

__all__ = (
    "DeltaBeforeFull",
    "FeedOlderThanLatest",
    "FeedUnreadable",
    "ImportRunning",
    "import_aaf",
)

SQL = Path(__file__).with_name("sql") / "feed"
DISAPPEARING_LIMIT_BP = 500  # one in twenty: more is a truncated file, not a summer
# The staging tables have no statistics: what the planner believes empty holds 54,000 rows.
_FOR_LONG_WORK = ("SET LOCAL enable_nestloop = off", "SET LOCAL statement_timeout = '15min'")
_IMPORT_LOCK = (
    "SELECT pg_try_advisory_xact_lock(hashtext('people.feed'), hashtext(current_schema()))"
)


@dataclasses.dataclass(frozen=True, slots=True)
class _Missing:
    """A pupil or guardian that the feed no longer names."""

    kind: str
    id: int
    jointure_id: str


@cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def _run(name: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_statement(name), list(parameters) or None)
        return list(cursor.fetchall()) if cursor.description else []


@transaction.atomic(durable=True)
def import_aaf(
    *,
    paths: Sequence[Path],
    school_year: int,
    apply: bool,
    force: bool = False,
    disappearing_limit_bp: int = DISAPPEARING_LIMIT_BP,
    actor: Actor,
    at: datetime.datetime,
    say: Callable[[str], object] | None = None,
) -> FeedImport:
    """
    Compare a feed with the département's pupils, and take it if `apply`.

    A full feed that would make more than `disappearing_limit_bp` of the pupils or of the guardians
    disappear is stopped unless `force`. The same feed twice changes nothing.

    :raises FeedUnreadable: if a file is missing, hostile, or no feed
    :raises DeltaBeforeFull: if a delta comes before any full feed
    :raises FeedOlderThanLatest: if a more recent feed was already applied
    :raises ImportRunning: if another import is at work
    """
    feed = find_feed(paths)
    with connection.cursor() as cursor:
        for setting in _FOR_LONG_WORK:
            cursor.execute(setting)
        cursor.execute(_IMPORT_LOCK)
        if cursor.fetchone() != (True,):
            raise ImportRunning
    _check_order(feed)
    staging.clear()
    staged = staging.stage(feed.files, say=say)
    _run("judge_colleges")
    _run("judge_guardians")
    _run("judge_pupils", [school_year])
    missing = _find_missing(feed)
    counts = _count(feed, staged, missing)
    is_stopped = apply and not force and _is_too_many(missing, disappearing_limit_bp)
    state = FeedImport.State.DRY_RUN
    if is_stopped:
        state = FeedImport.State.STOPPED
    elif apply:
        state = FeedImport.State.APPLIED
        _apply(feed, school_year=school_year, missing=missing)
    imported = FeedImport.objects.create(
        kind="AAF",
        file_names=feed.names,
        digest=staged.digest,
        state=state,
        counts=counts,
        started_at=at,
        ended_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    _store_rows(imported, missing)
    staging.clear()
    _tell(imported, actor=actor, at=at)
    return imported


def _check_order(feed: FeedFiles) -> None:
    latest = FeedImport.objects.filter(state=FeedImport.State.APPLIED).order_by("-pk").first()
    if latest is None:
        if feed.variant is Variant.DELTA:
            raise DeltaBeforeFull(feed_on=feed.day)
        return
    latest_on = datetime.date.fromisoformat(latest.counts["feed_on"])
    if feed.day < latest_on:
        raise FeedOlderThanLatest(latest_on=latest_on, feed_on=feed.day)


def _find_missing(feed: FeedFiles) -> list[_Missing]:
    """Whom a full feed no longer names; a delta says itself whom it removes."""
    if feed.variant is Variant.DELTA:
        return []
    return [_Missing(*row) for row in _run("disappearing")]


def _is_too_many(missing: list[_Missing], limit_bp: int) -> bool:
    present = {
        "PUPIL": Pupil.objects.filter(jointure_id__isnull=False, missing_since__isnull=True),
        "GUARDIAN": Guardian.objects.filter(jointure_id__isnull=False, missing_since__isnull=True),
    }
    for kind, people in present.items():
        leaving = sum(person.kind == kind for person in missing)
        if leaving and leaving * 10_000 > limit_bp * people.count():
            return True
    return False


def _count(feed: FeedFiles, staged: staging.Staged, missing: list[_Missing]) -> dict[str, Any]:
    """The day of the feed, what was read, and what it becomes, by kind."""
    become: dict[str, dict[str, int]] = {}
    for kind, verdict, number in _run("count_rows"):
        become.setdefault(kind, {})[verdict] = int(number)
    for person in missing:
        kind = become.setdefault(person.kind, {})
        kind["DISAPPEARING"] = kind.get("DISAPPEARING", 0) + 1
    return {"feed_on": feed.day.isoformat(), "read": dict(staged.read), "become": become}


def _apply(feed: FeedFiles, *, school_year: int, missing: list[_Missing]) -> None:
    day = feed.day
    first_day = SchoolYear(school_year).period.start
    _run("apply_colleges")
    _run("apply_guardians", [day])
    _run("apply_classes", [school_year])
    _run("apply_pupils", [day])
    _run("find_pupils")
    _run("end_schoolings", [day, school_year])
    _run("change_schoolings", [school_year, school_year])
    _run("open_schoolings", [school_year, first_day, school_year, school_year, school_year])
    _run("end_links", [day])
    _run("apply_links", [day])
    _run("apply_shares")
    for kind, people in (("PUPIL", Pupil.objects), ("GUARDIAN", Guardian.objects)):
        leaving = [person.id for person in missing if person.kind == kind]
        people.filter(pk__in=leaving).update(missing_since=day)


def _store_rows(imported: FeedImport, missing: list[_Missing]) -> None:
    _run("store_rows", [imported.pk])
    FeedImportRow.objects.bulk_create(
        [
            FeedImportRow(
                feed_import=imported,
                record_kind=person.kind,
                record_id=person.jointure_id,
                outcome=FeedImportRow.Outcome.DISAPPEARING,
            )
            for person in missing
        ],
        batch_size=1000,
    )


def _tell(imported: FeedImport, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"people.feed.{imported.state.lower()}",
        subject_type="feed_import",
        subject_id=imported.public_id,
        at=at,
        digest=imported.digest,
    )
    if imported.state == FeedImport.State.APPLIED:
        record_event(
            "people.feed.applied",
            aggregate="people.feed",
            occurred_at=at,
            feed_import_id=imported.pk,
        )
