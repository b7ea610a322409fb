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
    the benefits of a month and the parts; for `RFR`, that income alone. The children where the
    price depends on their number. Nothing at all is an answer: it gives what is paid without proof.
    """

    quotient_familial: Decimal | None = None
    reference_tax_income_cents: int | None = None
    monthly_income_cents: int | None = None
    monthly_benefits_cents: int | None = None
    tax_parts: Decimal | None = None
    children: int | None = None
    statuses: frozenset[str] = frozenset()


_FIGURES = {
    Basis.FISCAL_QF: ("quotient_familial", "reference_tax_income_cents", "tax_parts"),
    Basis.CAF_QF: (
        "quotient_familial",
        "monthly_income_cents",
        "monthly_benefits_cents",
        "tax_parts",
    ),
    Basis.RFR: ("reference_tax_income_cents",),
}


def questions(definition: Definition) -> tuple[str, ...]:
    """What a schedule asks, by the names of `Answers`, in order."""
    asked = list(_FIGURES[definition.basis]) if definition.rule.reads_quotient else []
    if definition.rule.reads_children:
        asked.append("children")
    if definition.statuses:
        asked.append("statuses")
    return tuple(asked)


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
    today = timezone.localdate(at)
    decision = decide(definition, _situation(definition, answers), day=today)
    return queries.foreseen_price(
        decision,
        version,
        public_id=version.public_id,
        service=priced.service,
        valid_from=version.valid_from,
        decided_at=at,
    )


def _situation(definition: Definition, answers: Answers) -> Situation:
    """The answers as the engine reads them: one way to a quotient, and no other."""
    _refuse_what_is_not_asked(definition, answers)
    is_monthly = definition.basis is Basis.CAF_QF
    income_field = "monthly_income_cents" if is_monthly else "reference_tax_income_cents"
    income = getattr(answers, income_field)
    beside = (answers.monthly_benefits_cents, answers.tax_parts) != (None, None)
    if answers.quotient_familial is not None and (income is not None or beside):
        raise InvalidResources(field="quotient_familial", reason="TWICE")
    if income is None and beside:
        raise InvalidResources(field=income_field, reason="MISSING")
    is_silent = income is None and answers.quotient_familial is None
    if definition.rule.reads_children and answers.children is None and not is_silent:
        raise InvalidResources(field="children", reason="MISSING")
    return Situation(
        basis=None if is_silent else definition.basis,
        stated_quotient=answers.quotient_familial,
        reference_tax_income_cents=answers.reference_tax_income_cents,
        monthly_income_cents=answers.monthly_income_cents,
        monthly_benefits_cents=answers.monthly_benefits_cents,
        parts=answers.tax_parts,
        children=answers.children,
        statuses=answers.statuses,
        source=NO_PROOF if is_silent and not answers.statuses else STATED,
    )


def _refuse_what_is_not_asked(definition: Definition, answers: Answers) -> None:
    """Figures that the schedule does not read, and statuses that it does not know."""
    asked = questions(definition)
    for field in dataclasses.fields(answers):
        is_said = getattr(answers, field.name) not in (None, frozenset())
        if is_said and field.name not in asked:
            raise InvalidResources(field=field.name, reason="NOT_ASKED")
    if not answers.statuses <= {known.status for known in definition.statuses}:
        raise InvalidResources(field="statuses", reason="NOT_ASKED")
