"""Small départements that publish a year: months, late corrections, the year, answers about policies.

What is counted is drawn from a seed. `published` protects each release as the product would and writes what
the public host serves; what was counted stays here, to judge what an attacker finds.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence

import numpy as np

from federation.secrecy import sensitivity
from federation.secrecy.margins import completed
from federation.secrecy.protecting import protect
from federation.secrecy.tables import (
    TOTAL,
    Cell,
    Dimension,
    Earlier,
    Key,
    Mark,
    ProtectedCell,
    ProtectedTable,
    Protection,
    Rule,
    Table,
)
from tests.attacker import bounding, knowledge, released

MEASURE = "helped"
RULE = Rule(threshold=11, dominance_bp=None)
YEAR = "2026"
MONTHS = tuple(f"2026-{month:02}" for month in range(1, 13))
PERIODS = {YEAR: MONTHS}
OUTCOMES = Dimension("outcome", {TOTAL: None, "pays_less": TOTAL, "pays_more": TOTAL})
Protects = Callable[[Sequence[Table], Sequence[Earlier]], Protection]


@dataclasses.dataclass
class Published:
    """What a département counted, and what left."""

    by: str
    counted: list[tuple[Table, int]] = dataclasses.field(default_factory=list)
    left: list[Earlier] = dataclasses.field(default_factory=list)

    def text(self) -> str:
        """What is served."""
        releases = [
            served(self.by, one.told, revision)
            for one, (_table, revision) in zip(self.left, self.counted, strict=True)
        ]
        return json.dumps({"periods": PERIODS, "releases": releases})

    def truth(self) -> dict[knowledge.Name, Cell]:
        """Each figure, as the attacker names it."""
        return {
            (
                self.by,
                table.measure,
                table.period,
                released.codes_of(_codes(table, key)),
                revision,
            ): (cell)
            for table, revision in self.counted
            for key, cell in table.cells.items()
        }


def dimensions(schools: int = 3, brackets: int = 3) -> tuple[Dimension, Dimension]:
    """Collèges in two territories, and brackets of QF."""
    first = {f"c{rank}": "north" if 2 * rank < schools else "south" for rank in range(schools)}
    return (
        Dimension("college", {TOTAL: None, "north": TOTAL, "south": TOTAL, **first}),
        Dimension("bracket", {TOTAL: None, **{f"b{rank}": TOTAL for rank in range(brackets)}}),
    )


def a_year(by: str, seed: int, *, months: Sequence[str] = MONTHS) -> list[tuple[list[Table], int]]:
    """The releases of a département in their order: tables and revision."""
    draw = np.random.default_rng(seed)
    sides = dimensions()
    leaves = [(school, bracket) for school in ("c0", "c1", "c2") for bracket in ("b0", "b1", "b2")]
    usual = {leaf: int(draw.choice([0, 3, 8, 14, 25, 40, 60])) for leaf in leaves}
    usual["c1", "b1"] = 5  # everybody has something to keep
    now: dict[str, dict[Key, int]] = {}
    order: list[tuple[list[Table], int]] = []
    for month in months:
        now[month] = {
            leaf: max(0, count + int(draw.integers(-3, 4))) if count else 0
            for leaf, count in usual.items()
        }
        order.append(([_table(sides, now[month], month)], 1))
        if draw.random() < 1 / 3:
            late = str(draw.choice(sorted(now)))
            for leaf in draw.choice(len(leaves), 2, replace=False):
                now[late][leaves[leaf]] = max(
                    0, now[late][leaves[leaf]] + int(draw.integers(-2, 3))
                )
            before = sum(tables[0].period == late for tables, _revision in order)
            order.append(([_table(sides, now[late], late)], before + 1))
    order.append(([_sum(sides, list(now.values()))], 1))
    return order


def published(by: str, order: Sequence[tuple[list[Table], int]], protects: Protects) -> Published:
    """Protect and publish each release in turn."""
    done = Published(by)
    for tables, revision in order:
        answer = protects(tables, done.left)
        for table, told in zip(tables, answer.tables, strict=True):
            done.left.append(Earlier(table, told))
            done.counted.append((table, revision))
    return done


def as_the_product(tables: Sequence[Table], earlier: Sequence[Earlier]) -> Protection:
    """All that is linked, protected together."""
    return protect(tables, earlier=list(earlier), periods=PERIODS)


def without_secondary(tables: Sequence[Table], _earlier: Sequence[Earlier]) -> Protection:
    """The thresholds alone."""
    told = []
    for table in tables:
        cells = {
            key: ProtectedCell(Mark.SECRET, None)
            if sensitivity.reason(cell, table.rule)
            else ProtectedCell(Mark.TOLD, cell.value)
            for key, cell in table.cells.items()
        }
        told.append(ProtectedTable(table.measure, table.dimensions, cells, table.period))
    return Protection(tables=told, journal=[])


def each_release_alone(tables: Sequence[Table], _earlier: Sequence[Earlier]) -> Protection:
    """As if nothing had left before."""
    return protect(tables, periods=PERIODS)


def each_table_alone(tables: Sequence[Table], _earlier: Sequence[Earlier]) -> Protection:
    """As if an answer about a policy had nothing to do with what is published."""
    answers = [protect([table]) for table in tables]
    return Protection(
        tables=[answer.tables[0] for answer in answers],
        journal=[line for answer in answers for line in answer.journal],
    )


def policy_answer(table: Table, seed: int) -> Table:
    """Who would pay less and who more under another's rules, of those that a table counts."""
    draw = np.random.default_rng(seed)
    cells: dict[Key, Cell] = {}
    wholes = {code for one in table.dimensions for code in one.parents.values()}
    for key, cell in table.cells.items():
        if wholes.isdisjoint(key) and cell.value:
            less = int(draw.integers(0, cell.value + 1))
            for outcome, count in (("pays_less", less), ("pays_more", cell.value - less)):
                if count:
                    cells[(*key, outcome)] = Cell(count, count)
    return completed(
        Table(table.measure, [*table.dimensions, OUTCOMES], cells, table.rule, table.period)
    )


