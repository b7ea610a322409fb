"""What the pages compare: an indicator over periods and départements, as plain values.

Everything here comes from released rows. A figure that is not told has a reason and no value; one that was
not released is no reading at all; these are three different things, and pages say which.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

from federation.metrics.catalogue import Unit
from federation.secrecy.tables import Mark
from observatory.numbers import SHAPES, figure_of

LEAST_CHANGE = Decimal("0.02")  # of the former figure: less is called stable
_NORMAL = 1.96  # 95 of 100


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """An indicator as pages tell it."""

    code: str
    theme: str
    theme_name: str
    name: str
    question: str
    definition: str
    unit: Unit
    version: int
    is_yearly: bool = False
    caveats: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    numerator: str = ""
    denominator: str = ""
    counted: str = ""  # whom the secret protects
    threshold: int = 0
    is_share: bool = False  # the numerator counts some of those that the denominator counts


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A département, as the registry names it."""

    code: str
    name: str
    schema: str


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What one département released for one period: a figure, or why there is none.

    `low` and `high` are how far chance alone could move a share of so few (Wilson, 95 of 100).
    """

    period: datetime.date
    value: Decimal | None
    mark: Mark | None = None
    numerator: int | None = None
    denominator: int | None = None
    revision: int = 1
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_secret(self) -> bool:
        return self.mark is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Ranked:
    """A département's place among the others: two ends when chance could have put it elsewhere."""

    place: Place
    reading: Reading
    best: int
    worst: int


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """An indicator of several départements over the periods."""

    sheet: Sheet
    places: tuple[Place, ...]
    periods: tuple[datetime.date, ...]
    readings: Mapping[str, Mapping[datetime.date, Reading]]  # code → period → reading

    def of(self, code: str, period: datetime.date | None = None) -> Reading | None:
        """What a département released for a period: the current one when none is said."""
        wanted = period or self.current
        return self.readings.get(code, {}).get(wanted) if wanted else None

    @property
    def current(self) -> datetime.date | None:
        """The latest period that half at least of those who ever released have released."""
        publishers = [code for code in self.readings if self.readings[code]]
        for period in reversed(self.periods):
            told = sum(period in self.readings[code] for code in publishers)
            if 2 * told >= len(publishers):
                return period
        return None

    @property
    def before(self) -> datetime.date | None:
        """The same period a year earlier; else the first that was released, if it is another."""
        current = self.current
        if current is None:
            return None
        year_ago = current.replace(year=current.year - 1)
        if year_ago in self.periods:
            return year_ago
        return self.periods[0] if self.periods[0] < current else None

    def line(self, code: str) -> list[Reading]:
        """The readings of a département, in the order of periods; none is left out."""
        own = self.readings.get(code, {})
        return [own[period] for period in self.periods if period in own]

    def change(self, code: str) -> Decimal | None:
        """How far the current figure is from the former one; None where one of them is not told."""
        now, then = self.of(code), self.of(code, self.before) if self.before else None
        if now is None or then is None or now.value is None or then.value is None:
            return None
        return now.value - then.value

    def direction(self, code: str) -> int | None:
        """1 when it rises, -1 when it falls, 0 when it hardly moves; None when nothing can be said."""
        moved, then = self.change(code), self.of(code, self.before) if self.before else None
        if moved is None or then is None or then.value is None:
            return None
        if abs(moved) < LEAST_CHANGE * abs(then.value) or moved == 0:
            return 0
        return 1 if moved > 0 else -1

    @property
    def together(self) -> Decimal | None:
        """The figure of all who tell both of its numbers, as one: not the mean of their figures."""
        told = [reading for place in self.places if (reading := self.of(place.code)) is not None]
        known = [one for one in told if one.numerator is not None and one.value is not None]
        if not known:
            return None
        numerator = sum(one.numerator or 0 for one in known)
        if known[0].denominator is None:
            return None
        return figure_of(self.sheet.unit, numerator, sum(one.denominator or 0 for one in known))

    def ranking(self) -> list[Ranked]:
        """The départements whose current figure is told, from the highest."""
        told = [
            (place, reading)
            for place in self.places
            if (reading := self.of(place.code)) is not None and reading.value is not None
        ]
        told.sort(key=lambda one: (-_sure(one[1].value), one[0].code))
        return [
            Ranked(
                place,
                reading,
                best=1 + sum(_bottom(other) > _top(reading) for _place, other in told),
                worst=len(told) - sum(_top(other) < _bottom(reading) for _place, other in told),
            )
            for place, reading in told
        ]

    @property
    def peak(self) -> Decimal:
        """The highest figure that was told, of all: pictures side by side share their scale."""
        told = [
            reading.high or reading.value
            for own in self.readings.values()
            for reading in own.values()
            if reading.value is not None
        ]
        return max((one for one in told if one is not None), default=Decimal(0))


def _sure(value: Decimal | None) -> Decimal:
    assert value is not None
    return value


def _top(reading: Reading) -> Decimal:
    return reading.high if reading.high is not None else _sure(reading.value)


def _bottom(reading: Reading) -> Decimal:
    return reading.low if reading.low is not None else _sure(reading.value)


def reading_of(
    sheet: Sheet,
    *,
    period: datetime.date,
    numerator: tuple[Mark, int | None],
    denominator: tuple[Mark, int | None] | None,
    revision: int = 1,
) -> Reading:
    """A reading of the cells that were released; secret when one of them is."""
    marks = [one[0] for one in (numerator, denominator) if one is not None]
    hidden = next((mark for mark in marks if mark is not Mark.TOLD), None)
    top, bottom = numerator[1], denominator[1] if denominator else None
    if hidden is not None or top is None:
        return Reading(period, None, hidden or Mark.SECRET, revision=revision)
    low, high = chance(sheet, top, bottom)
    return Reading(
        period,
        figure_of(sheet.unit, top, bottom),
        None,
        numerator=top,
        denominator=bottom,
        revision=revision,
        low=low,
        high=high,
    )


def chance(sheet: Sheet, part: int, whole: int | None) -> tuple[Decimal | None, Decimal | None]:
    """How far chance moves a share of so few people (Wilson); nothing for what is no share."""
    if not sheet.is_share or not whole or not 0 <= part <= whole:
        return None, None
    share, square = part / whole, _NORMAL**2
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = _NORMAL * math.sqrt(share * (1 - share) / whole + square / (4 * whole**2))
    half /= 1 + square / whole
    factor = SHAPES[sheet.unit].factor
    ends = (max(middle - half, 0.0), min(middle + half, 1.0))
    low, high = (Decimal(repr(round(one, 6))) * factor for one in ends)
    return low, high


def compared(
    sheet: Sheet, places: Sequence[Place], found: Mapping[str, Sequence[Reading]]
) -> Comparison:
    """A comparison of the readings of départements, by code."""
    periods = sorted({reading.period for own in found.values() for reading in own})
    return Comparison(
        sheet,
        tuple(places),
        tuple(periods),
        {code: {reading.period: reading for reading in own} for code, own in found.items()},
    )
