"""Deciding prices again when a version is published, for everybody it concerns, in one transaction.

Whoever had a price under the version it replaces keeps the same proof, priced by the new version;
whoever is enrolled and has no price yet gets one. The schedule is locked by the caller, and whoever
decides a price holds it (`decisions`): no other decision on the service is made meanwhile. Days of
issued months are left alone. Reads and writes go by batches of pupils, never one by one.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from billing.tariffs import queries
from billing.tariffs.decisions import BATCH, keep_all, new_decision
from billing.tariffs.enrolled_periods import EnrolledPeriod, enrolled_periods
from billing.tariffs.issued_months import first_open_day
from billing.tariffs.models import HouseholdResources, PriceDecision, TariffVersion
from billing.tariffs.timeline import (
    PricedVersion,
    decided,
    holding,
    looks_at_both,
    pieces,
    situation_of,
)
from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import wake_relay_on_commit
from commons.progress import reached
from tenants.people.models import Pupil

ItemT = TypeVar("ItemT")


def reprice(
    *,
    service: str,
    version: TariffVersion,
    replaced: Sequence[PriceDecision],
    actor: Actor,
    at: datetime.datetime,
) -> int:
    """Decide again what `replaced` said from the first day of a version on, and what nobody said.

    Returns how many decisions were made.
    """
    first_day = max(version.valid_from, first_open_day() or version.valid_from)
    versions = queries.priced_versions(service, first_day)
    by_pupil: dict[int, list[EnrolledPeriod]] = defaultdict(list)
    for period in enrolled_periods(service, first_day, version.valid_until):
        by_pupil[period.pupil_id].append(period)
    steps = itertools.count(1)
    total = -(-len(replaced) // BATCH) + -(-len(by_pupil) // BATCH)
    count = 0
    for rows in batches(replaced):
        reached("prices", next(steps), of=total)
        count += keep_all(
            _again(service, rows, first_day=first_day, versions=versions, at=at), at=at
        )
    for pupil_ids in batches(sorted(by_pupil)):
        reached("prices", next(steps), of=total)
        periods = [period for pupil_id in pupil_ids for period in by_pupil[pupil_id]]
        made = _filling(service, periods, first_day=first_day, versions=versions, at=at)
        count += keep_all(made, at=at)
    if count:
        wake_relay_on_commit()
        record_audit(
            actor=actor,
            action="tariffs.prices.decided_again",
            subject_type="TariffVersion",
            subject_id=version.public_id,
            at=at,
            decisions=count,
        )
    return count


def batches(items: Iterable[ItemT], size: int = BATCH) -> Iterator[list[ItemT]]:
    """Cut items into lists of that many at most."""
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _again(
    service: str,
    rows: Sequence[PriceDecision],
    *,
    first_day: datetime.date,
    versions: Sequence[PricedVersion],
    at: datetime.datetime,
) -> list[PriceDecision]:
    """The same proofs over the same days, under the versions of now.

    A version that looks at both households takes what each proved, where a decision had only one.
    """
    proofs = HouseholdResources.objects.in_bulk(
        {row.resources_id for row in rows if row.resources_id is not None}
    )
    both = _Both.read(rows, first_day) if looks_at_both(versions) else None
    made = []
    for row in rows:
        standing = proofs.get(row.resources_id) if row.resources_id else None
        start = max(row.valid_from, first_day)
        for piece in pieces(
            start=start,
            end=row.valid_until,
            versions=versions,
            proofs=both.own.get(row.pupil_id, []) if both else (),
            others=both.others.get(row.pupil_id, []) if both else (),
        ):
            resources = piece.resources if both and looks_at_both([piece.priced]) else standing
            made.append(
                new_decision(
                    row.pupil_id,
                    service,
                    piece,
                    decided(piece, situation_of(resources), is_asked=False),
                    resources=resources,
                    is_automatic=row.is_automatic or piece.valid_from > row.valid_from,
                    at=at,
                )
            )
    return made


@dataclasses.dataclass(frozen=True, slots=True)
class _Both:
    """What both households of some pupils proved, by pupil."""

    own: dict[int, list[HouseholdResources]]
    others: dict[int, list[list[HouseholdResources]]]

    @classmethod
    def read(cls, rows: Sequence[PriceDecision], day: datetime.date) -> _Both:
        pupil_ids = {row.pupil_id for row in rows}
        return cls(
            own=_proofs_by_pupil(pupil_ids, day),
            others=queries.other_proofs_since(pupil_ids, day),
        )


def _filling(
    service: str,
    periods: Sequence[EnrolledPeriod],
    *,
    first_day: datetime.date,
    versions: Sequence[PricedVersion],
    at: datetime.datetime,
) -> list[PriceDecision]:
    """What enrolled pupils pay on days without a decision."""
    pupil_ids = {period.pupil_id for period in periods}
    standing = queries.prices_since(pupil_ids, service, first_day)
    proofs = _proofs_by_pupil(pupil_ids, first_day)
    others = queries.other_proofs_since(pupil_ids, first_day) if looks_at_both(versions) else {}
    made = []
    for period in periods:
        known = standing.setdefault(period.pupil_id, [])
        start = max(period.valid_from, first_day)
        for gap_start, gap_end in list(_gaps(start, period.valid_until, known)):
            for piece in pieces(
                start=gap_start,
                end=gap_end,
                versions=versions,
                proofs=proofs.get(period.pupil_id, []),
                others=others.get(period.pupil_id, []),
            ):
                decision = decided(piece, situation_of(piece.resources), is_asked=False)
                row = new_decision(
                    period.pupil_id,
                    service,
                    piece,
                    decision,
                    resources=piece.resources,
                    is_automatic=True,
                    at=at,
                )
                made.append(row)
                known.append(row)
        known.sort(key=lambda row: row.valid_from)
    return made


def _gaps(
    start: datetime.date, end: datetime.date | None, known: Sequence[PriceDecision]
) -> Iterator[tuple[datetime.date, datetime.date | None]]:
    """The days from `start` on without a decision, up to the next one; none begins at `end`."""
    day: datetime.date | None = start
    while day is not None and (end is None or day < end):
        here = holding(known, day)
        if here is not None:
            day = here.valid_until
            continue
        following = min((row.valid_from for row in known if row.valid_from > day), default=None)
        yield day, following
        day = following


def _proofs_by_pupil(
    pupil_ids: Iterable[int], day: datetime.date
) -> dict[int, list[HouseholdResources]]:
    households = dict(Pupil.objects.filter(pk__in=pupil_ids).values_list("pk", "household_id"))
    proofs = queries.proofs_of_households(set(households.values()) - {None}, day)
    return {
        pupil_id: proofs.get(household_id, []) if household_id else []
        for pupil_id, household_id in households.items()
    }
