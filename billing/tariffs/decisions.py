"""Making price decisions, inside the transaction of an act.

These functions are building blocks: `tariffs.operations` and `canteen.operations` call them inside
their own transaction, after locking the pupil (`lock_pupil`). A new decision closes the one it
replaces on its first day, and never reaches back into a month that is already invoiced, unless it
corrects it: a corrective run then bills the difference.

A price that ends with its proof or its tariff is followed at once by what holds then (`timeline`):
such a decision is automatic, and gives way to whatever is decided later from an earlier day. A
decision that somebody asked for does not: an earlier one stops where it starts.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q

from billing.tariffs import queries
from billing.tariffs.engine import Decision, Definition, SharedCustody
from billing.tariffs.issued_months import refuse_billed_days
from billing.tariffs.models import HouseholdResources, PriceDecision
from billing.tariffs.timeline import (
    Piece,
    PricedVersion,
    cheapest,
    decided,
    holding,
    looks_at_both,
    pieces,
    says_the_same,
    situation_of,
)
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.models import OutboxEvent
from commons.outbox import record_event
from tenants.people.models import Pupil

if TYPE_CHECKING:
    import uuid


BATCH = 1000


class NoTariffInForce(DomainError):
    """No version of a schedule prices this service on that day."""

    code = "TARIFF_NOT_IN_FORCE"


def lock_pupil(public_id: uuid.UUID) -> Pupil:
    """Lock a pupil: the aggregate that decisions and enrolments belong to."""
    return Pupil.objects.select_for_update(of=("self",), no_key=True).get(public_id=public_id)


def resources_that_price(
    pupil: Pupil, definition: Definition, *, on: datetime.date
) -> HouseholdResources | None:
    """What prices a pupil on a day: the household's own, or the best of the two parents'."""
    proofs = [queries.resources_on(pupil.household_id, on)]
    if definition.policy.shared_custody is SharedCustody.BEST_QF_SINGLE_BILL:
        others = queries.other_proofs_since([pupil.pk], on).get(pupil.pk, [])
        proofs += [holding(timeline, on) for timeline in others]
    return cheapest(definition, proofs, day=on)


def make_decision(
    *,
    pupil: Pupil,
    service: str,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
    correcting: bool = False,
) -> PriceDecision:
    """Decide the price of a locked pupil from a day on; the same decision twice is one.

    :raises NoTariffInForce: if no version prices the service on that day
    :raises AlreadyBilled: if that day is in an invoiced month
    :raises MaximumNotOffered: if the household chose the maximum where the tariff has no such choice
    """
    made = decide_from(
        pupil=pupil, service=service, start=valid_from, actor=actor, at=at, correcting=correcting
    )
    if not made or made[0].valid_from > valid_from:
        raise NoTariffInForce(service=service, day=valid_from)
    return made[0]


def decide_from(
    *,
    pupil: Pupil,
    service: str,
    start: datetime.date,
    actor: Actor,
    at: datetime.datetime,
    correcting: bool = False,
) -> list[PriceDecision]:
    """Decide what a locked pupil pays from the first day on that a version prices.

    Returns the decisions that hold from then on, in order: none while no tariff is published.

    :raises AlreadyBilled: if that day is in an invoiced month
    :raises MaximumNotOffered: if the household chose the maximum where the tariff has no such choice
    """
    refuse_billed_days(start, at=at, correcting=correcting)
    share_schedule(service)
    versions = queries.priced_versions(service, start)
    plan = plan_from(
        standing=standing_from([pupil.pk], service, start).get(pupil.pk, []),
        start=start,
        versions=versions,
        proofs=queries.proofs_since(pupil.household_id, start),
        others=_others(pupil, versions, start),
    )
    replace(plan.replaced, start)
    return [
        row or _write(pupil, service, piece, decision, start=start, actor=actor, at=at)
        for piece, decision, row in plan.planned
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What a pupil pays from a day on: each piece, its decision, and the row that says so already.

    `replaced` are the rows that say something else.
    """

    planned: list[tuple[Piece, Decision, PriceDecision | None]]
    replaced: list[PriceDecision]


