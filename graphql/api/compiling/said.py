"""What Python says of what a statement read: sentences of prices, rules of a Pass+ campaign.

A field here is a function from the value of its parent to its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from api.scalars import CURRENCY
from api.types.prices import Explanation, step_values
from commons.money import format_euros


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """How a field is written; `of` is the type of an object or of the elements of a list."""

    read: Callable[[Any], Any]
    of: str = ""
    is_list: bool = False


def _key(name: str) -> Part:
    """A value that is already as it is written."""
    return Part(lambda row: row[name])


def _attribute(name: str, **more: Any) -> Part:
    return Part(lambda value: getattr(value, name), **more)


def _day(name: str) -> Part:
    return Part(lambda value: _iso(getattr(value, name)))


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


PARTS: dict[str, dict[str, Part]] = {
    "Departement": {
        "code": _attribute("code"),
        "name": _attribute("name"),
        "slug": _attribute("slug"),
        "contactPhone": _attribute("contact_phone"),
        "contactEmail": _attribute("contact_email"),
    },
    "MealPrice": {
        "id": Part(lambda price: str(price.public_id)),
        "service": _attribute("service"),
        "unit": _attribute("unit_price_cents", of="Money"),
        "explanation": Part(Explanation, of="PriceExplanation"),
        "legalBasis": _attribute("legal_basis"),
        "isIllustrative": _attribute("is_illustrative"),
        "validFrom": _day("valid_from"),
        "validUntil": _day("valid_until"),
    },
    "PriceExplanation": {
        "sentences": Part(lambda told: list(told.sentences)),
        "steps": _attribute("steps", of="PriceStep", is_list=True),
        "advice": _attribute("advice"),
        "note": _attribute("note"),
    },
    "PriceStep": {
        "code": _attribute("code"),
        "given": Part(lambda step: step_values(step.given), of="StepValue", is_list=True),
        "gives": Part(lambda step: step_values(step.gives), of="StepValue", is_list=True),
        "source": _attribute("source"),
    },
    "StepValue": {"name": _key("name"), "value": _key("value")},
    "PassCard": {
        "id": _attribute("public_id"),
        "label": _attribute("label"),
        "isIllustrative": _attribute("is_illustrative"),
        "purses": _attribute("purses", of="PassPurse", is_list=True),
        "madeUntil": _day("made_until"),
        "usedUntil": _day("used_until"),
        "numbers": _attribute("numbers", of="PassNumber", is_list=True),
    },
    "PassPurse": {
        "code": _attribute("code"),
        "label": _attribute("label"),
        "available": _attribute("spendable_cents", of="Money"),
        "held": _attribute("held_cents", of="Money"),
        "lastDay": _day("until"),
    },
    "PassNumber": {"id": _key("public_id"), "kind": _key("kind"), "number": _key("number")},
    "Money": {
        "cents": Part(lambda cents: cents),
        "currency": Part(lambda _cents: CURRENCY),
        "formatted": Part(format_euros),
    },
}