def broken(done: Published, *, guessing: bool = False) -> list[knowledge.Name]:
    """
    The figures that an attacker bounds closer than they may, rightly.

    They know which figures changed from one revision to the next. `guessing`, they read what is served and
    nothing else: what need not have changed is taken for unchanged.
    """
    known, truth = knowledge.of(released.read(done.text())), done.truth()
    same = [pair for pair in known.revisions if truth[pair[0]].value == truth[pair[1]].value]
    if guessing:
        same = bounding.guessed(known)
    secret = {}
    for name in known.left_out():
        held = sensitivity.interval(truth[name], RULE)
        if held is not None:
            secret[name] = held
    found = bounding.bounded(known, same=same, names=list(secret))
    floors = bounding.bounded(_nothing_told(known), same=same, names=list(secret))
    return [
        name
        for name, held in secret.items()
        if found[name].closer_than(max(held.low, floors[name].low), held.high)
        and found[name].low <= truth[name].value
        and (found[name].high is None or found[name].high >= truth[name].value)
    ]


def _nothing_told(known: knowledge.Knowledge) -> knowledge.Knowledge:
    """What anybody knows from which cells are of nobody."""
    return knowledge.Knowledge(
        lows={name: min(1.0, low) for name, low in known.lows.items()},
        highs=dict.fromkeys(known.highs),
        sums=known.sums,
    )


def _table(sides: Sequence[Dimension], counts: dict[Key, int], period: str) -> Table:
    cells = {leaf: Cell(count, count) for leaf, count in counts.items() if count}
    return completed(Table(MEASURE, list(sides), cells, RULE, period))


def _sum(sides: Sequence[Dimension], months: Sequence[dict[Key, int]]) -> Table:
    """The year: helped as many times, of as many families as the fullest month had."""
    cells = {}
    for leaf in months[0]:
        counts = [month[leaf] for month in months]
        if sum(counts):
            cells[leaf] = Cell(sum(counts), max(counts))
    return completed(Table(MEASURE, list(sides), cells, RULE, YEAR))


def _codes(table: Table, key: Key) -> dict[str, str]:
    return {one.name: code for one, code in zip(table.dimensions, key, strict=True)}


def served(by: str, told: ProtectedTable, revision: int) -> dict[str, object]:
    """A release as the public host writes it."""
    names = [one.name for one in told.dimensions]
    return {
        "published_by": by,
        "measure": told.measure,
        "period": told.period,
        "revision": revision,
        "additive": told.additive,
        "base": told.base,
        "dimensions": {one.name: dict(one.parents) for one in told.dimensions},
        "figures": [
            {"codes": dict(zip(names, key, strict=True)), "value": cell.value}
            for key, cell in told.cells.items()
        ],
    }
