"""Acts on tariffs: publish a version, record what a household proved, decide prices.

Every amount is an integer number of euro cents. A version in use is never edited: its successor
sets the day it ends, and prices are decided again from that day. Resources and decisions are never
updated but for the day they end; a row replaced on its first day keeps an empty period. Nothing
reaches back into an invoiced month. Locks are taken in the order of billing/README.md.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from billing.month_locks import hold_months
from billing.tariffs import decisions, recording, repricing
from billing.tariffs.contesting import (
    ContestAlreadyAnswered,
    ContestAlreadyOpen,
    ContestAnswerMissing,
    ContestChangesNothing,
    ContestedPriceOver,
    ContestTextMissing,
    ContestTextTooLong,
    accept_contest,
    contest_price,
    refuse_contest,
)
from billing.tariffs.engine import (
    Definition,
    InvalidResources,
    SharedCustody,
    Situation,
    basis_named,
)
from billing.tariffs.issued_months import first_open_day
from billing.tariffs.models import HouseholdResources, PriceDecision, TariffSchedule, TariffVersion
from billing.tariffs.recording import ProofMissing, ProofTooOld, ResourcesOverlap
from billing.tariffs.schedule_files import ScheduleFile
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound
from tenants.people.models import Household, Pupil

Proof = HouseholdResources.Proof


class TariffVersionsOverlap(DomainError):
    """Another version already prices the service on some of these days."""

    code = "TARIFF_VERSIONS_OVERLAP"


class TariffVersionInUse(DomainError):
    """The new version would change days whose prices are already decided and invoiced."""

    code = "TARIFF_VERSION_IN_USE"


class CustodyNotBilled(DomainError):
    """The schedule has parents pay in turn, by a calendar of custody that no invoice knows yet."""

    code = "TARIFF_CUSTODY_NOT_BILLED"


class FullPriceMissing(DomainError):
    """The schedule gives an aid, and not the price it is taken off: nobody could be billed."""

    code = "TARIFF_FULL_PRICE_MISSING"


@transaction.atomic(durable=True)
def publish_schedule(
    *, schedule: ScheduleFile, actor: Actor, at: datetime.datetime
) -> list[TariffVersion]:
    """
    Publish every service of a schedule file as the version in force from its first day.

    An open version that stands is closed on that day; prices decided under it, and those of pupils
    enrolled without one, are decided again from that day. Publishing the same file twice changes
    nothing.

    :raises TariffVersionsOverlap: if another version starts later, or ends inside the period
    :raises TariffVersionInUse: if days that are already invoiced would change
    :raises FullPriceMissing: if an aid is given without the price it is taken off
    :raises CustodyNotBilled: if parents are to pay in turn
    """
    return publish_in_transaction(schedule=schedule, actor=actor, at=at)


def publish_in_transaction(
    *, schedule: ScheduleFile, actor: Actor, at: datetime.datetime
) -> list[TariffVersion]:
    """Publish every service of a schedule file inside the transaction of another act.

    It refuses what `publish_schedule` refuses.
    """
    return [
        _publish(**_facts(schedule, service, definition), actor=actor, at=at)
        for service, definition in schedule.services.items()
    ]


def open_in_transaction(*, schedule: ScheduleFile, actor: Actor, at: datetime.datetime) -> None:
    """Do all of `publish_in_transaction` but deciding the prices again: what a rehearsal asks for.

    To be rolled back: versions without their prices are not to be kept. It refuses what
    `publish_schedule` refuses, since deciding refuses nothing.
    """
    for service, definition in schedule.services.items():
        _open_version(**_facts(schedule, service, definition), actor=actor, at=at)


def _facts(schedule: ScheduleFile, service: str, definition: Definition) -> dict[str, Any]:
    """What a schedule file says of one of its services."""
    return {
        "code": schedule.code,
        "service": service,
        "label": schedule.label,
        "definition": definition,
        "valid_from": schedule.valid_from,
        "valid_until": schedule.valid_until,
        "legal_basis": schedule.legal_basis,
        "source_note": schedule.source_note,
        "is_illustrative": schedule.is_illustrative,
    }


@transaction.atomic(durable=True)
def publish_tariff_version(  # noqa: PLR0913  one argument per stored fact
    *,
    code: str,
    service: str,
    label: str,
    definition: Definition,
    valid_from: datetime.date,
    valid_until: datetime.date | None,
    legal_basis: str,
    source_note: str = "",
    is_illustrative: bool = False,
    actor: Actor,
    at: datetime.datetime,
) -> TariffVersion:
    """
    Publish how one service is priced from a day on, and decide its prices again from that day.

    :raises TariffVersionsOverlap: if another version starts later, or ends inside the period
    :raises TariffVersionInUse: if days that are already invoiced would change
    :raises FullPriceMissing: if an aid is given without the price it is taken off
    :raises CustodyNotBilled: if parents are to pay in turn
    """
    return _publish(
        code=code,
        service=service,
        label=label,
        definition=definition,
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis=legal_basis,
        source_note=source_note,
        is_illustrative=is_illustrative,
        actor=actor,
        at=at,
    )


def _publish(*, service: str, actor: Actor, at: datetime.datetime, **facts: Any) -> TariffVersion:
    """Open a version, and decide again the prices of everybody it concerns."""
    version, replaced = _open_version(service=service, actor=actor, at=at, **facts)
    if replaced is not None:
        repricing.reprice(service=service, version=version, replaced=replaced, actor=actor, at=at)
    return version


def _open_version(  # noqa: PLR0913  one argument per stored fact
    *,
    code: str,
    service: str,
    label: str,
    definition: Definition,
    valid_from: datetime.date,
    valid_until: datetime.date | None,
    legal_basis: str,
    source_note: str,
    is_illustrative: bool,
    actor: Actor,
    at: datetime.datetime,
) -> tuple[TariffVersion, list[PriceDecision] | None]:
    """Write a version; with the decisions it replaces, or None if it stood already."""
    if definition.is_aid:
        raise FullPriceMissing(service=service)
    if definition.policy.shared_custody is SharedCustody.TWO_PAYERS_CALENDAR:
        raise CustodyNotBilled(service=service)
    hold_months(valid_from, at=at)
    TariffSchedule.objects.get_or_create(service=service, defaults={"code": code, "label": label})
    schedule = _lock_schedule(service)
    standing = schedule.versions.filter(valid_from=valid_from, digest=definition.digest).first()
    if standing is not None and valid_until in (None, standing.valid_until):
        return standing, None
    replaced = _make_room(schedule, valid_from=valid_from, valid_until=valid_until)
    version = TariffVersion.objects.create(
        schedule=schedule,
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis=legal_basis,
        definition=definition.as_dict(),
        digest=definition.digest,
        is_illustrative=is_illustrative,
        source_note=source_note,
    )
    record_audit(
        actor=actor,
        action="tariffs.version.published",
        subject_type="TariffVersion",
        subject_id=version.public_id,
        at=at,
        service=service,
        valid_from=valid_from.isoformat(),
        digest=definition.digest,
    )
    return version, replaced


def _lock_schedule(service: str) -> TariffSchedule:
    return TariffSchedule.objects.select_for_update(of=("self",), no_key=True).get(service=service)


def _make_room(
    schedule: TariffSchedule, *, valid_from: datetime.date, valid_until: datetime.date | None
) -> list[PriceDecision]:
    """Close the open version on the first day of the new one; returns what it decided for later.

    The decisions returned are closed too, and still say until when they held.
    """
    replaced: list[PriceDecision] = []
    clashing = schedule.versions.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from))
    if valid_until is not None:
        clashing = clashing.filter(valid_from__lt=valid_until)
    for version in clashing.order_by("valid_from"):
        is_closed_by_new = version.valid_until is None and version.valid_from < valid_from
        if not is_closed_by_new:
            raise TariffVersionsOverlap(
                service=schedule.service,
                valid_from=version.valid_from,
                valid_until=version.valid_until,
            )
        first_open = first_open_day()
        if first_open is not None and valid_from < first_open:
            raise TariffVersionInUse(service=schedule.service, first_open_day=first_open)
        touched = PriceDecision.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from),
            Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            tariff_version=version,
        )
        replaced += touched.defer("inputs", "steps").order_by("pupil_id", "valid_from")
        touched.filter(valid_from__gte=valid_from).update(valid_until=F("valid_from"))
        touched.filter(valid_from__lt=valid_from).update(valid_until=valid_from)
        version.valid_until = valid_from
        version.save(update_fields=["valid_until"])
    return replaced


@transaction.atomic(durable=True)
def record_resources(  # noqa: PLR0913  one argument per stored fact
    *,
    household: Household,
    basis: str = "",
    quotient_familial: Decimal | None = None,
    reference_tax_income_cents: int | None = None,
    monthly_income_cents: int | None = None,
    monthly_benefits_cents: int | None = None,
    tax_parts: Decimal | None = None,
    children: int | None = None,
    statuses: Collection[str] = (),
    proof_kind: str = Proof.NONE,
    proof_dated_on: datetime.date | None = None,
    proof_note: str = "",
    choose_maximum: bool = False,
    valid_from: datetime.date,
    valid_until: datetime.date | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> HouseholdResources:
    """
    Record what a household proved, from a day on; what stood before ends that day.

    Prices do not change by themselves: `decide_household_prices` follows.

    :raises InvalidResources: if a figure is negative, absurd or missing
    :raises ProofMissing: if a figure or a status comes without a proof
    :raises ProofTooOld: if the tariff bounds the age of such a proof, and it is older
    :raises ResourcesOverlap: if resources that start later are already recorded
    """
    situation = Situation(
        basis=basis_named(basis),
        stated_quotient=quotient_familial,
        reference_tax_income_cents=reference_tax_income_cents,
        monthly_income_cents=monthly_income_cents,
        monthly_benefits_cents=monthly_benefits_cents,
        parts=tax_parts,
        children=children,
        statuses=frozenset(statuses),
        chooses_maximum=choose_maximum,
        source=proof_kind,
    )
    if valid_until is not None and valid_until <= valid_from:
        raise InvalidResources(field="valid_until", reason="TOO_LOW")
    return recording.record_situation(
        household=recording.lock_household(household.public_id),
        situation=situation,
        proof_dated_on=proof_dated_on,
        proof_note=proof_note,
        valid_from=valid_from,
        valid_until=valid_until,
        actor=actor,
        at=at,
    )


@transaction.atomic(durable=True)
def decide_price(
    *,
    pupil: Pupil,
    service: str,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
    correcting: bool = False,
) -> PriceDecision:
    """
    Decide what a pupil pays for a service from a day on, with that day's resources and version.

    The decision in force that day ends there. Deciding again from the same facts changes nothing.
    One that corrects (`correcting`) may reach back into invoiced months: their invoices stand until a
    corrective run is issued.

    :raises NotFound: if the pupil is gone
    :raises NoTariffInForce: if no version prices the service that day
    :raises AlreadyBilled: if that day belongs to an invoiced month, and this corrects nothing
    """
    return decisions.make_decision(
        pupil=_locked(pupil),
        service=service,
        valid_from=valid_from,
        actor=actor,
        at=at,
        correcting=correcting,
    )


@transaction.atomic(durable=True)
def decide_household_prices(
    *,
    household: Household,
    service: str,
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> list[PriceDecision]:
    """
    Decide what each pupil priced by a household pays for a service from a day on.

    :raises NoTariffInForce: if no version prices the service that day
    :raises AlreadyBilled: if that day belongs to an invoiced month of one of them
    """
    recording.lock_household(household.public_id)
    pupils = Pupil.objects.select_for_update(of=("self",), no_key=True).filter(household=household)
    return [
        decisions.make_decision(
            pupil=pupil, service=service, valid_from=valid_from, actor=actor, at=at
        )
        for pupil in pupils.order_by("pk")
    ]


def _locked(pupil: Pupil) -> Pupil:
    try:
        return decisions.lock_pupil(pupil.public_id)
    except Pupil.DoesNotExist as error:
        raise NotFound(pupil=str(pupil.public_id)) from error


__all__ = [
    "ContestAlreadyAnswered",
    "ContestAlreadyOpen",
    "ContestAnswerMissing",
    "ContestChangesNothing",
    "ContestTextMissing",
    "ContestTextTooLong",
    "ContestedPriceOver",
    "CustodyNotBilled",
    "FullPriceMissing",
    "ProofMissing",
    "ProofTooOld",
    "ResourcesOverlap",
    "TariffVersionInUse",
    "TariffVersionsOverlap",
    "accept_contest",
    "contest_price",
    "decide_household_prices",
    "decide_price",
    "publish_schedule",
    "publish_tariff_version",
    "record_resources",
    "refuse_contest",
]
