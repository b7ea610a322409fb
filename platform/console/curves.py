"""The price by quotient, drawn: one schedule, or two on one scale. Amounts are cents."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from billing.tariffs.engine import Basis, Definition, Linear, Reading

# The drawing: quotients across, prices up, in the units of the SVG's viewBox.
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 260, 64, 36
STEP = Decimal(10)
LAST_QUOTIENT = Decimal(4_000)


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """A tick of an axis: where it stands, and what it says."""

    at: int
    value: int


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """The price by quotient, as SVG paths, with its ticks (euros across, cents up).

    `other_path` is that of a second schedule on the same scale, if one is drawn.
    """

    path: str
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    other_path: str = ""


def curve_of(definition: Definition) -> Curve | None:
    """One schedule; None where its price is no line over quotients."""
    return _drawn([definition]) if _is_drawn(definition) else None


def curves_of(before: Definition, after: Definition) -> Curve | None:
    """`after`, and `before` as the other; None where one of them is no line over quotients."""
    return _drawn([after, before]) if _is_drawn(before) and _is_drawn(after) else None


def price_at(definition: Definition, quotient: Decimal) -> int:
    """What a household of that quotient pays, by the engine's own steps."""
    return definition.price_at(Reading("quotient", quotient))


def _is_drawn(definition: Definition) -> bool:
    """Whether the price is a line over quotients: not over incomes and numbers of children."""
    rule = definition.rule
    return rule.reads_quotient and not rule.reads_children and definition.basis is not Basis.RFR


def _drawn(definitions: Sequence[Definition]) -> Curve:
    quotients = [STEP * rank for rank in range(int(LAST_QUOTIENT / STEP) + 1)]
    lines = [[price_at(one, quotient) for quotient in quotients] for one in definitions]
    top = (max(1, *(max(prices) for prices in lines)) + 99) // 100 * 100
    # The curve ends a little after the price stops moving.
    moving = [rank for prices in lines for rank in range(len(prices)) if prices[rank] != prices[-1]]
    last = min(len(quotients) - 1, (max(moving) if moving else 100) * 6 // 5 + 1)
    span = quotients[last]

    def x(quotient: Decimal) -> int:
        return LEFT + int(quotient * (WIDTH - LEFT) / span)

    def y(cents: int) -> int:
        return HEIGHT - BOTTOM - cents * (HEIGHT - BOTTOM - 12) // top

    def path(definition: Definition, prices: list[int]) -> str:
        points = [f"M{x(quotients[0])} {y(prices[0])}"]
        for rank in range(1, last + 1):
            if definition.rule.kind != Linear.kind and prices[rank] != prices[rank - 1]:
                points.append(f"H{x(quotients[rank])}")
            if prices[rank] != prices[rank - 1] or rank == last:
                points.append(f"L{x(quotients[rank])} {y(prices[rank])}")
        return " ".join(points)

    paths = [path(one, prices) for one, prices in zip(definitions, lines, strict=True)]
    tick = 500 if span > 1_500 else 250
    return Curve(
        path=paths[0],
        across=tuple(Mark(x(Decimal(q)), q) for q in range(0, int(span), tick)),
        up=tuple(Mark(y(cents), cents) for cents in range(0, top + 1, max(100, top // 400 * 100))),
        other_path=paths[1] if len(paths) > 1 else "",
    )
