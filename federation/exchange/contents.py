"""What passes of a child, item by item, as the département they leave knows it on that day."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from billing.tariffs import queries as tariffs
from federation.agreements.reading import day_of
from federation.correspondence.models import Item
from federation.exchange.models import Departure
from federation.passplus.holding import cards_of

Content = dict[str, Any]


def content_of(item: str, departure: Departure, *, at: datetime.datetime) -> Content:
    """What an item says; empty when there is nothing to say."""
    return _CONTENTS[Item(item)](departure, day_of(at))


def _rights(departure: Departure, on: datetime.date) -> Content:
    """The resources that were proved: what the other side may take over by its own rules, never a price."""
    found = tariffs.resources_on(departure.pupil.household_id, on)
    if found is None or found.choose_maximum:
        return {}
    quotient, parts = found.quotient_familial, found.tax_parts
    return {
        "basis": found.basis,
        "quotient": None if quotient is None else str(quotient),
        "reference_tax_income_cents": found.reference_tax_income_cents,
        "tax_parts": None if parts is None else str(parts),
        "children": found.children,
        "statuses": found.statuses,
        "proof_kind": found.proof_kind,
        "proof_dated_on": _day(found.proof_dated_on),
        "valid_from": _day(found.valid_from),
        "valid_until": _day(found.valid_until),
    }


def _pass_plus(departure: Departure, on: datetime.date) -> Content:
    """What is left on each purse: a position to know. The money stays, and serves, where it was granted."""
    held = cards_of([departure.pupil.public_id], on=on).get(departure.pupil.public_id, [])
    return {
        "cards": [
            {
                "label": card.label,
                "used_until": card.used_until.isoformat(),
                "purses": [
                    {"label": purse.label, "cents": purse.available_cents} for purse in card.purses
                ],
            }
            for card in held
        ]
    }


def _day(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


_CONTENTS: dict[Item, Callable[[Departure, datetime.date], Content]] = {
    Item.RIGHTS: _rights,
    Item.PASS_PLUS: _pass_plus,
}
