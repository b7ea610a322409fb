"""The kinds of rule a schedule may use. To add one: a class here, how it is read in `reading_rules`,
its replay in `steps.REPLAYS`, its branch of schedules/schedule.schema.json, its exact twin in
`batch`, its worked table in docs/pricing.md.

A rule turns the figure it reads (a quotient or an income, already rounded to cents) into steps that
end on an amount in cents. Order matters: compute exactly, round half up once, then clamp to the bounds.
The kinds that take an aid off a price are in `aids`.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from billing.tariffs.engine.quotients import Reading
from billing.tariffs.engine.steps import Step, make_step

CENT = Decimal("0.01")


@dataclasses.dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a schedule that states a price, and where it stands."""

    place: str
    amount_cents: int


class Rule(Protocol):
    """What the engine asks of a kind of rule."""

    @property
    def kind(self) -> str: ...

    @property
    def reads_quotient(self) -> bool:
        """Whether the price depends on the figure that is read."""
        ...

    @property
    def reads_children(self) -> bool:
        """Whether it depends on the number of children too."""
        ...

    @property
    def lowest_cents(self) -> int: ...
    @property
    def highest_cents(self) -> int: ...
    def steps(self, reading: Reading) -> list[Step]: ...
    def priced_lines(self) -> list[PricedLine]: ...
    def as_dict(self) -> dict[str, Any]: ...


def euros(cents: int) -> str:
    """Cents as a schedule writes them: `0.40`."""
    return f"{cents // 100}.{cents % 100:02d}"


def plain(number: Decimal) -> str:
    """A decimal without exponent or idle zeros, so that 0.005 and 0.0050 are the same rule."""
    return format(number.normalize(), "f")


@dataclasses.dataclass(frozen=True, slots=True)
class Linear:
    """*Taux d'effort*: coefficient by quotient, rounded, then kept between two reachable bounds."""

    kind: ClassVar[str] = "LINEAR"
    reads_quotient: ClassVar[bool] = True
    reads_children: ClassVar[bool] = False

    coefficient: Decimal
    minimum_cents: int
    maximum_cents: int

    @property
    def lowest_cents(self) -> int:
        return self.minimum_cents

    @property
    def highest_cents(self) -> int:
        return self.maximum_cents

    def steps(self, reading: Reading) -> list[Step]:
        rate = make_step(
            "RATE_APPLIED",
            source="rule.coefficient",
            quotient=str(reading.value),
            coefficient=plain(self.coefficient),
        )
        rounded = make_step("ROUNDED", product=rate.gives["product"])
        amount = rounded.cents("amount_cents")
        steps = [rate, rounded]
        if amount < self.minimum_cents:
            steps.append(
                make_step(
                    "RAISED_TO_MINIMUM",
                    source="rule.min",
                    amount_cents=amount,
                    minimum_cents=self.minimum_cents,
                )
            )
        elif amount > self.maximum_cents:
            steps.append(
                make_step(
                    "LOWERED_TO_MAXIMUM",
                    source="rule.max",
                    amount_cents=amount,
                    maximum_cents=self.maximum_cents,
                )
            )
        return steps

    def priced_lines(self) -> list[PricedLine]:
        return [
            PricedLine("rule.min", self.minimum_cents),
            PricedLine("rule.max", self.maximum_cents),
        ]

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "coefficient": plain(self.coefficient),
            "min": euros(self.minimum_cents),
            "max": euros(self.maximum_cents),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Bracket:
    """One line of a grid. `upper` of None is the last one, without end."""

    lower: Decimal
    upper: Decimal | None
    price_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class Brackets:
    """A grid that covers every quotient from 0, once.

    With `upper_inclusive`, a line holds its upper bound and the next starts one cent higher
    (Val-de-Marne: 600 then 600.01). Without, a line stops short of its upper bound, where the next
    starts (Hauts-de-Seine 2021: reduced strictly under 790).
    """

    kind: ClassVar[str] = "BRACKETS"
    reads_quotient: ClassVar[bool] = True
    reads_children: ClassVar[bool] = False

    upper_inclusive: bool
    lines: tuple[Bracket, ...]

    @property
    def lowest_cents(self) -> int:
        return min(line.price_cents for line in self.lines)

    @property
    def highest_cents(self) -> int:
        return max(line.price_cents for line in self.lines)

    def rank_of(self, quotient: Decimal) -> int:
        """The rank (from 0) of the line a quotient falls in."""
        return next(
            rank
            for rank, line in enumerate(self.lines)
            if line.upper is None
            or quotient < line.upper
            or (self.upper_inclusive and quotient == line.upper)
        )

    def steps(self, reading: Reading, *, place: str = "rule") -> list[Step]:
        rank = self.rank_of(reading.value)
        line = self.lines[rank]
        found = make_step(
            "BRACKET_FOUND",
            source=f"{place}.brackets[{rank}]",
            bracket=rank + 1,
            price_cents=line.price_cents,
            upper_inclusive=self.upper_inclusive,
            **reading.given(),
            **{"from": str(line.lower), "to": None if line.upper is None else str(line.upper)},
        )
        return [found]

    def priced_lines(self, *, place: str = "rule") -> list[PricedLine]:
        return [
            PricedLine(f"{place}.brackets[{rank}].price", line.price_cents)
            for rank, line in enumerate(self.lines)
        ]

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "upper_inclusive": self.upper_inclusive,
            "brackets": self.lines_as_list(),
        }

    def lines_as_list(self) -> list[dict[str, Any]]:
        """The lines as a file writes them."""
        return [
            {
                "from": str(line.lower),
                "to": None if line.upper is None else str(line.upper),
                "price": euros(line.price_cents),
            }
            for line in self.lines
        ]


