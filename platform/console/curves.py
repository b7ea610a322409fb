"""The price by quotient of a schedule, beside that of another, on one scale. Amounts are cents."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from decimal import Decimal

from billing.tariffs.engine import Basis, Definition, decide
from ui.price_curve import Household, Piece, of_quotient, price_curve

# The drawing: quotients across, prices up, in the units of the SVG's viewBox.
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 260, 64, 36, 12
_LIKE = Household()


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """A tick of an axis: where it stands, and what it says."""

    at: int
    value: int


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """The price by quotient (or income), as SVG paths, with its ticks (euros across, cents up).

    `other_path` is that of a second schedule, if one is drawn. `values` are round quotients of the
    scale, for a table of the same prices.
    """

    path: str
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]
    values: tuple[int, ...]
    other_path: str = ""


def curves_of(after: Definition, before: Definition | None = None) -> Curve | None:
    """A schedule, and another one if it reads the same kind of figure; None if it reads none."""
    drawn = [after]
    if before is not None and (before.basis is Basis.RFR) == (after.basis is Basis.RFR):
        drawn.append(before)
    curves = [curve for one in drawn if (curve := price_curve(one, _LIKE))]
    if not curves or not after.rule.reads_quotient:
        return None
    return _drawn(curves)


def price_at(definition: Definition, quotient: int) -> int:
    """What a household of that quotient (or income) and of one child pays, in cents."""
    situation = of_quotient(definition, _LIKE, Decimal(quotient))
    return decide(definition, situation).unit_price_cents


def _drawn(curves: Sequence[tuple[Piece, ...]]) -> Curve:
    last = max(curve[-1].lower for curve in curves)
    unit = _unit(last * Decimal("1.2"))
    span = -(-max(last * Decimal("1.2"), Decimal(100)) // unit) * unit
    prices = [
        cents for curve in curves for one in curve for cents in (one.first_cents, one.last_cents)
    ]
    top = (max(1, *prices) + 99) // 100 * 100

    def point(quotient: Decimal, cents: int) -> str:
        x = LEFT + int(min(quotient, span) * (WIDTH - LEFT) / span)
        return f"{x} {_up(cents, top)}"

    def path(curve: tuple[Piece, ...]) -> str:
        points = []
        for one in curve:
            points += [
                point(one.lower, one.first_cents),
                point(span if one.upper is None else one.upper, one.last_cents),
            ]
        return "M" + "L".join(points)

    paths = [path(curve) for curve in curves]
    values = tuple(range(0, int(span) + 1, int(unit)))
    rise = max(100, top // 400 * 100)
    return Curve(
        path=paths[0],
        across=tuple(
            Mark(LEFT + value * (WIDTH - LEFT) // int(span), value) for value in values[:-1]
        ),
        up=tuple(Mark(_up(cents, top), cents) for cents in range(0, top + 1, rise)),
        values=values,
        other_path=paths[1] if len(paths) > 1 else "",
    )


def _up(cents: int, top: int) -> int:
    return HEIGHT - BOTTOM - cents * (HEIGHT - BOTTOM - TOP) // top


def _unit(span: Decimal) -> Decimal:
    """A round step that cuts a span in eight at most."""
    steps = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000)
    return Decimal(next((step for step in steps if step * 8 >= span), 50_000))