def plan_from(
    *,
    standing: Sequence[PriceDecision],
    start: datetime.date,
    versions: Sequence[PricedVersion],
    proofs: Sequence[HouseholdResources],
    others: Sequence[Sequence[HouseholdResources]] = (),
) -> Plan:
    """Plan what is decided from a day on, given what stands; a decision asked for later stops it.

    :raises MaximumNotOffered: if the household chose the maximum where the tariff has no such choice
    """
    asked_later = [row for row in standing if row.valid_from > start and not row.is_automatic]
    end = asked_later[0].valid_from if asked_later else None
    replaceable = [row for row in standing if end is None or row.valid_from < end]
    cut = pieces(start=start, end=end, versions=versions, proofs=proofs, others=others)
    planned: list[tuple[Piece, Decision, PriceDecision | None]] = []
    for rank, piece in enumerate(cut):
        decision = decided(piece, situation_of(piece.resources), is_asked=rank == 0)
        same = (
            row
            for row in replaceable
            if says_the_same(row, piece, decision)
            and (row.valid_from == piece.valid_from or (rank == 0 and row.valid_from < start))
        )
        planned.append((piece, decision, next(same, None)))
    kept = {row.pk for *_piece, row in planned if row is not None}
    return Plan(planned, [row for row in replaceable if row.pk not in kept])


def _others(
    pupil: Pupil, versions: Sequence[PricedVersion], start: datetime.date
) -> list[list[HouseholdResources]]:
    """What the other parent's household proved, where a version looks at both."""
    if not looks_at_both(versions):
        return []
    return queries.other_proofs_since([pupil.pk], start).get(pupil.pk, [])


def share_schedule(service: str) -> None:
    """Hold the schedule against a version published at the same moment, which decides again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM tariffs_tariffschedule WHERE service = %s FOR SHARE", [service]
        )


def standing_from(
    pupil_ids: Collection[int], service: str, day: datetime.date
) -> dict[int, list[PriceDecision]]:
    """The decisions of some pupils that hold on a day or later, in order, by pupil."""
    rows = queries.in_force_some_day(
        PriceDecision.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=day),
            pupil_id__in=pupil_ids,
            service=service,
        )
    )
    found: dict[int, list[PriceDecision]] = {}
    for row in rows.order_by("valid_from"):
        found.setdefault(row.pupil_id, []).append(row)
    return found


def replace(rows: Sequence[PriceDecision], start: datetime.date) -> None:
    """End decisions on the day others take over; one that had not begun holds on no day."""
    begun = [row.pk for row in rows if row.valid_from < start]
    not_begun = [row.pk for row in rows if row.valid_from >= start]
    PriceDecision.objects.filter(pk__in=begun).update(valid_until=start)
    PriceDecision.objects.filter(pk__in=not_begun).update(valid_until=F("valid_from"))


def new_decision(
    pupil_id: int,
    service: str,
    piece: Piece,
    decision: Decision,
    *,
    resources: HouseholdResources | None,
    is_automatic: bool,
    at: datetime.datetime,
) -> PriceDecision:
    """A decision of these facts, not written yet."""
    return PriceDecision(
        pupil_id=pupil_id,
        service=service,
        tariff_version=piece.priced.version,
        resources=resources,
        unit_price_cents=decision.unit_price_cents,
        inputs=dict(decision.inputs),
        steps=[step.as_dict() for step in decision.steps],
        source=decision.source,
        is_automatic=is_automatic,
        valid_from=piece.valid_from,
        valid_until=piece.valid_until,
        decided_at=at,
    )


def keep_all(made: Sequence[PriceDecision], *, at: datetime.datetime) -> int:
    """Write decisions, and the event of each; the caller writes the act in the journal."""
    PriceDecision.objects.bulk_create(made, batch_size=BATCH)
    pupils = dict(
        Pupil.objects.filter(pk__in={row.pupil_id for row in made}).values_list("pk", "public_id")
    )
    OutboxEvent.objects.bulk_create(
        [
            OutboxEvent(
                name="tariffs.price.decided",
                aggregate=f"pupil:{pupils[row.pupil_id]}",
                occurred_at=at,
                payload={"decision": str(row.public_id), "pupil": str(pupils[row.pupil_id])},
            )
            for row in made
        ],
        batch_size=BATCH,
    )
    return len(made)


def _write(
    pupil: Pupil,
    service: str,
    piece: Piece,
    decision: Decision,
    *,
    start: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> PriceDecision:
    made = new_decision(
        pupil.pk,
        service,
        piece,
        decision,
        resources=piece.resources,
        is_automatic=piece.valid_from > start,
        at=at,
    )
    made.save(force_insert=True)
    _tell(made, pupil, actor=actor, at=at)
    return made


def _tell(decision: PriceDecision, pupil: Pupil, *, actor: Actor, at: datetime.datetime) -> None:
    record_event(
        "tariffs.price.decided",
        aggregate=f"pupil:{pupil.public_id}",
        occurred_at=at,
        decision=decision.public_id,
        pupil=pupil.public_id,
    )
    record_audit(
        actor=actor,
        action="tariffs.price.decided",
        subject_type="PriceDecision",
        subject_id=decision.public_id,
        at=at,
        unit_price_cents=decision.unit_price_cents,
        valid_from=decision.valid_from.isoformat(),
        source=decision.source,
    )
