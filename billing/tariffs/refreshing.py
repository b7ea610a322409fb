"""Quotients that come by thousands: those of a month, from a file of the CAF or from an API.

What `operations.record_resources` and `decide_household_prices` do for one household, for many, by
batches of one transaction each, in a few statements. A batch that is cut off leaves whole batches;
running the file again changes nothing of them. What cannot be recorded is told, and the rest goes on.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from billing.tariffs import decisions, queries
from billing.tariffs.engine import Basis, rounded_quotient
from billing.tariffs.issued_months import refuse_billed_days
from billing.tariffs.models import HouseholdResources, PriceDecision
from billing.tariffs.recording import check_age
from billing.tariffs.repricing import batches
from billing.tariffs.timeline import looks_at_both
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import wake_relay_on_commit
from tenants.people.models import Household, Pupil

BATCH = 500
Proof = HouseholdResources.Proof


@dataclasses.dataclass(frozen=True, slots=True)
class Refresh:
    """A household's quotient, euros a month, and the day its source is of."""

    household: uuid.UUID
    quotient_familial: Decimal
    dated_on: datetime.date


@dataclasses.dataclass(frozen=True, slots=True)
class Refreshed:
    """What a batch did; `refused` is why, by household."""

    recorded: int
    unchanged: int
    prices: int
    refused: dict[uuid.UUID, DomainError]


class RefreshRefused(DomainError):
    """A quotient that is not recorded: the household is unknown, written twice, chose the maximum, or
    has another situation later on. `reason` says which."""

    code = "RESOURCES_REFRESH_REFUSED"


def refresh_quotients(
    *,
    refreshes: Sequence[Refresh],
    basis: Basis,
    proof_kind: Proof,
    service: str,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> Iterator[Refreshed]:
    """
    Record quotients from a day on, and decide again the prices that stand, batch after batch.

    A quotient that says what is known already changes nothing. Households that chose the maximum
    keep it. Each batch is its own transaction.

    :raises AlreadyBilled: if that day belongs to an invoiced month
    """
    ordered = sorted(refreshes, key=lambda refresh: refresh.household)
    for batch in batches(ordered, BATCH):
        yield _refresh(batch, basis, proof_kind, service, valid_from=valid_from, actor=actor, at=at)


@transaction.atomic(durable=True)
def _refresh(
    batch: Sequence[Refresh],
    basis: Basis,
    proof_kind: Proof,
    service: str,
    *,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> Refreshed:
    refuse_billed_days(valid_from, at=at)
    policy = queries.policy_on(service, valid_from)
    households = _locked_households(batch)
    pupils = _locked_pupils(households.values())
    refused: dict[uuid.UUID, DomainError] = {}
    made, ended, unchanged = [], [], 0
    standing = queries.proofs_of_households([row.pk for row in households.values()], valid_from)
    seen: set[uuid.UUID] = set()
    for refresh in batch:
        household = households.get(refresh.household)
        try:
            if refresh.household in seen:
                raise RefreshRefused(reason="TWICE")
            if household is None:
                raise RefreshRefused(reason="UNKNOWN")
            seen.add(refresh.household)
            quotient = rounded_quotient(refresh.quotient_familial)
            check_age(proof_kind, refresh.dated_on, given_on=timezone.localdate(at), policy=policy)
            known = standing.get(household.pk, [])
            if _says(known, basis, quotient):
                unchanged += 1
                continue
            ended += _ending(known, valid_from)
        except DomainError as refusal:
            refused[refresh.household] = refusal
            continue
        made.append(
            HouseholdResources(
                household=household,
                basis=basis,
                quotient_familial=quotient,
                statuses=[],
                proof_kind=proof_kind,
                proof_dated_on=refresh.dated_on,
                valid_from=valid_from,
                recorded_at=at,
            )
        )
    HouseholdResources.objects.filter(pk__in=ended).update(valid_until=valid_from)
    HouseholdResources.objects.bulk_create(made)
    changed = [
        pupil for pupil in pupils if pupil.household_id in {row.household_id for row in made}
    ]
    prices = _decide(changed, service, start=valid_from, at=at)
    record_audit(
        actor=actor,
        action="tariffs.resources.refreshed",
        subject_type="HouseholdResources",
        subject_id="",
        at=at,
        recorded=len(made),
        unchanged=unchanged,
        refused=len(refused),
        prices=prices,
        valid_from=valid_from.isoformat(),
    )
    return Refreshed(len(made), unchanged, prices, refused)


def _locked_households(batch: Sequence[Refresh]) -> dict[uuid.UUID, Household]:
    rows = Household.objects.select_for_update(of=("self",), no_key=True).filter(
        public_id__in=[refresh.household for refresh in batch]
    )
    return {row.public_id: row for row in rows.order_by("pk")}


def _locked_pupils(households: Collection[Household]) -> list[Pupil]:
    rows = Pupil.objects.select_for_update(of=("self",), no_key=True)
    return list(rows.filter(household__in=households).order_by("pk"))


def _says(known: Sequence[HouseholdResources], basis: Basis, quotient: Decimal) -> bool:
    """Whether the one proof that is known, for as long as one can say, is this quotient."""
    if len(known) != 1 or known[0].valid_until is not None:
        return False
    (row,) = known
    return row.basis == basis and not row.statuses and row.quotient_familial == quotient


def _ending(known: Sequence[HouseholdResources], valid_from: datetime.date) -> list[int]:
    """The proof that ends on that day.

    :raises RefreshRefused: if another begins later, or if the household chose the maximum
    """
    if any(row.valid_from > valid_from for row in known):
        raise RefreshRefused(reason="LATER")
    if any(row.choose_maximum for row in known):
        raise RefreshRefused(reason="MAXIMUM_CHOSEN")
    if any(row.statuses for row in known):
        raise RefreshRefused(reason="STATUS_PROVEN")
    return [row.pk for row in known]


def _decide(
    pupils: Sequence[Pupil], service: str, *, start: datetime.date, at: datetime.datetime
) -> int:
    """Decide again what pupils who have a price pay from a day on; how many decisions were made."""
    decisions.share_schedule(service)
    ids = [pupil.pk for pupil in pupils]
    standing = decisions.standing_from(ids, service, start)
    versions = queries.priced_versions(service, start)
    households = {pupil.household_id for pupil in pupils if pupil.household_id}
    proofs = queries.proofs_of_households(households, start)
    others = queries.other_proofs_since(ids, start) if looks_at_both(versions) else {}
    made: list[PriceDecision] = []
    replaced: list[PriceDecision] = []
    for pupil in pupils:
        if pupil.pk not in standing:
            continue
        plan = decisions.plan_from(
            standing=standing[pupil.pk],
            start=start,
            versions=versions,
            proofs=proofs.get(pupil.household_id or 0, []),
            others=others.get(pupil.pk, []),
        )
        replaced += plan.replaced
        made += [
            decisions.new_decision(
                pupil.pk,
                service,
                piece,
                decision,
                resources=piece.resources,
                is_automatic=piece.valid_from > start,
                at=at,
            )
            for piece, decision, row in plan.planned
            if row is None
        ]
    decisions.replace(replaced, start)
    wake_relay_on_commit()
    return decisions.keep_all(made, at=at)
