"""The acts on the academic feed: compare it with what we hold, take it, decide what it leaves open.

One import is one transaction. The feed is laid in staging tables and compared in a few statements,
which write the report; taking the feed does what the report says. A dry run and an import compare
the same way. Every record read has one outcome. A refused feed leaves no trace; a stopped one leaves
its report.
"""

from __future__ import annotations

import datetime
import enum
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event
from commons.school_calendar import SchoolYear
from commons.tenancy import require_tenant
from tenants.people import deciding, feeding, locks, meters
from tenants.people.aaf import staging
from tenants.people.aaf.errors import (
    DeltaBeforeFull,
    FeedOlderThanLatest,
    FeedUnreadable,
    ImportRunning,
    Problem,
)
from tenants.people.aaf.file_names import FeedFiles, Variant, find_feed
from tenants.people.deciding import NothingToDecide
from tenants.people.models import FeedImport, FeedImportRow

__all__ = (
    "DeltaBeforeFull",
    "FeedOlderThanLatest",
    "FeedUnreadable",
    "Force",
    "ImportRunning",
    "NothingToDecide",
    "decide_record",
    "import_aaf",
)

DISAPPEARING_LIMIT_BP = 500  # one in twenty: more is a truncated file, not a summer
_AHEAD = datetime.timedelta(days=1)  # the academy may write tomorrow's feed tonight


class Force(enum.StrEnum):
    """What an agent may overrule. Values are written in the journal."""

    DISAPPEARING = "DISAPPEARING"
    ORDER = "ORDER"


@transaction.atomic(durable=True)
def import_aaf(
    *,
    paths: Sequence[Path],
    apply: bool,
    actor: Actor,
    at: datetime.datetime,
    school_year: int | None = None,
    forced: Collection[Force] = (),
    disappearing_limit_bp: int = DISAPPEARING_LIMIT_BP,
    say: Callable[[str], object] | None = None,
) -> FeedImport:
    """
    Compare a feed with the département's pupils, and take it if `apply`.

    A feed that would make more than `disappearing_limit_bp` of the pupils or of the guardians
    disappear, or of their links end, is stopped unless forced. Without `school_year`, it is the one
    of the feed's day. The same feed twice changes nothing.

    :raises FeedUnreadable: if a file is missing, hostile, no feed, or of a day or year to come
    :raises DeltaBeforeFull: if a delta comes before any full feed of its school year
    :raises FeedOlderThanLatest: if a more recent feed was already applied, unless forced
    :raises ImportRunning: if another import is at work
    """
    started = time.monotonic()
    feed = find_feed(paths)
    year = feed.school_year if school_year is None else SchoolYear(school_year)
    _check_dates(feed, year, at=at)
    feeding.prepare_session()
    if not locks.try_lock_feed():
        raise ImportRunning
    _check_order(feed, year, is_forced=Force.ORDER in forced)
    staging.clear()
    staged = staging.stage(feed.files, say=say)
    if apply:
        locks.lock_shares()
    imported = FeedImport.objects.create(
        kind="AAF",
        file_names=feed.names,
        digest=staged.digest,
        state=FeedImport.State.DRY_RUN,
        started_at=at,
        ended_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    comparison = feeding.Comparison(
        feed,
        feed_import_id=imported.pk,
        school_year=year,
        departement=require_tenant().code,
        at=at,
    )
    comparison.compare()
    leaving = comparison.leaving()
    would_stop = any(one.is_beyond(disappearing_limit_bp) for one in leaving)
    imported.counts = {
        "feed_on": feed.day.isoformat(),
        "variant": feed.variant.value,
        "school_year": year.start_year,
        "read": dict(staged.read),
        "become": comparison.counts(),
        "leaving": {one.kind: one.leaving for one in leaving},
        "present": {one.kind: one.present for one in leaving},
        "limit_bp": disappearing_limit_bp,
        "would_stop": would_stop,
        "ended_schoolings": comparison.past_schoolings(),
    }
    if apply and would_stop and Force.DISAPPEARING not in forced:
        imported.state = FeedImport.State.STOPPED
    elif apply:
        imported.state = FeedImport.State.APPLIED
        comparison.take()
    staging.clear()
    imported.ended_at = at + datetime.timedelta(seconds=time.monotonic() - started)
    imported.save(update_fields=["state", "counts", "ended_at"])
    _tell(imported, actor=actor, at=at, forced=sorted(forced))
    meters.count_feed(imported)
    return imported


def _local_day(at: datetime.datetime) -> datetime.date:
    return at.astimezone(timezone.get_default_timezone()).date()


def _check_dates(feed: FeedFiles, year: SchoolYear, *, at: datetime.datetime) -> None:
    """A feed of a day to come would make every later one too old; one of another year, worse."""
    name = feed.files[0].name
    if feed.day > _local_day(at) + _AHEAD:
        raise FeedUnreadable(Problem.FUTURE_FEED, file=name, feed_on=feed.day)
    if not feed.may_be_of(year):
        raise FeedUnreadable(
            Problem.WRONG_YEAR, file=name, feed_on=feed.day, school_year=year.label
        )


def _check_order(feed: FeedFiles, year: SchoolYear, *, is_forced: bool) -> None:
    """A delta says nothing of those who stay: only after a full feed of the year does it mean much."""
    applied = FeedImport.objects.filter(state=FeedImport.State.APPLIED)
    of_year = applied.filter(counts__school_year=year.start_year)
    if feed.variant is Variant.DELTA and all(one.is_delta for one in of_year):
        raise DeltaBeforeFull(feed_on=feed.day, school_year=year.label)
    latest = applied.order_by("-pk").first()
    if latest is None:
        return
    latest_on = datetime.date.fromisoformat(latest.counts["feed_on"])
    if feed.day < latest_on and not is_forced:
        raise FeedOlderThanLatest(latest_on=latest_on, feed_on=feed.day)


def _tell(
    imported: FeedImport, *, actor: Actor, at: datetime.datetime, forced: list[Force]
) -> None:
    more: dict[str, Any] = {"forced": forced} if forced else {}
    record_audit(
        actor=actor,
        action=f"people.feed.{imported.state.lower()}",
        subject_type="feed_import",
        subject_id=imported.public_id,
        at=at,
        digest=imported.digest,
        **more,
    )
    if imported.state == FeedImport.State.APPLIED:
        record_event(
            "people.feed.applied",
            aggregate="people.feed",
            occurred_at=at,
            feed_import_id=imported.pk,
        )


@transaction.atomic(durable=True)
def decide_record(
    *, record_kind: str, record_id: str, is_same: bool, actor: Actor, at: datetime.datetime
) -> FeedImportRow:
    """
    Say whether who a feed names under an identifier is the one we know; the next import does the rest.

    The same: they take the identity the feed gave. Another: the one we know leaves the identifier
    free, with their account and their history.

    :raises NothingToDecide: if the latest report on this record leaves nothing open
    :raises ImportRunning: if an import is at work
    """
    if not locks.try_lock_feed():
        raise ImportRunning
    row = deciding.find_open_row(record_kind, record_id)
    subject = deciding.settle(row, is_same=is_same, on=_local_day(at))
    record_audit(
        actor=actor,
        action="people.feed_record.decided",
        subject_type=record_kind.lower(),
        subject_id=subject.public_id,
        at=at,
        row=row.pk,
        is_same=is_same,
    )
    return row
