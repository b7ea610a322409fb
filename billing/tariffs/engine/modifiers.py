"""What changes every price of a service for some days: −0.50 € a meal in May and June 2020 (Essonne).

A modifier holds over `[starts_on, ends_on)`, the days of the meals. It comes after the rule, and
never takes a price under its floor. At most one holds on a day.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from billing.field_reader import FieldReader
from billing.tariffs.engine.kinds import euros
from billing.tariffs.engine.steps import Step, make_step


@dataclasses.dataclass(frozen=True, slots=True)
class Modifier:
    """So many cents more or less for each unit, for some days."""

    label: str
    starts_on: datetime.date
    ends_on: datetime.date
    change_cents: int
    floor_cents: int = 0

    def holds_on(self, day: datetime.date) -> bool:
        return self.starts_on <= day < self.ends_on

    def step(self, amount_cents: int, *, place: str) -> Step:
        """The step that changes an amount."""
        return make_step(
            "MODIFIED",
            source=place,
            amount_cents=amount_cents,
            change_cents=self.change_cents,
            floor_cents=self.floor_cents,
        )

    def as_dict(self) -> dict[str, Any]:
        sign = "-" if self.change_cents < 0 else ""
        return {
            "label": self.label,
            "from": self.starts_on.isoformat(),
            "until": self.ends_on.isoformat(),
            "change": f"{sign}{euros(abs(self.change_cents))}",
            "floor": euros(self.floor_cents),
        }


def read_modifiers(fields: FieldReader) -> tuple[Modifier, ...]:
    """Read the modifiers of a definition, in the order of their days; problems are told."""
    modifiers: list[Modifier] = []
    for rank, item in enumerate(fields.items("modifiers", required=False)):
        line = FieldReader(item, f"modifiers[{rank}]", fields.problems)
        label = line.text("label", longest=200)
        starts_on, ends_on = line.date("from"), line.date("until")
        change_cents = line.signed_cents("change")
        floor_cents = line.cents("floor", required=False) or 0
        line.close()
        if starts_on is None or ends_on is None or change_cents is None or not label:
            continue
        if ends_on <= starts_on:
            line.report("PERIOD_EMPTY", "until", value=ends_on.isoformat())
        elif change_cents == 0:
            line.report("MODIFIER_IDLE", "change")
        elif modifiers and starts_on < modifiers[-1].ends_on:
            line.report("MODIFIERS_OVERLAP", "from", value=starts_on.isoformat())
        else:
            modifiers.append(Modifier(label, starts_on, ends_on, change_cents, floor_cents))
    return tuple(modifiers)
