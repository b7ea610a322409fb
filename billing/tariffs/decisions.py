"""Making price decisions, inside the transaction of an act.

These functions are building blocks: `tariffs.operations` and `canteen.operations` call them inside
their own transaction, after locking the pupil (`lock_pupil`). A new decision closes the one it
replaces on its first day, and never reaches back into a month that is already invoiced.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q

from billing.tariffs import queries
from billing.tariffs.engine import Decision, decide
from billing.tariffs.engine.deciding import NO_PROOF, Situation
from billing.tariffs.engine.quotients import Basis
from billing.tariffs.issued_months import first_open_day
from billing.tariffs.models import HouseholdResources, PriceDecision, TariffVersion
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from tenants.people.models import Pupil

if TYPE_CHECKING:
    import uuid


class NoTariffInForce(DomainError):
    """No version of a schedule prices this service on that day."""

    code = "TARIFF_NOT_IN_FORCE"


class AlreadyBilled(DomainError):
    """The change would reach back into a month whose invoices are issued."""

    code = "TARIFF_ALREADY_BILLED"


def lock_pupil(public_id: uuid.UUID) -> Pupil:
    """Lock a pupil: the aggregate that decisions and enrolments belong to."""
    return Pupil.objects.select_for_update(of=("self",), no_key=True).get(public_id=public_id)


def refuse_billed_days(pupil: Pupil, first_day: datetime.date) -> None:
    """Refuse a change that starts before the first day no invoice covers.

    :raises AlreadyBilled: if it does
    """
    first_open = first_open_day([pupil.pk])
    if first_open is not None and first_day < first_open:
        raise AlreadyBilled(first_open_day=first_open, asked=first_day)


def situation_of(resources: HouseholdResources | None) -> Situation:
    """What the engine needs of the resources in force; none means no proof."""
    if resources is None:
        return Situation()
    has_income = resources.reference_tax_income_cents is not None
    has_monthly = resources.monthly_income_cents is not None
    stated = None if has_income or has_monthly else resources.quotient_familial
    return Situation(
        basis=Basis(resources.basis) if resources.basis else None,
        stated_quotient=stated,
        reference_tax_income_cents=resources.reference_tax_income_cents,
        monthly_income_cents=resources.monthly_income_cents,
        monthly_benefits_cents=resources.monthly_benefits_cents,
        parts=resources.tax_parts,
        statuses=frozenset(resources.statuses),
        chooses_maximum=resources.choose_maximum,
        source=resources.proof_kind or NO_PROOF,
    )


def make_decision(
    *, pupil: Pupil, service: str, valid_from: datetime.date, actor: Actor, at: datetime.datetime
) -> PriceDecision:
    """Decide the price of a locked pupil from a day on; the same decision twice is one.

    :raises NoTariffInForce: if no version prices the service on that day
    :raises AlreadyBilled: if that day is in an invoiced month
    """
    refuse_billed_days(pupil, valid_from)
    version = _share_version(service, valid_from)
    if version is None:
        raise NoTariffInForce(service=service, day=valid_from)
    resources = queries.resources_on(pupil.household_id, valid_from)
    decided = decide(queries.definition_of(version), situation_of(resources))
    valid_until = _earliest(
        version.valid_until,
        resources.valid_until if resources else None,
        _next_start(pupil, service, valid_from),
    )
    standing = queries.price_on(pupil, service, valid_from)
    if standing and _says_the_same(standing, version, decided, valid_until):
        return standing
    _close_at(pupil, service, valid_from)
    decision = PriceDecision.objects.create(
        pupil=pupil,
        service=service,
        tariff_version=version,
        resources=resources,
        unit_price_cents=decided.unit_price_cents,
        inputs=dict(decided.inputs),
        steps=[step.as_dict() for step in decided.steps],
        source=decided.source,
        valid_from=valid_from,
        valid_until=valid_until,
        decided_at=at,
    )
    _tell(decision, pupil, actor=actor, at=at)
    return decision


_SHARE = """
    SELECT version.id FROM tariffs_tariffversion AS version
    JOIN tariffs_tariffschedule AS schedule ON schedule.id = version.schedule_id
    WHERE schedule.service = %s AND version.valid_from <= %s::date
      AND (version.valid_until IS NULL OR version.valid_until > %s::date)
    FOR SHARE OF version
"""


def _share_version(service: str, day: datetime.date) -> TariffVersion | None:
    """The version in force, held against a successor that would close it at the same moment.

    A version closed while we waited drops out of the answer; its successor is seen by the second
    statement, whose snapshot is newer.
    """
    for _attempt in range(2):
        with connection.cursor() as cursor:
            cursor.execute(_SHARE, [service, day, day])
            row = cursor.fetchone()
        if row is not None:
            return TariffVersion.objects.get(pk=row[0])
    return None


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


def _earliest(*days: datetime.date | None) -> datetime.date | None:
    return min((day for day in days if day is not None), default=None)


def _next_start(pupil: Pupil, service: str, day: datetime.date) -> datetime.date | None:
    """The first day of the next decision already made after `day`, if any."""
    later = _standing(pupil, service).filter(valid_from__gt=day).order_by("valid_from")
    return later.values_list("valid_from", flat=True).first()


def _standing(pupil: Pupil, service: str) -> queries.Decisions:
    """The decisions in force on at least one day."""
    return queries.in_force_some_day(PriceDecision.objects.filter(pupil=pupil, service=service))


def _close_at(pupil: Pupil, service: str, day: datetime.date) -> None:
    PriceDecision.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day),
        pupil=pupil,
        service=service,
        valid_from__lte=day,
    ).update(valid_until=day)


def _says_the_same(
    standing: PriceDecision,
    version: TariffVersion,
    decided: Decision,
    valid_until: datetime.date | None,
) -> bool:
    return (
        standing.tariff_version_id == version.pk
        and standing.valid_until == valid_until
        and standing.inputs == decided.inputs
        and standing.steps == [step.as_dict() for step in decided.steps]
    )
