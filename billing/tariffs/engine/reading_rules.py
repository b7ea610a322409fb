"""Reading the rule of a definition: every problem is told, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from billing.field_reader import FieldReader
from billing.rule_files import Problem
from billing.tariffs.engine.aids import Aid, AidKind
from billing.tariffs.engine.kinds import (
    CENT,
    Bracket,
    Brackets,
    BracketsByChildren,
    FamilyGrid,
    Flat,
    Linear,
    Rule,
)
from billing.tariffs.engine.quotients import HIGHEST_BOUND, MOST_CHILDREN

# A maximum that only households above this quotient (euros a month) would pay is a misprint.
HIGHEST_PLAUSIBLE_QUOTIENT = Decimal(20_000)


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
    return _read_grid(fields, fields.boolean("upper_inclusive"))


def _read_grid(fields: FieldReader, upper_inclusive: bool) -> Brackets | None:  # noqa: FBT001
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


def _parse_by_children(fields: FieldReader) -> BracketsByChildren | None:
    upper_inclusive = fields.boolean("upper_inclusive")
    grids: list[FamilyGrid] = []
    count_before = len(fields.problems)
    first = 1
    for rank, item in enumerate(fields.items("grids", longest=MOST_CHILDREN)):
        of_children = FieldReader(item, fields.at(f"grids[{rank}]"), fields.problems)
        last = of_children.integer("children", lowest=1, highest=MOST_CHILDREN)
        brackets = _read_grid(of_children, upper_inclusive)
        of_children.close()
        if last < first:
            of_children.report("CHILDREN_NOT_RISING", "children", value=last, expected=first)
        if brackets is not None:
            grids.append(FamilyGrid(first=first, last=last, brackets=brackets))
        first = last + 1
    if len(fields.problems) > count_before or not grids:
        return None
    return BracketsByChildren(upper_inclusive=upper_inclusive, grids=tuple(grids))


def _parse_aid(kind: AidKind) -> Callable[[FieldReader], Aid | None]:
    def parse(fields: FieldReader) -> Aid | None:
        by_children = "grids" in fields.data
        grid = _parse_by_children(fields) if by_children else _parse_brackets(fields)
        full_price_cents = fields.cents("full_price", required=False)
        cap_cents = fields.cents("cap", required=False)
        if full_price_cents is not None and cap_cents is not None and full_price_cents > cap_cents:
            fields.report(
                "FULL_PRICE_ABOVE_CAP", "full_price", price=full_price_cents, cap=cap_cents
            )
        if grid is None:
            return None
        return Aid(kind=kind, grid=grid, full_price_cents=full_price_cents, cap_cents=cap_cents)

    return parse


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
        if is_empty or line.upper > HIGHEST_BOUND:
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
    BracketsByChildren.kind: _parse_by_children,
    Flat.kind: _parse_flat,
    **{str(kind): _parse_aid(kind) for kind in AidKind},
}