@dataclasses.dataclass(frozen=True, slots=True)
class FamilyGrid:
    """The grid of households of `first` to `last` children; without end if it is the last one."""

    first: int
    last: int
    brackets: Brackets


@dataclasses.dataclass(frozen=True, slots=True)
class BracketsByChildren:
    """A grid for each number of children, the last one for that number and more (Nord)."""

    kind: ClassVar[str] = "BRACKETS_BY_CHILDREN"
    reads_quotient: ClassVar[bool] = True
    reads_children: ClassVar[bool] = True

    upper_inclusive: bool
    grids: tuple[FamilyGrid, ...]

    @property
    def lowest_cents(self) -> int:
        return min(grid.brackets.lowest_cents for grid in self.grids)

    @property
    def highest_cents(self) -> int:
        return max(grid.brackets.highest_cents for grid in self.grids)

    def rank_of_children(self, children: int) -> int:
        """The rank (from 0) of the grid of that many children."""
        found = (rank for rank, grid in enumerate(self.grids) if children <= grid.last)
        return next(found, len(self.grids) - 1)

    def steps(self, reading: Reading) -> list[Step]:
        if reading.children is None:
            raise ValueError("a grid by children is applied to a number of children")
        rank = self.rank_of_children(reading.children)
        grid = self.grids[rank]
        chosen = make_step(
            "FAMILY_GRID",
            source=f"rule.grids[{rank}]",
            children=reading.children,
            first=grid.first,
            last=grid.last,
            and_more=rank + 1 == len(self.grids),
        )
        return [chosen, *grid.brackets.steps(reading, place=f"rule.grids[{rank}]")]

    def priced_lines(self) -> list[PricedLine]:
        return [
            line
            for rank, grid in enumerate(self.grids)
            for line in grid.brackets.priced_lines(place=f"rule.grids[{rank}]")
        ]

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "upper_inclusive": self.upper_inclusive,
            "grids": [
                {"children": grid.last, "brackets": grid.brackets.lines_as_list()}
                for grid in self.grids
            ],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Flat:
    """One price for all, whatever the resources: a meal taken without enrolment (*passager*)."""

    kind: ClassVar[str] = "FLAT"
    reads_quotient: ClassVar[bool] = False
    reads_children: ClassVar[bool] = False

    price_cents: int

    @property
    def lowest_cents(self) -> int:
        return self.price_cents

    @property
    def highest_cents(self) -> int:
        return self.price_cents

    def steps(self, reading: Reading) -> list[Step]:
        del reading
        return [make_step("FLAT_PRICE", source="rule.price", price_cents=self.price_cents)]

    def priced_lines(self) -> list[PricedLine]:
        return [PricedLine("rule.price", self.price_cents)]

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "price": euros(self.price_cents)}
