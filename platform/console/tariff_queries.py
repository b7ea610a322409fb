"""What the console reads of tariffs: the versions, and the curve of one. Amounts are cents."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from decimal import Decimal

from billing.tariffs.engine import Basis, Brackets, Definition, Linear, Reading
from billing.tariffs.models import PriceDecision, Service, TariffVersion
from billing.tariffs.queries import definition_of
from commons.errors import NotFound

# The drawing: quotients across, prices up, in the units of the SVG's viewBox.
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 260, 64, 36
STEP = Decimal(10)
LAST_QUOTIENT = Decimal(4_000)


@dataclasses.dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list."""

    version: TariffVersion
    service: str
    kind: str
    lowest_cents: int
    highest_cents: int
    state: str


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """A tick of an axis: where it stands, and what it says."""

    at: int
    value: int


@dataclasses.dataclass(frozen=True, slots=True)
class Curve:
    """The price by quotient, as an SVG path, with its ticks (euros across, cents up)."""

    path: str
    across: tuple[Mark, ...]
    up: tuple[Mark, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class GridLine:
    """A line of a grid of prices. `upper` of None is without end."""

    lower: Decimal
    upper: Decimal | None
    price_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class VersionPage:
    """A version with its prices, drawn and written."""

    row: VersionRow
    definition: Definition
    curve: Curve | None
    grid: tuple[GridLine, ...]
    linear: Linear | None
    decisions: int


def version_rows(*, on: datetime.date) -> tuple[VersionRow, ...]:
    """Every version, by service, latest first."""
    versions = TariffVersion.objects.select_related("schedule")
    return tuple(
        _row(version, on=on) for version in versions.order_by("schedule__service", "-valid_from")
    )


def version_page(public_id: uuid.UUID, *, on: datetime.date) -> VersionPage:
    """Read a version.

    :raises NotFound: if there is none
    """
    version = TariffVersion.objects.select_related("schedule").filter(public_id=public_id).first()
    if version is None:
        raise NotFound(version=str(public_id))
    definition = definition_of(version)
    rule = definition.rule
    grid = rule.lines if isinstance(rule, Brackets) else ()
    return VersionPage(
        row=_row(version, on=on),
        definition=definition,
        curve=_curve(definition) if _is_drawn(definition) else None,
        grid=tuple(GridLine(line.lower, line.upper, line.price_cents) for line in grid),
        linear=rule if isinstance(rule, Linear) else None,
        decisions=PriceDecision.objects.filter(tariff_version=version).count(),
    )


def _row(version: TariffVersion, *, on: datetime.date) -> VersionRow:
    definition = definition_of(version)
    state = "CURRENT"
    if version.valid_from > on:
        state = "FUTURE"
    elif version.valid_until is not None and version.valid_until <= on:
        state = "PAST"
    return VersionRow(
        version=version,
        service=str(Service(version.schedule.service).label),
        kind=definition.rule.kind,
        lowest_cents=definition.lowest_cents,
        highest_cents=definition.highest_cents,
        state=state,
    )


def _is_drawn(definition: Definition) -> bool:
    """Whether the price is a line over quotients: not over incomes and numbers of children."""
    rule = definition.rule
    return rule.reads_quotient and not rule.reads_children and definition.basis is not Basis.RFR


def _price(definition: Definition, quotient: Decimal) -> int:
    """What a household of that quotient pays, by the engine's own steps."""
    return definition.price_at(Reading("quotient", quotient))


def _curve(definition: Definition) -> Curve:
    quotients = [STEP * rank for rank in range(int(LAST_QUOTIENT / STEP) + 1)]
    prices = [_price(definition, quotient) for quotient in quotients]
    highest = max(*prices, 1)
    top = (highest + 99) // 100 * 100
    # The curve ends a little after the price stops moving.
    moving = [rank for rank, price in enumerate(prices) if price != prices[-1]]
    last = min(len(quotients) - 1, (moving[-1] if moving else 100) * 6 // 5 + 1)
    span = quotients[last]

    def x(quotient: Decimal) -> int:
        return LEFT + int(quotient * (WIDTH - LEFT) / span)

    def y(cents: int) -> int:
        return HEIGHT - BOTTOM - cents * (HEIGHT - BOTTOM - 12) // top

    points = [f"M{x(quotients[0])} {y(prices[0])}"]
    for rank in range(1, last + 1):
        if definition.rule.kind != Linear.kind and prices[rank] != prices[rank - 1]:
            points.append(f"H{x(quotients[rank])}")
        if prices[rank] != prices[rank - 1] or rank == last:
            points.append(f"L{x(quotients[rank])} {y(prices[rank])}")
    tick = 500 if span > 1_500 else 250
    return Curve(
        path=" ".join(points),
        across=tuple(Mark(x(Decimal(q)), q) for q in range(0, int(span), tick)),
        up=tuple(Mark(y(cents), cents) for cents in range(0, top + 1, max(100, top // 400 * 100))),
    )
