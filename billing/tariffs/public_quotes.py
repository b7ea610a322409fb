"""The price of a meal for anybody who asks, from what they say: the public simulator.

Nothing is kept, nobody is known: answers go through the engine and the schedule in force, as a
decision would, and come back as a price that explains itself. It commits nobody: a price is decided
when a household gives proofs. Amounts are cents, quotients euros a month.
"""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

from django.utils import timezone

from billing.tariffs import queries
from billing.tariffs.decisions import NoTariffInForce
from billing.tariffs.engine import (
    NO_PROOF,
    Basis,
    Definition,
    InvalidResources,
    Situation,
    decide,
)
from billing.tariffs.models import Service, TariffVersion
from billing.tariffs.queries import ExplainedPrice, definition_of, on_day

STATED = "STATED"  # the source of figures that nobody proved


@dataclasses.dataclass(frozen=True, slots=True)
class PricedService:
    """A service with a version in force, and what its price is made of."""

    version: TariffVersion
    definition: Definition

    @property
    def service(self) -> str:
        return self.version.schedule.service


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody says of a household: a quotient, or what it is computed from, and statuses.

    For `FISCAL_QF`, the reference tax income of a year and the parts; for `CAF_QF`, the income and
    the benefits of a month and the parts. Nothing at all is an answer: it gives the maximum.
    """

    quotient_familial: Decimal | None = None
    reference_tax_income_cents: int | None = None
    monthly_income_cents: int | None = None
    monthly_benefits_cents: int | None = None
    tax_parts: Decimal | None = None
    statuses: frozenset[str] = frozenset()


def priced_services(on: datetime.date) -> tuple[PricedService, ...]:
    """The services that have a version in force on a day, the most asked first."""
    versions = TariffVersion.objects.filter(on_day(on)).select_related("schedule")
    order = Service.values
    rows = sorted(versions.order_by("pk"), key=lambda row: order.index(row.schedule.service))
    return tuple(PricedService(version, definition_of(version)) for version in rows)


def quoted_price(service: str, answers: Answers, *, at: datetime.datetime) -> ExplainedPrice:
    """What a household would pay for a service today, and why.

    :raises NoTariffInForce: if no version prices that service today
    :raises InvalidResources: if a figure is impossible, missing, said twice, or not asked for
    """
    today = timezone.localdate(at)
    version = queries.version_on(service, today)
    if version is None:
        raise NoTariffInForce(service=service, day=today)
    return quote(PricedService(version, definition_of(version)), answers, at=at)


def quote(priced: PricedService, answers: Answers, *, at: datetime.datetime) -> ExplainedPrice:
    """The same, for a version that was read.

    :raises InvalidResources: if a figure is impossible, missing, said twice, or not asked for
    """
    version, definition = priced.version, priced.definition
    decision = decide(definition, _situation(definition, answers))
    return ExplainedPrice(
        public_id=version.public_id,
        service=priced.service,
        unit_price_cents=decision.unit_price_cents,
        valid_from=version.valid_from,
        valid_until=version.valid_until,
        decided_at=at,
        source=decision.source,
        quotient=decision.quotient,
        borne_cents=decision.borne_cents,
        steps=decision.steps,
        definition=definition,
        version_from=version.valid_from,
        legal_basis=version.legal_basis,
        source_note=version.source_note,
        is_illustrative=version.is_illustrative,
    )


def _situation(definition: Definition, answers: Answers) -> Situation:
    """The answers as the engine reads them: one way to a quotient, and no other."""
    _refuse_what_is_not_asked(definition, answers)
    is_fiscal = definition.basis is Basis.FISCAL_QF
    income = answers.reference_tax_income_cents if is_fiscal else answers.monthly_income_cents
    benefits = answers.monthly_benefits_cents
    beside = (benefits, answers.tax_parts) != (None, None)
    if answers.quotient_familial is not None and (income is not None or beside):
        raise InvalidResources(field="quotient_familial", reason="TWICE")
    if income is None and beside:
        missing = "reference_tax_income_cents" if is_fiscal else "monthly_income_cents"
        raise InvalidResources(field=missing, reason="MISSING")
    is_silent = income is None and answers.quotient_familial is None
    return Situation(
        basis=None if is_silent else definition.basis,
        stated_quotient=answers.quotient_familial,
        reference_tax_income_cents=income if is_fiscal else None,
        monthly_income_cents=None if is_fiscal else income,
        monthly_benefits_cents=None if is_fiscal else benefits,
        parts=answers.tax_parts,
        statuses=answers.statuses,
        source=NO_PROOF if is_silent and not answers.statuses else STATED,
    )


def _refuse_what_is_not_asked(definition: Definition, answers: Answers) -> None:
    """Figures of the other quotient, and statuses that the schedule does not know."""
    is_fiscal = definition.basis is Basis.FISCAL_QF
    others = (
        ("monthly_income_cents", "monthly_benefits_cents")
        if is_fiscal
        else ("reference_tax_income_cents",)
    )
    for field in others:
        if getattr(answers, field) is not None:
            raise InvalidResources(field=field, reason="NOT_ASKED")
    known = {status.status for status in definition.statuses}
    if not answers.statuses <= known:
        raise InvalidResources(field="statuses", reason="NOT_ASKED")
