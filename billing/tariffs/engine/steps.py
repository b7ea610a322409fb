"""Steps: how a price was reached, one reversible move at a time, without a word of French.

Each step has a code, what went in, what came out, and where its figures come from (a proof of the
household, or a line of the schedule). `replay` runs the steps again from their figures alone and
checks that each follows from the one before: it gives the price back, or refuses. The texts that
families read are made elsewhere (`ui.price_story`).

Amounts are integers in `_cents`; quotients, coefficients and products are decimals written as text.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from billing.tariffs.engine import quotients
from commons.errors import DomainError
from commons.money import round_half_up_cents

Value = str | int | bool | None
Values = Mapping[str, Value]


class ExplanationBroken(DomainError):
    """Stored steps do not lead to one another: what they explain cannot be trusted."""

    code = "TARIFF_EXPLANATION_BROKEN"


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One move: `given` goes in, `gives` comes out, `source` says where the figures come from."""

    code: str
    given: Values
    gives: Values
    source: str = ""

    @property
    def values(self) -> dict[str, Value]:
        """Everything the step says, in one mapping."""
        return {**self.given, **self.gives}

    def cents(self, name: str) -> int:
        """An amount that came out of this step."""
        return _cents(self.gives, name)

    def as_dict(self) -> dict[str, Any]:
        return {
            "rule": self.code,
            "input": dict(self.given),
            "output": dict(self.gives),
            "source": self.source,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Step:
        return cls(
            code=data["rule"], given=data["input"], gives=data["output"], source=data["source"]
        )


Replay = Callable[[Values], Values]


def _cents(given: Values, name: str) -> int:
    value = given[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ExplanationBroken(name=name)
    return value


def _decimal(given: Values, name: str) -> Decimal:
    return Decimal(str(given[name]))


def _tax_quotient(given: Values) -> Values:
    quotient = quotients.fiscal_quotient(
        reference_tax_income_cents=_cents(given, "reference_tax_income_cents"),
        tax_parts=_decimal(given, "parts"),
    )
    return {"quotient": str(quotient)}


def _caf_quotient(given: Values) -> Values:
    quotient = quotients.caf_quotient(
        monthly_income_cents=_cents(given, "monthly_income_cents"),
        monthly_benefits_cents=_cents(given, "monthly_benefits_cents"),
        parts=_decimal(given, "parts"),
    )
    return {"quotient": str(quotient)}


def _given_quotient(given: Values) -> Values:
    return {"quotient": str(quotients.rounded_quotient(_decimal(given, "stated")))}


def _income(given: Values) -> Values:
    income = quotients.reference_income(
        reference_tax_income_cents=_cents(given, "reference_tax_income_cents")
    )
    return {"income": str(income)}


def _family_grid(given: Values) -> Values:
    children, first, last = (_cents(given, name) for name in ("children", "first", "last"))
    if children < first or (children > last and not given["and_more"]):
        raise ExplanationBroken(children=children)
    return {"grid": last}


def _rate(given: Values) -> Values:
    return {"product": str(_decimal(given, "quotient") * _decimal(given, "coefficient"))}


def _rounding(given: Values) -> Values:
    return {"amount_cents": round_half_up_cents(_decimal(given, "product"))}


def _raise(given: Values) -> Values:
    return {"amount_cents": max(_cents(given, "amount_cents"), _cents(given, "minimum_cents"))}


def _lower(given: Values) -> Values:
    return {"amount_cents": min(_cents(given, "amount_cents"), _cents(given, "maximum_cents"))}


def _bracket(given: Values) -> Values:
    quotient = _decimal(given, "income" if "income" in given else "quotient")
    if quotient < _decimal(given, "from"):
        raise ExplanationBroken(quotient=str(quotient), bound=str(given["from"]))
    if given["to"] is not None:
        upper = _decimal(given, "to")
        if quotient > upper or (quotient == upper and not given["upper_inclusive"]):
            raise ExplanationBroken(quotient=str(quotient), bound=str(upper))
    return {"amount_cents": _cents(given, "price_cents")}


def _price(given: Values) -> Values:
    return {"amount_cents": _cents(given, "price_cents")}


def _maximum(given: Values) -> Values:
    return {"amount_cents": _cents(given, "maximum_cents")}


def _full_price(given: Values) -> Values:
    full_price_cents = _cents(given, "full_price_cents")
    if given["cap_cents"] is None:
        return {"before_cents": full_price_cents}
    return {"before_cents": min(full_price_cents, _cents(given, "cap_cents"))}


def _deduct(given: Values) -> Values:
    aid_cents = _cents(given, "amount_cents")
    return {
        "aid_cents": aid_cents,
        "amount_cents": max(0, _cents(given, "before_cents") - aid_cents),
    }


def _no_aid(given: Values) -> Values:
    del given
    return {"amount_cents": 0}


def _multiply(given: Values) -> Values:
    euros = Decimal(_cents(given, "amount_cents")).scaleb(-2)
    return {"product": str(euros * _decimal(given, "factor"))}


def _modify(given: Values) -> Values:
    changed = _cents(given, "amount_cents") + _cents(given, "change_cents")
    return {"amount_cents": max(_cents(given, "floor_cents"), changed)}


def _share(given: Values) -> Values:
    cost_cents, amount_cents = _cents(given, "cost_cents"), _cents(given, "amount_cents")
    return {"borne_cents": cost_cents - amount_cents}


REPLAYS: Mapping[str, Replay] = {
    "QUOTIENT_FROM_TAX_NOTICE": _tax_quotient,
    "QUOTIENT_FROM_RESOURCES": _caf_quotient,
    "QUOTIENT_STATED": _given_quotient,
    "INCOME_FROM_TAX_NOTICE": _income,
    "FAMILY_GRID": _family_grid,
    "RATE_APPLIED": _rate,
    "ROUNDED": _rounding,
    "RAISED_TO_MINIMUM": _raise,
    "LOWERED_TO_MAXIMUM": _lower,
    "BRACKET_FOUND": _bracket,
    "FLAT_PRICE": _price,
    "STATUS_APPLIED": _price,
    "MAXIMUM_WITHOUT_PROOF": _maximum,
    "MAXIMUM_CHOSEN": _maximum,
    "PRICE_WITHOUT_PROOF": _price,
    "NO_AID_WITHOUT_PROOF": _no_aid,
    "FULL_PRICE": _full_price,
    "AID_DEDUCTED": _deduct,
    "MULTIPLIED": _multiply,
    "MODIFIED": _modify,
    "COST_SHARED": _share,
}


def make_step(code: str, *, source: str = "", **given: Value) -> Step:
    """A step whose outcome is computed here, by the very function that will replay it."""
    return Step(code=code, given=given, gives=REPLAYS[code](given), source=source)


def replay(steps: Sequence[Step]) -> int:
    """Run the steps again and return the price in cents.

    :raises ExplanationBroken: if a step is unknown, or does not follow from those before it
    """
    known: dict[str, Value] = {}
    for step in steps:
        for name, value in step.given.items():
            if name in known and known[name] != value:
                raise ExplanationBroken(step=step.code, name=name)
        try:
            gives = REPLAYS[step.code](step.given)
        except (KeyError, InvalidOperation, TypeError, DomainError) as error:
            raise ExplanationBroken(step=step.code) from error
        if dict(gives) != dict(step.gives):
            raise ExplanationBroken(step=step.code)
        known |= gives
    amount_cents = known.get("amount_cents")
    if not isinstance(amount_cents, int):
        raise ExplanationBroken(step="", name="amount_cents")
    return amount_cents
