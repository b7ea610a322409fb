"""Rules that take an aid off a price: so much a meal (CantiNéo'77, Nord), so much a year (ADEP 94).

The grid gives the aid. What it is taken off is the full price: stated by the schedule when it is
the same everywhere, else by the situation (each collège had its own). Without either, what the
engine tells is the aid itself. A family never pays less than nothing.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from billing.tariffs.engine.kinds import Brackets, BracketsByChildren, PricedLine, euros
from billing.tariffs.engine.quotients import Reading
from billing.tariffs.engine.steps import Step, make_step


class AidKind(enum.StrEnum):
    """What an aid is counted by."""

    SUBSIDY_PER_MEAL = "SUBSIDY_PER_MEAL"
    SUBSIDY_PER_YEAR = "SUBSIDY_PER_YEAR"


@dataclasses.dataclass(frozen=True, slots=True)
class Aid:
    """An aid read in a grid; `cap_cents` bounds the full price that it is taken off."""

    kind: AidKind
    grid: Brackets | BracketsByChildren
    full_price_cents: int | None = None
    cap_cents: int | None = None

    @property
    def reads_quotient(self) -> bool:
        return True

    @property
    def reads_children(self) -> bool:
        return self.grid.reads_children

    @property
    def lowest_cents(self) -> int:
        """What the most helped pay; the lowest aid where no full price is stated."""
        if self.full_price_cents is None:
            return self.grid.lowest_cents
        return max(0, self._capped(self.full_price_cents) - self.grid.highest_cents)

    @property
    def highest_cents(self) -> int:
        """What those without aid pay; the highest aid where no full price is stated."""
        if self.full_price_cents is None:
            return self.grid.highest_cents
        return self._capped(self.full_price_cents)

    def _capped(self, full_price_cents: int) -> int:
        if self.cap_cents is None:
            return full_price_cents
        return min(full_price_cents, self.cap_cents)

    def steps(self, reading: Reading, full_price_cents: int | None = None) -> list[Step]:
        """The steps that find the aid, and take it off the full price given, else stated."""
        found = self.grid.steps(reading)
        return [*found, *self.taken_off(found[-1].cents("amount_cents"), full_price_cents)]

    def taken_off(self, aid_cents: int, full_price_cents: int | None) -> list[Step]:
        """The steps that take an aid off the full price given, else stated; none without either."""
        asked_cents = self.full_price_cents if full_price_cents is None else full_price_cents
        if asked_cents is None:
            return []
        full_price = make_step(
            "FULL_PRICE",
            source="rule.full_price" if full_price_cents is None else "full_price",
            full_price_cents=asked_cents,
            cap_cents=self.cap_cents,
        )
        deducted = make_step(
            "AID_DEDUCTED", amount_cents=aid_cents, before_cents=full_price.cents("before_cents")
        )
        return [full_price, deducted]

    def priced_lines(self) -> list[PricedLine]:
        """The full price and its cap: an aid is no price, and may be above the cost of a meal."""
        stated = {"rule.full_price": self.full_price_cents, "rule.cap": self.cap_cents}
        return [PricedLine(place, cents) for place, cents in stated.items() if cents is not None]

    def as_dict(self) -> dict[str, Any]:
        return {
            **self.grid.as_dict(),
            "kind": str(self.kind),
            "full_price": None if self.full_price_cents is None else euros(self.full_price_cents),
            "cap": None if self.cap_cents is None else euros(self.cap_cents),
        }
