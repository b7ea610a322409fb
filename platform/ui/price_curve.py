"""The price by quotient, as a few straight pieces: what is drawn, and what is said in words.

The engine alone is asked (`decide`), at quotients: whatever the kind of a rule, its curve is what
families are told. It is asked every ten euros, then to the cent around each change, so that a step
stands where it is; between two steps, what climbs is cut into straight pieces within a cent.

Quotients are euros a month, prices cents; where a schedule reads the yearly income (`RFR`), euros a
year stand for quotients, ten times as far apart. Pieces follow each other from zero; the last has
no end.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import itertools
from collections.abc import Callable
from decimal import Decimal

from billing.tariffs.engine import Basis, Definition, Situation, decide

CENT = Decimal("0.01")
_STEP = 10
_FINE_UNTIL = 4_000
_FAR_STEP = 100
_FARTHEST = 20_000
# A stretch without any change of price counts as flat from this length on (euros of quotient): a
# shorter one is the rounding of a slight slope.
_FLAT_FROM = 50
_SAME_LINE = Decimal(1)  # cents between a straight piece and the prices it stands for
_YEARLY = 10  # how much farther apart incomes are than quotients

Point = tuple[Decimal, int]
Pricing = Callable[[Decimal], int]


@dataclasses.dataclass(frozen=True, slots=True)
class Household:
    """What else a price depends on: the children, and the day where modifiers come and go."""

    children: int | None = None
    day: datetime.date | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """From a quotient to another, both included: a price, or a climb from one price to another."""

    lower: Decimal
    upper: Decimal | None
    first_cents: int
    last_cents: int

    @property
    def is_flat(self) -> bool:
        return self.first_cents == self.last_cents

    def holds(self, quotient: Decimal) -> bool:
        return self.lower <= quotient and (self.upper is None or quotient <= self.upper)


def price_curve(definition: Definition, household: Household) -> tuple[Piece, ...]:
    """The pieces of a schedule for households that differ by their quotient alone.

    Where the price depends on the number of children and it is not said, that of an only child.
    Empty when the price reads no quotient.
    """
    if not definition.rule.reads_quotient:
        return ()
    return _curve(_Asked(definition.digest, household, definition))


def of_quotient(
    definition: Definition, household: Household, quotient: Decimal = Decimal(0)
) -> Situation:
    """A household of that quotient, or income, as the engine knows it; of no status."""
    is_income = definition.basis is Basis.RFR
    return Situation(
        basis=definition.basis,
        stated_quotient=None if is_income else quotient,
        reference_tax_income_cents=int(quotient.scaleb(2)) if is_income else None,
        children=(household.children or 1) if definition.rule.reads_children else None,
        source="STATED",
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Asked:
    """What a curve is kept by: definitions that say the same have one digest."""

    digest: str
    household: Household
    definition: Definition = dataclasses.field(compare=False)


@functools.lru_cache(maxsize=256)
def _curve(asked: _Asked) -> tuple[Piece, ...]:
    definition, household = asked.definition, asked.household

    def pricing(quotient: Decimal) -> int:
        situation = of_quotient(definition, household, quotient)
        return decide(definition, situation, day=household.day).unit_price_cents

    wide = _YEARLY if definition.basis is Basis.RFR else 1
    pieces = [
        piece
        for run in _runs(pricing, wide)
        for piece in _straightened(run, pricing, flat_from=Decimal(_FLAT_FROM * wide))
    ]
    return _joined(pieces)


def _runs(pricing: Pricing, wide: int) -> list[list[Point]]:
    """Prices every ten euros (a hundred, far away), cut where the price jumps."""
    near = range(0, _FINE_UNTIL * wide, _STEP * wide)
    far = range(_FINE_UNTIL * wide, _FARTHEST * wide + 1, _FAR_STEP * wide)
    quotients = [Decimal(quotient) for quotient in (*near, *far)]
    points = [(quotient, pricing(quotient)) for quotient in quotients]
    runs = [[points[0]]]
    for before, after in itertools.pairwise(points):
        for end, start in _jumps(before, after, pricing):
            runs[-1].append(end)
            runs.append([start])
        runs[-1].append(after)
    return [sorted(set(run)) for run in runs]


def _jumps(before: Point, after: Point, pricing: Pricing) -> list[tuple[Point, Point]]:
    """The jumps between two points: the last cent of quotient before each, and the first after."""
    if abs(after[1] - before[1]) <= 2:  # a slope may change by that; a grid does not
        return []
    low, high = before, after
    while high[0] - low[0] > CENT:
        halfway = ((low[0] + high[0]) / 2).quantize(CENT)
        middle = (halfway, pricing(halfway))
        if abs(middle[1] - low[1]) >= abs(high[1] - middle[1]):
            high = middle
        else:
            low = middle
    if abs(high[1] - low[1]) * 2 <= abs(after[1] - before[1]) and abs(high[1] - low[1]) <= 2:
        return []  # it climbs all along
    return [*_jumps(before, low, pricing), (low, high), *_jumps(high, after, pricing)]


def _straightened(run: list[Point], pricing: Pricing, *, flat_from: Decimal) -> list[Piece]:
    """The flat stretches of a run, to the cent, and straight pieces between them."""
    pieces: list[Piece] = []
    climbing: list[Point] = []
    start = 0
    while start < len(run):
        end = start
        while end + 1 < len(run) and run[end + 1][1] == run[start][1]:
            end += 1
        is_whole = start == 0 and end == len(run) - 1
        if is_whole or run[end][0] - run[start][0] >= flat_from:
            first = run[0] if start == 0 else _edge(run[start], run[start - 1], pricing)
            last = run[-1] if end == len(run) - 1 else _edge(run[end], run[end + 1], pricing)
            pieces += _straight([*climbing, first] if climbing else [])
            pieces.append(Piece(first[0], last[0], first[1], last[1]))
            climbing = [last]
        else:
            climbing += run[start : end + 1]
        start = end + 1
    if len(climbing) > 1:
        pieces += _straight(climbing)
    return pieces


def _edge(inside: Point, outside: Point, pricing: Pricing) -> Point:
    """The last cent of quotient, going from one point to the other, that keeps the price."""
    near, far = inside[0], outside[0]
    while abs(far - near) > CENT:
        halfway = ((near + far) / 2).quantize(CENT)
        if pricing(halfway) == inside[1]:
            near = halfway
        else:
            far = halfway
    return near, inside[1]


def _straight(points: list[Point]) -> list[Piece]:
    """Straight pieces that pass within a cent of every point."""
    if len(points) < 2:
        return []
    (low, first), (high, last) = points[0], points[-1]
    if low == high:
        return []
    slope = Decimal(last - first) / (high - low)
    away = [abs(first + (quotient - low) * slope - cents) for quotient, cents in points]
    worst = max(range(len(points)), key=away.__getitem__)
    if away[worst] <= _SAME_LINE:
        return [Piece(low, high, first, last)]
    return _straight(points[: worst + 1]) + _straight(points[worst:])


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The same, the last without end, and neighbours of one price made one.

    A step of a cent or two is a climb from one cent of quotient to the next: it is left out.
    """
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.is_flat and piece.upper is not None and piece.upper - piece.lower <= CENT:
            continue
        before = joined[-1] if joined else None
        if before and before.is_flat and piece.is_flat and before.last_cents == piece.first_cents:
            joined[-1] = dataclasses.replace(before, upper=piece.upper)
        else:
            joined.append(piece)
    joined[-1] = dataclasses.replace(joined[-1], upper=None)
    return tuple(joined)
