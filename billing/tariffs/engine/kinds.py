"""The kinds of rule a schedule may use. To add one: a class here, a line in `KINDS`, its replay in
`steps.REPLAYS`, its branch of schedules/schedule.schema.json, its worked table in docs/pricing.md.

A rule turns a quotient (euros a month, already rounded to cents) into steps that end on an amount
in cents. Order matters: compute exactly, round half up once, then clamp to the bounds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Protocol

from billing.field_reader import FieldReader
from billing.rule_files import Problem
from billing.tariffs.engine.quotients import HIGHEST_QUOTIENT
from billing.tariffs.engine.steps import Step, make_step

CENT = Decimal("0.01")
# A maximum that only households above this quotient (euros a month) would pay is a misprint.
HIGHEST_PLAUSIBLE_QUOTIENT = Decimal(20_000)


@dataclasses.dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a schedule that states a price, and where it stands."""

    place: str
    amount_cents: int


class Rule(Protocol):
    """What the engine asks of a kind of rule."""

    kind: ClassVar[str]
    reads_quotient: ClassVar[bool]

    @property
    def lowest_cents(self) -> int: ...
    @property
    def highest_cents(self) -> int: ...
    def steps(self, quotient: Decimal) -> list[Step]: ...
    def priced_lines(self) -> list[PricedLine]: ...
    def as_dict(self) -> dict[str, Any]: ...


def euros(cents: int) -> str:
    """Cents as a schedule writes them: `0.40`."""
    return f"{cents // 100}.{cents % 100:02d}"


def _plain(number: Decimal) -> str:
    """A decimal without exponent or idle zeros, so that 0.005 and 0.0050 are the same rule."""
    return format(number.normalize(), "f")


@dataclasses.dataclass(frozen=True, slots=True)
class Linear:
    """*Taux d'effort*: coefficient by quotient, rounded, then kept between two reachable bounds."""

    kind: ClassVar[str] = "LINEAR"
    reads_quotient: ClassVar[bool] = True

    coefficient: Decimal
    minimum_cents: int
    maximum_cents: int

    @property
    def lowest_cents(self) -> int:
        return self.minimum_cents

    @property
    def highest_cents(self) -> int:
        return self.maximum_cents

    def steps(self, quotient: Decimal) -> list[Step]:
        rate = make_step(
            "RATE_APPLIED",
            source="rule.coefficient",
            quotient=str(quotient),
            coefficient=_plain(self.coefficient),
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
            "coefficient": _plain(self.coefficient),
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

    def steps(self, quotient: Decimal) -> list[Step]:
        rank = self.rank_of(quotient)
        line = self.lines[rank]
        found = make_step(
            "BRACKET_FOUND",
            source=f"rule.brackets[{rank}]",
            quotient=str(quotient),
            bracket=rank + 1,
            price_cents=line.price_cents,
            upper_inclusive=self.upper_inclusive,
            **{"from": str(line.lower), "to": None if line.upper is None else str(line.upper)},
        )
        return [found]

    def priced_lines(self) -> list[PricedLine]:
        return [
            PricedLine(f"rule.brackets[{rank}].price", line.price_cents)
            for rank, line in enumerate(self.lines)
        ]

    def as_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "upper_inclusive": self.upper_inclusive,
            "brackets": [
                {
                    "from": str(line.lower),
                    "to": None if line.upper is None else str(line.upper),
                    "price": euros(line.price_cents),
                }
                for line in self.lines
            ],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Flat:
    """One price for all, whatever the resources: a meal taken without enrolment (*passager*)."""

    kind: ClassVar[str] = "FLAT"
    reads_quotient: ClassVar[bool] = False

    price_cents: int

    @property
    def lowest_cents(self) -> int:
        return self.price_cents

    @property
    def highest_cents(self) -> int:
        return self.price_cents

    def steps(self, quotient: Decimal) -> list[Step]:
        del quotient
        return [make_step("FLAT_PRICE", source="rule.price", price_cents=self.price_cents)]

    def priced_lines(self) -> list[PricedLine]:
        return [PricedLine("rule.price", self.price_cents)]

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "price": euros(self.price_cents)}


