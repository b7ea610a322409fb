"""Between which values each figure that was left out must lie, by linear programming."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection

import highspy
import numpy as np
from highspy._core import _Highs as Solver

from tests.attacker.knowledge import Knowledge, Name

_CLOSE = 1e-6
_WITHOUT_END = (
    highspy.HighsModelStatus.kUnbounded,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,
)


@dataclasses.dataclass(frozen=True)
class Found:
    """What is sure of a figure, or sure as long as the guessed corrections are right."""

    low: int
    high: int | None

    def closer_than(self, low: int, high: int) -> bool:
        """Whether values of an interval are ruled out."""
        return self.low > low or (self.high is not None and self.high < high)


class _Program:
    """The equations, in HiGHS. `same` are pairs of figures that are taken to be equal."""

    def __init__(self, known: Knowledge, same: Collection[tuple[Name, Name]]) -> None:
        self.names = list(known.lows)
        self.columns = {name: column for column, name in enumerate(self.names)}
        self.solver = Solver()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        far = highspy.kHighsInf
        for name in self.names:
            high = known.highs[name]
            self.solver.addVar(known.lows[name], far if high is None else high)
        for terms, low, high in known.sums:
            self._row(terms, -far if low is None else low, far if high is None else high)
        for before, after in same:
            self._row({after: 1, before: -1}, 0, 0)

    def _row(self, terms: dict[Name, int], low: float, high: float) -> None:
        columns = np.array([self.columns[name] for name in terms], dtype=np.int32)
        self.solver.addRow(
            low, high, len(columns), columns, np.array(list(terms.values()), dtype=float)
        )

    def unchanged(self, revisions: Collection[tuple[Name, Name]]) -> list[tuple[Name, Name]]:
        """The figures that need not have changed, in the smallest corrections that explain all."""
        first = self.solver.getNumCol()
        for before, after in revisions:
            more = self.solver.getNumCol()
            for _sense in range(2):
                self.solver.addVar(0.0, highspy.kHighsInf)
                self.solver.changeColCost(self.solver.getNumCol() - 1, 1.0)
            columns = np.array(
                [self.columns[after], self.columns[before], more, more + 1], dtype=np.int32
            )
            self.solver.addRow(0.0, 0.0, 4, columns, np.array([1.0, -1.0, -1.0, 1.0]))
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise ValueError("what was published contradicts itself")
        steps = np.array(self.solver.getSolution().col_value)[first:].reshape(-1, 2).sum(axis=1)
        return [pair for pair, step in zip(revisions, steps, strict=True) if step < _CLOSE]

    def end(self, name: Name, sign: int) -> float | None:
        """The least or the greatest a figure can be."""
        column = self.columns[name]
        self.solver.changeColCost(column, float(-sign))
        self.solver.run()
        status = self.solver.getModelStatus()
        value = float(self.solver.getSolution().col_value[column])
        self.solver.changeColCost(column, 0.0)  # forgets the solution
        if status == highspy.HighsModelStatus.kOptimal:
            return value
        if status in _WITHOUT_END:
            return None
        raise ValueError(f"what was published contradicts itself: {status}")


def guessed(known: Knowledge) -> list[tuple[Name, Name]]:
    """The figures that somebody who knows nothing more takes to be the same in two revisions."""
    return _Program(known, ()).unchanged(known.revisions)


def bounded(
    known: Knowledge,
    *,
    same: Collection[tuple[Name, Name]] = (),
    names: Collection[Name] | None = None,
) -> dict[Name, Found]:
    """What is found of figures that were left out, all of them unless some are named."""
    program = _Program(known, same)
    found = {}
    for name in known.left_out() if names is None else names:
        low, high = program.end(name, -1), program.end(name, 1)
        found[name] = Found(
            low=1 if low is None else math.ceil(low - _CLOSE),
            high=None if high is None else math.floor(high + _CLOSE),
        )
    return found
