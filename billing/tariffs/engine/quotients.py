"""What of a household a schedule reads: one of the two *quotients familiaux*, or its yearly income.

The two quotients share a name and nothing else (DOMAIN: the main trap).

`FISCAL_QF` = reference tax income ÷ tax parts ÷ 12 (art. 194 CGI for the parts): Hauts-de-Seine,
Essonne. `CAF_QF` = (monthly income + family benefits of the month) ÷ parts: Val-de-Marne,
Seine-Saint-Denis, Val-d'Oise. Both are euros a month, rounded half up to cents *before* any
comparison. Incomes come in cents, parts as decimals (a quarter of a part exists: shared custody).
`RFR` is the reference tax income itself, in euros a year: it goes with a number of children (Nord).
"""

from __future__ import annotations

import dataclasses
import enum
from decimal import Decimal

from commons.errors import DomainError
from commons.money import round_half_up

HIGHEST_YEARLY_INCOME_CENTS = 100_000_000_00
HIGHEST_MONTHLY_INCOME_CENTS = HIGHEST_YEARLY_INCOME_CENTS // 12
HIGHEST_QUOTIENT = Decimal("9999999.99")
FEWEST_PARTS = Decimal(1)
MOST_PARTS = Decimal(30)
PART_STEP = Decimal("0.25")
FEWEST_CHILDREN = 1
MOST_CHILDREN = 20
HIGHEST_BOUND = Decimal(HIGHEST_YEARLY_INCOME_CENTS).scaleb(-2)


class Basis(enum.StrEnum):
    """Which figure of a household a schedule reads."""

    FISCAL_QF = "FISCAL_QF"
    CAF_QF = "CAF_QF"
    RFR = "RFR"


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The figure a rule is applied to, in euros, already rounded to cents.

    `name` is what steps call it: `quotient` (a month) or `income` (a year). `children` is their
    number in the household, where it is known.
    """

    name: str
    value: Decimal
    children: int | None = None

    def given(self) -> dict[str, str]:
        """The figure as a step takes it."""
        return {self.name: str(self.value)}


class InvalidResources(DomainError):
    """An income, a number of parts or a quotient that no household can have."""

    code = "RESOURCES_INVALID"


def basis_named(name: str) -> Basis | None:
    """The basis of that name; None for no name.

    :raises InvalidResources: if there is no such basis
    """
    try:
        return Basis(name) if name else None
    except ValueError as error:
        raise InvalidResources(field="basis", reason="UNKNOWN") from error


def rounded_quotient(value: Decimal) -> Decimal:
    """A quotient as it is compared: euros, rounded half up to the cent.

    :raises InvalidResources: if it is negative, absurd, or no number
    """
    if not value.is_finite():
        raise InvalidResources(field="quotient_familial", reason="NOT_A_NUMBER")
    if value < 0:
        raise InvalidResources(field="quotient_familial", reason="NEGATIVE", value=str(value))
    if value > HIGHEST_QUOTIENT:
        raise InvalidResources(field="quotient_familial", reason="TOO_HIGH", value=str(value))
    return round_half_up(value)


def fiscal_quotient(*, reference_tax_income_cents: int, tax_parts: Decimal) -> Decimal:
    """Reference tax income ÷ parts ÷ 12.

    :raises InvalidResources: if the income is negative or absurd, or the parts impossible
    """
    _check_income(
        "reference_tax_income_cents", reference_tax_income_cents, HIGHEST_YEARLY_INCOME_CENTS
    )
    _check_parts(tax_parts)
    euros = Decimal(reference_tax_income_cents).scaleb(-2)
    return rounded_quotient(euros / (tax_parts * 12))


def caf_quotient(
    *, monthly_income_cents: int, monthly_benefits_cents: int, parts: Decimal
) -> Decimal:
    """(Taxable income of a month + family benefits of the month) ÷ parts.

    :raises InvalidResources: if an amount is negative or absurd, or the parts impossible
    """
    _check_income("monthly_income_cents", monthly_income_cents, HIGHEST_MONTHLY_INCOME_CENTS)
    _check_income("monthly_benefits_cents", monthly_benefits_cents, HIGHEST_MONTHLY_INCOME_CENTS)
    _check_parts(parts)
    euros = Decimal(monthly_income_cents + monthly_benefits_cents).scaleb(-2)
    return rounded_quotient(euros / parts)


def reference_income(*, reference_tax_income_cents: int) -> Decimal:
    """The reference tax income of a year, in euros.

    :raises InvalidResources: if it is negative or absurd
    """
    _check_income(
        "reference_tax_income_cents", reference_tax_income_cents, HIGHEST_YEARLY_INCOME_CENTS
    )
    return Decimal(reference_tax_income_cents).scaleb(-2)


def check_children(children: int) -> None:
    """Refuse a number of children that no household has.

    :raises InvalidResources: if it is none, or more than twenty
    """
    if children < FEWEST_CHILDREN:
        raise InvalidResources(field="children", reason="TOO_LOW", value=children)
    if children > MOST_CHILDREN:
        raise InvalidResources(field="children", reason="TOO_HIGH", value=children)


def _check_income(field: str, cents: int, highest_cents: int) -> None:
    if cents < 0:
        raise InvalidResources(field=field, reason="NEGATIVE", value=cents)
    if cents > highest_cents:
        raise InvalidResources(field=field, reason="TOO_HIGH", value=cents)


def _check_parts(parts: Decimal) -> None:
    if not parts.is_finite():
        raise InvalidResources(field="tax_parts", reason="NOT_A_NUMBER")
    if not FEWEST_PARTS <= parts <= MOST_PARTS:
        reason = "TOO_LOW" if parts < FEWEST_PARTS else "TOO_HIGH"
        raise InvalidResources(field="tax_parts", reason=reason, value=str(parts))
    if parts % PART_STEP:
        raise InvalidResources(field="tax_parts", reason="NOT_A_QUARTER", value=str(parts))