def parse_rule(data: object, problems: list[Problem]) -> Rule | None:
    """Read the rule of a definition; what is wrong goes to `problems`."""
    fields = FieldReader(data, "rule", problems)
    kind = fields.raw("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        if kind is not None:
            fields.report(
                "KIND_UNKNOWN", "kind", value=str(kind)[:40], allowed=", ".join(sorted(KINDS))
            )
        return None
    rule = KINDS[kind](fields)
    fields.close()
    return rule


def _parse_linear(fields: FieldReader) -> Linear | None:
    coefficient = fields.decimal("coefficient")
    minimum_cents = fields.cents("min")
    maximum_cents = fields.cents("max")
    if coefficient is None or minimum_cents is None or maximum_cents is None:
        return None
    if minimum_cents >= maximum_cents:
        fields.report("BOUNDS_CROSSED", "max", min=minimum_cents, max=maximum_cents)
        return None
    highest_product = coefficient * HIGHEST_PLAUSIBLE_QUOTIENT
    if highest_product < Decimal(maximum_cents).scaleb(-2):
        fields.report("MAXIMUM_UNREACHABLE", "max", max=maximum_cents, coefficient=str(coefficient))
        return None
    return Linear(coefficient=coefficient, minimum_cents=minimum_cents, maximum_cents=maximum_cents)


def _parse_flat(fields: FieldReader) -> Flat | None:
    price_cents = fields.cents("price")
    return None if price_cents is None else Flat(price_cents=price_cents)


def _parse_brackets(fields: FieldReader) -> Brackets | None:
    upper_inclusive = fields.boolean("upper_inclusive")
    lines = []
    count_before = len(fields.problems)
    for rank, item in enumerate(fields.items("brackets")):
        line_fields = FieldReader(item, fields.at(f"brackets[{rank}]"), fields.problems)
        lower = line_fields.decimal("from", places=2)
        upper = line_fields.decimal("to", required=False, places=2)
        price_cents = line_fields.cents("price")
        line_fields.close()
        if lower is not None and price_cents is not None:
            lines.append(
                Bracket(
                    lower=lower.quantize(CENT),
                    upper=None if upper is None else upper.quantize(CENT),
                    price_cents=price_cents,
                )
            )
    if len(fields.problems) > count_before or not lines:
        return None
    grid = Brackets(upper_inclusive=upper_inclusive, lines=tuple(lines))
    _check_coverage(grid, fields)
    return grid


def _check_coverage(grid: Brackets, fields: FieldReader) -> None:
    """Report each gap, overlap and empty line, by the number of the line."""
    expected = Decimal(0)
    for rank, line in enumerate(grid.lines):
        place = f"brackets[{rank}]"
        number = rank + 1
        if line.lower > expected:
            fields.report(
                "BRACKET_GAP",
                f"{place}.from",
                bracket=number,
                value=str(line.lower),
                expected=str(expected),
            )
        elif line.lower < expected:
            fields.report(
                "BRACKET_OVERLAP",
                f"{place}.from",
                bracket=number,
                value=str(line.lower),
                expected=str(expected),
            )
        is_last = number == len(grid.lines)
        if line.upper is None:
            if not is_last:
                fields.report("BRACKET_OPEN_TOO_EARLY", f"{place}.to", bracket=number)
                return
            continue
        if is_last:
            fields.report(
                "BRACKET_LAST_CLOSED", f"{place}.to", bracket=number, value=str(line.upper)
            )
            return
        is_empty = line.upper < line.lower if grid.upper_inclusive else line.upper <= line.lower
        if is_empty or line.upper > HIGHEST_QUOTIENT:
            fields.report(
                "BRACKET_UNREACHABLE",
                f"{place}.to",
                bracket=number,
                value=str(line.upper),
            )
        expected = line.upper + CENT if grid.upper_inclusive else line.upper


KINDS: Mapping[str, Callable[[FieldReader], Rule | None]] = {
    Linear.kind: _parse_linear,
    Brackets.kind: _parse_brackets,
    Flat.kind: _parse_flat,
}
