"""Two ways of pricing the same pupils, side by side, as figures that may be told. Pure functions.

Amounts are cents, a change is what one unit costs after, less what it costs before. Everything told is
protected (`protection`): what is held back is None, and the total of a table is its own row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from billing.simulation.bands import Band, Banding
from billing.simulation.enrolled import EnrolledPupils
from billing.simulation.protection import (
    FEWEST,
    hidden_rows,
    is_small,
    merged_ranks,
    merged_runs,
    shared_extreme,
)
from billing.tariffs.batch import BoolArray, IntArray
from commons.money import round_half_up

# The changes that the distribution tells apart, in cents: each class ends at its bound.
RISES = (20, 50, 100, 200)
PROFILES = 10
SIZES = (11, 50, 200, 1_000, 5_000)
Key = Band | str | None


@dataclasses.dataclass(frozen=True, slots=True)
class Breakdown:
    """How many of some pupils pay more, less or the same, and by how much for one unit.

    A mean is of those who pay more (or less). `shared_rise_cents` is the largest rise that at least
    eleven of them have; the same for a fall, which is negative.
    """

    losers: int
    winners: int
    unchanged: int
    mean_rise_cents: int | None
    mean_fall_cents: int | None
    shared_rise_cents: int | None
    shared_fall_cents: int | None
    families_change_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """Some pupils of a table: those of `key`, or of all the groups too small to be told (None)."""

    key: Key
    pupils: int
    breakdown: Breakdown | None


@dataclasses.dataclass(frozen=True, slots=True)
class Bin:
    """The pupils for whom one unit costs more (`sign` 1), less (-1) or the same (0).

    By more than `above_cents`, up to `until_cents`, both without sign; an end of None is open.
    """

    sign: int
    above_cents: int
    until_cents: int | None
    pupils: int


@dataclasses.dataclass(frozen=True, slots=True)
class Profile:
    """Pupils of one band whose price changes alike: mean prices, and how many they are, roughly."""

    band: Band
    before_cents: int
    after_cents: int
    change_cents: int
    period_change_cents: int
    at_least: int


@dataclasses.dataclass(frozen=True, slots=True)
class Budget:
    """What is paid over the period; the Département's part where the cost of a meal is stated."""

    pupils: int
    meals: int
    families_before_cents: int
    families_after_cents: int | None
    departement_before_cents: int | None
    departement_after_cents: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What may be told of a simulation.

    `is_withheld`: fewer than eleven pupils are enrolled, or would pay another price; nothing is told of
    what they would pay. `total` is None when too few pay more, less or the same to tell them apart.
    """

    budget: Budget | None
    total: Breakdown | None
    by_band: tuple[Row, ...] = ()
    by_college: tuple[Row, ...] = ()
    by_level: tuple[Row, ...] = ()
    distribution: tuple[Bin, ...] = ()
    profiles: tuple[Profile, ...] = ()
    is_withheld: bool = False


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What each pupil pays for one unit before and after, and what one unit costs."""

    before: IntArray
    after: IntArray
    cost_before_cents: int | None
    cost_after_cents: int | None

    @property
    def changes(self) -> IntArray:
        return self.after - self.before


def compared(prices: Prices, pupils: EnrolledPupils, banding: Banding) -> Outcome:
    """Everything that may be told of what changes for some pupils."""
    changes = prices.changes
    if is_small(len(pupils)) or not len(pupils):
        return Outcome(budget=None, total=None, is_withheld=True)
    is_withheld = is_small(int(np.count_nonzero(changes)))
    budget = _budget(prices, pupils.meals, is_withheld=is_withheld)
    parts = (changes > 0, changes < 0, changes == 0)
    if is_withheld or any(is_small(int(part.sum())) for part in parts):
        return Outcome(budget=budget, total=None, is_withheld=is_withheld)
    everybody = np.ones(len(pupils), dtype=np.bool_)

    def table(
        ranks: IntArray, keys: Sequence[Key], groups: list[range] | None = None
    ) -> tuple[Row, ...]:
        return _table(changes, pupils.meals, ranks, keys, groups)

    return Outcome(
        budget=budget,
        total=_breakdown(changes, pupils.meals, everybody),
        by_band=_by_band(table, banding),
        by_college=table(pupils.colleges, pupils.college_names),
        by_level=table(pupils.levels, pupils.level_names),
        distribution=_distribution(changes),
        profiles=_profiles(prices, pupils.meals, banding),
    )


def _budget(prices: Prices, meals: IntArray, *, is_withheld: bool) -> Budget:
    total_meals = int(meals.sum())
    before, after = int((prices.before * meals).sum()), int((prices.after * meals).sum())

    def borne(cost_cents: int | None, families_cents: int) -> int | None:
        return None if cost_cents is None else cost_cents * total_meals - families_cents

    return Budget(
        pupils=len(meals),
        meals=total_meals,
        families_before_cents=before,
        families_after_cents=None if is_withheld else after,
        departement_before_cents=borne(prices.cost_before_cents, before),
        departement_after_cents=None if is_withheld else borne(prices.cost_after_cents, after),
    )


def mean_cents(values: IntArray) -> int:
    """The mean of some amounts, at least one, rounded half up to the cent."""
    return int(round_half_up(Decimal(int(values.sum())) / len(values), places=0))


