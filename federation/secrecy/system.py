"""What an attacker knows, as a linear system: one unknown for each figure, one row for each relation.

A figure is a place as it was counted once. In a later release it is the same figure if it did not change.
If it changed and was left out before, it stays out; and unless it is sensitive itself, the two differ by a
correction that an attacker is taken to know (`strict`). If it changed and had been told, it is a new
figure: what was told of it says nothing sure any more. So what protects an unchanged cell can never be a
cell that was told before.

Nothing protects some figures from who knows every correction: a pupil added late where there was nobody.
Then corrections are taken to be unknown, and what did not change is still the same figure.

A hidden figure is 1 at least, since a cell of nobody is told, and has no upper end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence

from federation.secrecy import margins
from federation.secrecy.errors import TableInconsistent
from federation.secrecy.sensitivity import Interval, interval, reason
from federation.secrecy.tables import (
    TOTAL,
    Cell,
    Earlier,
    Key,
    Mark,
    Place,
    ProtectedTable,
    Ratio,
    Rule,
    Table,
)


@dataclasses.dataclass(slots=True)
class Figure:
    """An unknown of the system. `low` and `high` are what is known of it once it was told."""

    place: Place
    value: int
    is_current: bool
    units: int = 0
    weight: int = 0
    low: int | None = None
    high: int | None = None
    primary: Mark | None = None
    interval: Interval | None = None
    changed: bool = False  # from what had been told
    stays_out: bool = False  # was left out before its correction
    floor: int = 0  # what it is at least, to who knows nothing but which cells are of nobody

    @property
    def is_known(self) -> bool:
        return self.low is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """A relation: the sum of figures times 1 or −1 lies between two ends. None is without end."""

    ranks: tuple[int, ...]
    signs: tuple[int, ...]
    low: int | None
    high: int | None


@dataclasses.dataclass(slots=True)
class System:
    """Figures and what relates them. What is to leave is told to the nearest multiple of `base`."""

    base: int = 1
    strict: bool = True
    corrections: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    figures: list[Figure] = dataclasses.field(default_factory=list)
    rows: dict[Row, None] = dataclasses.field(default_factory=dict)
    latest: dict[Place, int] = dataclasses.field(default_factory=dict)
    seen: dict[tuple[str, str], list[Table]] = dataclasses.field(default_factory=dict)

    def sensitive(self) -> list[int]:
        """Figures that an attacker must not find."""
        return [rank for rank, one in enumerate(self.figures) if one.interval is not None]

    def unknown(self) -> list[int]:
        """Figures that are not known exactly from what left before."""
        return [
            rank for rank, one in enumerate(self.figures) if one.low is None or one.low != one.high
        ]


def built(
    tables: Sequence[Table],
    *,
    earlier: Sequence[Earlier] = (),
    periods: Mapping[str, Sequence[str]],
    ratios: Sequence[Ratio] = (),
    already_told: Collection[Place] = (),
    base: int = 1,
    strict: bool = True,
) -> System:
    """
    The system of these tables and of the releases that left, the oldest first.

    :raises TableInconsistent: if a table does not hold together, or two tell the same cell otherwise
    """
    system = System(base=base, strict=strict)
    for release in earlier:
        _take(system, [release.table], told=[release.told])
        _relate(system, [release.table], periods=periods, ratios=ratios)
    for table in tables:
        margins.check(table)
    _check_shared(tables)
    _take(system, tables)
    _relate(system, tables, periods=periods, ratios=ratios)
    for figure in system.figures:
        if figure.is_current and figure.place in already_told:
            figure.low = figure.high = figure.value
    if strict:
        _tie_corrections(system)
    _raise_floors(system)
    return system


def rounded(value: int, base: int) -> int:
    """The nearest multiple, a half upwards."""
    return value if base == 1 else (2 * value + base) // (2 * base) * base


def told_between(value: int, base: int) -> tuple[int, int]:
    """The least and the greatest value that is told as this one is."""
    nearest = rounded(value, base)
    return max(0, nearest - base // 2), nearest + (base - 1) // 2


def _take(
    system: System, tables: Sequence[Table], *, told: Sequence[ProtectedTable] | None = None
) -> None:
    """The figures of a release."""
    stage: dict[Place, int] = {}
    for number, table in enumerate(tables):
        system.seen.setdefault((table.measure, table.period), []).append(table)
        _forget_gone(system, table)
        for key, cell in table.cells.items():
            place = table.place(key)
            if cell.units == 0 and cell.value == 0:
                system.latest.pop(place, None)
                continue
            rank = stage.get(place)
            if rank is None:
                rank = stage[place] = _figure(system, place, cell.value, is_current=told is None)
            elif system.figures[rank].value != cell.value:
                raise TableInconsistent(reason="SHARED", measure=table.measure, key=key)
            if told is None:
                _weigh(system.figures[rank], table, key, cell)
            else:
                _know(system.figures[rank], told[number], key, cell, table.rule)


def _forget_gone(system: System, table: Table) -> None:
    """What a table has no cell of any more is of nobody."""
    there = {table.place(key) for key in table.cells}
    gone = [
        place
        for place in system.latest
        if (place.measure, place.period) == (table.measure, table.period)
        and place not in there
        and _has(table, place)
    ]
    for place in gone:
        del system.latest[place]


def _figure(system: System, place: Place, value: int, *, is_current: bool) -> int:
    """The unknown of a place, that of an earlier release if it did not change."""
    before = system.latest.get(place)
    if before is not None and system.figures[before].value == value:
        system.figures[before].is_current = is_current
        return before
    rank = system.latest[place] = len(system.figures)
    figure = Figure(place, value, is_current)
    system.figures.append(figure)
    if before is not None:
        system.figures[before].is_current = False
        figure.changed = system.figures[before].is_known
        figure.stays_out = not figure.changed
        if figure.stays_out:
            system.corrections.append((before, rank))
    return rank


def _weigh(figure: Figure, table: Table, key: Key, cell: Cell) -> None:
    """A cell of what is to leave: whether it may be told, and what is lost if it is not."""
    figure.units = max(figure.units, cell.units)
    figure.primary = figure.primary or reason(cell, table.rule)
    figure.interval = _wider(figure.interval, interval(cell, table.rule))
    totals = sum(code == TOTAL for code in key)
    figure.weight = max(figure.weight, (4 + cell.value.bit_length()) * 4**totals)


def _know(figure: Figure, told: ProtectedTable, key: Key, cell: Cell, rule: Rule) -> None:
    """A cell of what left: known if it was told, to be protected still if it was sensitive."""
    figure.units = max(figure.units, cell.units)
    left = told.cells[key]
    if left.value is not None:
        low, high = told_between(left.value, told.base)
        figure.low = low if figure.low is None else max(figure.low, low)
        figure.high = high if figure.high is None else min(figure.high, high)
    else:
        figure.interval = _wider(figure.interval, interval(cell, rule))


def _wider(one: Interval | None, other: Interval | None) -> Interval | None:
    if one is None or other is None:
        return one or other
    return Interval(min(one.low, other.low), max(one.high, other.high))


def _relate(
    system: System,
    tables: Sequence[Table],
    *,
    periods: Mapping[str, Sequence[str]],
    ratios: Sequence[Ratio],
) -> None:
    """The rows that a release adds: margins, periods, measures that are parts of another."""
    for table in tables:
        for (_rank, whole), parts in margins.families(table).items():
            ranks = _ranks(system, [table.place(whole), *(table.place(part) for part in parts)])
            if ranks:
                _add(system, ranks[:1], ranks[1:])
    touched = {(table.measure, table.period) for table in tables}
    for measure, period in sorted(touched):
        for year, months in periods.items():
            if period == year or period in months:
                _relate_periods(system, measure, year, months)
        for ratio in ratios:
            if measure in (ratio.numerator, ratio.denominator):
                _relate_measures(system, ratio, period)


def _relate_periods(system: System, measure: str, whole: str, parts: Sequence[str]) -> None:
    """A year and its months: the sum if they add up and are all there, bounds otherwise."""
    of_whole = system.seen.get((measure, whole), [])
    additive = all(table.additive for table in of_whole)
    for place in dict.fromkeys(table.place(key) for table in of_whole for key in table.cells):
        months = [dataclasses.replace(place, period=part) for part in parts]
        there = [month for month in months if _covers(system, month)]
        ranks = _ranks(system, [place])
        inside = [system.latest[month] for month in there if month in system.latest]
        if not ranks:
            continue
        if additive:
            _add(system, ranks, inside, is_all=len(there) == len(months))
            continue
        for one in inside:
            _add(system, ranks, [one], is_all=False)
        if len(there) == len(months) and inside:
            _add(system, ranks, inside, is_most=True)


def _relate_measures(system: System, ratio: Ratio, period: str) -> None:
    for table in system.seen.get((ratio.numerator, period), []):
        for key in table.cells:
            place = table.place(key)
            other = dataclasses.replace(place, measure=ratio.denominator)
            if place in system.latest and other in system.latest:
                _add(system, [system.latest[other]], [system.latest[place]], is_all=False)


def _add(
    system: System,
    whole: Sequence[int],
    parts: Sequence[int],
    *,
    is_all: bool = True,
    is_most: bool = False,
) -> None:
    """A whole is its parts (`is_all`), at least them, or at most them (`is_most`).

    Where figures of different moments do not add up, they differ by a correction. It is taken to be known,
    unless one of them corrects what had been told, or corrections are not known.
    """
    ranks = (*whole, *sorted(parts))
    signs = (*(1 for _one in whole), *(-1 for _part in parts))
    gap = sum(sign * system.figures[rank].value for rank, sign in zip(ranks, signs, strict=True))
    held = gap == 0 or (is_most and gap < 0) or (not is_all and gap > 0)
    if not held and (not system.strict or any(system.figures[rank].changed for rank in ranks)):
        return
    if is_most:
        row = Row(ranks, signs, None, max(0, gap))
    elif is_all:
        row = Row(ranks, signs, gap, gap)
    else:
        row = Row(ranks, signs, min(0, gap), None)
    system.rows[row] = None


def _tie_corrections(system: System) -> None:
    """A cell that was left out to protect others differs from its correction by what is known."""
    for before, after in system.corrections:
        one, other = system.figures[before], system.figures[after]
        if one.interval is None and other.interval is None:
            by = other.value - one.value
            system.rows[Row((before, after), (-1, 1), by, by)] = None


def _raise_floors(system: System) -> None:
    """What is known of every figure before anything is told: a margin of four cells is four at least."""
    figures = system.figures
    for figure in figures:
        figure.floor = min(1, figure.value) if figure.low is None else figure.low
    alone = [
        (row, end, sign, row.ranks[row.signs.index(sign)])
        for row in system.rows
        for end, sign in ((row.low, 1), (row.high, -1))
        if end is not None and row.signs.count(sign) == 1
    ]
    moved = True
    while moved:
        moved = False
        for row, end, sign, rank in alone:
            others = sum(figures[other].floor for other in row.ranks if other != rank)
            if figures[rank].floor < others + sign * end:
                figures[rank].floor = others + sign * end
                moved = True
    for figure in figures:
        if figure.interval is not None and figure.interval.low < figure.floor:
            figure.interval = Interval(min(figure.floor, figure.value), figure.interval.high)


def _ranks(system: System, places: Iterable[Place]) -> list[int]:
    """The figures of places, those of nobody left aside."""
    return [system.latest[place] for place in places if place in system.latest]


def _covers(system: System, place: Place) -> bool:
    """Whether a table that was seen has this place, be it of nobody."""
    return any(_has(table, place) for table in system.seen.get((place.measure, place.period), []))


def _has(table: Table, place: Place) -> bool:
    dimensions = {dimension.name: dimension.parents for dimension in table.dimensions}
    return all(code in dimensions.get(name, {}) for name, code in place.codes)


def _check_shared(tables: Sequence[Table]) -> None:
    """A place that two tables have is in both, or of nobody in both."""
    for table in tables:
        places = {table.place(key) for key, cell in table.cells.items() if cell.value}
        for other in tables:
            if other is table or (other.measure, other.period) != (table.measure, table.period):
                continue
            theirs = {other.place(key) for key, cell in other.cells.items() if cell.value}
            for place in places - theirs:
                if _has(other, place):
                    codes = dict(sorted(place.codes))
                    raise TableInconsistent(reason="SHARED", measure=place.measure, key=codes)