def _breakdown(changes: IntArray, meals: IntArray, chosen: BoolArray) -> Breakdown:
    """Of pupils of whom no part is small."""
    found = changes[chosen]
    rises, falls = found[found > 0], found[found < 0]
    shared_fall = shared_extreme(-falls)
    return Breakdown(
        losers=len(rises),
        winners=len(falls),
        unchanged=len(found) - len(rises) - len(falls),
        mean_rise_cents=mean_cents(rises) if len(rises) else None,
        mean_fall_cents=mean_cents(falls) if len(falls) else None,
        shared_rise_cents=shared_extreme(rises),
        shared_fall_cents=None if shared_fall is None else -shared_fall,
        families_change_cents=int((found * meals[chosen]).sum()),
    )


Table = Callable[[IntArray, Sequence[Key], list[range] | None], tuple[Row, ...]]


def _bands(banding: Banding) -> list[tuple[Band, range]]:
    """The bands as they are told: neighbouring brackets together where one has too few pupils."""
    count = banding.bracket_count
    sizes = np.bincount(banding.ranks, minlength=len(banding.bands)).tolist()
    others = (range(rank, rank + 1) for rank in range(count, len(banding.bands)))
    return [
        (banding.bands[group[0]].to(banding.bands[group[-1]]), group)
        for group in (*merged_runs(sizes[:count]), *others)
    ]


def _by_band(table: Table, banding: Banding) -> tuple[Row, ...]:
    bands = _bands(banding)
    return table(banding.ranks, [band for band, _ranks in bands], [ranks for _band, ranks in bands])


def _table(
    changes: IntArray,
    meals: IntArray,
    ranks: IntArray,
    keys: Sequence[Key],
    groups: list[range] | None,
) -> tuple[Row, ...]:
    """A row for each group of ranks that is large enough, one for all the others together."""
    members = [
        (ranks >= group.start) & (ranks < group.stop)
        for group in groups or [range(rank, rank + 1) for rank in range(len(keys))]
    ]
    together = set(merged_ranks([int(chosen.sum()) for chosen in members]))
    told: list[tuple[Key, BoolArray]] = [
        (key, chosen)
        for rank, (key, chosen) in enumerate(zip(keys, members, strict=True))
        if rank not in together and chosen.any()
    ]
    if together:
        told.append((None, np.logical_or.reduce([members[rank] for rank in sorted(together)])))
    cells = np.array(
        [
            [int((side & chosen).sum()) for side in (changes > 0, changes < 0, changes == 0)]
            for _key, chosen in told
        ]
    )
    hidden = hidden_rows(cells)
    return tuple(
        Row(
            key=key,
            pupils=int(chosen.sum()),
            breakdown=None if rank in hidden else _breakdown(changes, meals, chosen),
        )
        for rank, (key, chosen) in enumerate(told)
    )


def _distribution(changes: IntArray) -> tuple[Bin, ...]:
    """The pupils by what changes for them, falls first; classes too small join their neighbours."""
    falls = [Bin(-1, *told) for told in _classes(-changes[changes < 0])]
    rises = [Bin(1, *told) for told in _classes(changes[changes > 0])]
    same = Bin(0, 0, 0, int((changes == 0).sum()))
    return (*reversed(falls), *([same] if same.pupils else []), *rises)


def _classes(rises: IntArray) -> list[tuple[int, int | None, int]]:
    """(above, up to, how many) for amounts above zero."""
    if not len(rises):
        return []
    bounds = np.array(RISES, dtype=np.int64)
    counts = np.bincount(np.searchsorted(bounds, rises), minlength=len(RISES) + 1).tolist()
    lowers, uppers = (0, *RISES), (*RISES, None)
    return [
        (lowers[run[0]], uppers[run[-1]], sum(counts[run.start : run.stop]))
        for run in merged_runs(counts)
        if sum(counts[run.start : run.stop])
    ]


def _profiles(prices: Prices, meals: IntArray, banding: Banding) -> tuple[Profile, ...]:
    """The groups of a band that change most, each of enough pupils whose changes are neighbours."""
    found = []
    for band, ranks in _bands(banding):
        is_in = (banding.ranks >= ranks.start) & (banding.ranks < ranks.stop)
        for sign in (1, -1):
            members = np.flatnonzero(is_in & (prices.changes * sign > 0))
            if len(members) < FEWEST:
                continue
            ordered = members[np.argsort(-prices.changes[members] * sign, kind="stable")]
            found += [
                _profile(band, prices, meals, group) for group in _neighbours(prices, ordered)
            ]
    found.sort(key=lambda profile: (-abs(profile.change_cents), -profile.at_least))
    return tuple(found[:PROFILES])


def _neighbours(prices: Prices, ordered: IntArray) -> list[IntArray]:
    """Pupils in the order of their change, cut where it changes and each part is large enough."""
    changes = prices.changes[ordered]
    starts = [0, *(np.flatnonzero(np.diff(changes)) + 1).tolist()]
    counts = np.diff([*starts, len(ordered)]).tolist()
    ends = [*starts, len(ordered)]
    return [ordered[ends[run.start] : ends[run.stop]] for run in merged_runs(counts)]


def _profile(band: Band, prices: Prices, meals: IntArray, members: IntArray) -> Profile:
    changes = prices.changes[members]
    return Profile(
        band=band,
        before_cents=mean_cents(prices.before[members]),
        after_cents=mean_cents(prices.after[members]),
        change_cents=mean_cents(changes),
        period_change_cents=mean_cents(changes * meals[members]),
        at_least=max(size for size in SIZES if size <= len(members)),
    )
