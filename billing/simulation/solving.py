"""The prices of a grid that keep a budget and limits with the fewest pupils who pay more.

One unknown for each bracket and candidate price: `reaches[g][k]` says that the price of bracket g is at
least the k-th candidate. Then prices that climb, steps that are bounded and prices that are kept low are
all inequalities between two unknowns, and only the budget ties them together: such a program is solved
at once. The solver works in real numbers; what it answers is a rank of a candidate, and whoever asks
checks it again in cents (`proposing`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import highspy
import numpy as np

# The one that `highspy.Highs` wraps, which writes two lines on the standard output when it is made.
from highspy._core import _Highs as PlainSolver

from billing.tariffs.batch import IntArray

SECONDS = 3
_MORE = 2**61
_ROUNDING = np.double("0.001")  # of the solver's bound


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Program:
    """What each candidate price would do in each bracket: a row for each bracket, lowest price first.

    `losers` counts pupils who would pay more than today, `rises` what they would pay more over the
    period, `families` what everybody in the bracket would pay, all in cents. `highest` is the rank of
    the highest candidate a bracket may have. `largest_step` is in candidates; None is without limit.
    """

    prices: IntArray
    losers: IntArray
    rises: IntArray
    families: IntArray
    highest: IntArray
    largest_step: int | None
    at_least_cents: int
    at_most_cents: int | None

    @property
    def brackets(self) -> int:
        return len(self.losers)

    def total(self, table: IntArray, ranks: IntArray) -> int:
        """The sum of a table over the brackets, for these candidates."""
        return int(table[np.arange(self.brackets), ranks].sum())


def highest_ranks(program: Program) -> IntArray:
    """The greatest candidate of each bracket that the limits allow, the budget set aside.

    Prices climb from bracket to bracket, by at most the largest step.
    """
    ranks = program.highest.copy()
    for rank in range(program.brackets - 2, -1, -1):
        ranks[rank] = min(ranks[rank], ranks[rank + 1])
    if program.largest_step is not None:
        for rank in range(1, program.brackets):
            ranks[rank] = min(ranks[rank], ranks[rank - 1] + program.largest_step)
    return ranks


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The rank of the price of each bracket, and a number of losers that no grid can go below."""

    ranks: IntArray
    fewest_losers: int


def solved(program: Program, *, starts: Sequence[IntArray] = ()) -> Solution | None:
    """
    The grid with the fewest losers; among as few, that with the least that they pay more.

    `starts` are grids to begin from, where they keep the budget and the limits. None if no grid was
    found that keeps them. Where time runs out, the best grid found, with the fewest losers that are
    not ruled out.
    """
    if (program.highest < 0).any():
        return None
    model = _Model(program)
    kept = [ranks for ranks in (*starts, highest_ranks(program)) if keeps(program, ranks)]
    start = min(kept, key=lambda ranks: program.total(program.losers, ranks), default=None)
    found, fewest = model.minimised(program.losers, seconds=SECONDS, start=start)
    if found is None:
        return None if start is None else Solution(ranks=start, fewest_losers=0)
    losers = program.total(program.losers, found)
    if fewest >= losers:
        model.bound(program.losers, highest=losers)
        gentler, _least = model.minimised(program.rises, seconds=1, start=found)
        if gentler is not None and program.total(program.losers, gentler) <= losers:
            found = gentler
    return Solution(ranks=found, fewest_losers=min(fewest, losers))


def keeps(program: Program, ranks: IntArray) -> bool:
    """Whether candidates keep the budget and the limits."""
    steps, total = np.diff(ranks), program.total(program.families, ranks)
    return (
        bool((steps >= 0).all())
        and (program.largest_step is None or bool((steps <= program.largest_step).all()))
        and bool((ranks >= 0).all())
        and bool((ranks <= program.highest).all())
        and total >= program.at_least_cents
        and (program.at_most_cents is None or total <= program.at_most_cents)
    )


class _Model:
    """The program as HiGHS takes it: columns `g × candidates + k`, rows as they are added."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.count = len(program.prices)
        self.rows: list[tuple[list[int], list[int], int, int]] = []
        self.lows = np.zeros((program.brackets, self.count), dtype=np.int64)
        self.highs = np.ones((program.brackets, self.count), dtype=np.int64)
        self.lows[:, 0] = 1
        for bracket in range(program.brackets):
            self.highs[bracket, program.highest[bracket] + 1 :] = 0
            for rank in range(1, self.count):
                self._implies(self._at(bracket, rank), self._at(bracket, rank - 1))
        for bracket in range(1, program.brackets):
            for rank in range(1, self.count):
                self._implies(self._at(bracket - 1, rank), self._at(bracket, rank))
                below = rank - (program.largest_step or 0)
                if program.largest_step is not None and below >= 1:
                    self._implies(self._at(bracket, rank), self._at(bracket - 1, below))
        self.bound(program.families, lowest=program.at_least_cents, highest=program.at_most_cents)

    def _at(self, bracket: int, rank: int) -> int:
        return bracket * self.count + rank

    def _implies(self, one: int, other: int) -> None:
        """Where the first unknown is 1, so is the second."""
        self.rows.append(([one, other], [1, -1], -1, 0))

    def bound(
        self, table: IntArray, *, lowest: int | None = None, highest: int | None = None
    ) -> None:
        """Keep the sum of a table over the brackets within bounds."""
        steps = np.diff(table, axis=1)
        base = int(table[:, 0].sum())
        columns, values = [], []
        for bracket, rank in np.argwhere(steps):
            columns.append(self._at(int(bracket), int(rank) + 1))
            values.append(int(steps[bracket, rank]))
        self.rows.append(
            (
                columns,
                values,
                -_MORE if lowest is None else lowest - base,
                _MORE if highest is None else highest - base,
            )
        )

    def minimised(
        self, table: IntArray, *, seconds: int, start: IntArray | None
    ) -> tuple[IntArray | None, int]:
        """The ranks that make the sum of a table the least, if there are any; what it cannot go below."""
        solver = PlainSolver()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("time_limit", seconds)
        solver.setOptionValue("mip_rel_gap", 0)
        solver.setOptionValue("mip_abs_gap", 1 / 2)  # the sum is an integer: half of one proves it
        solver.passModel(self._written(table))
        if start is not None:
            given = highspy.HighsSolution()
            reached = np.arange(self.count) <= start[:, None]
            given.col_value = reached.ravel().astype(np.double).tolist()
            solver.setSolution(given)
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != 2:  # 2: a feasible solution
            return None, 0
        values = np.rint(np.array(solver.getSolution().col_value)).astype(np.int64)
        ranks: IntArray = values.reshape(self.program.brackets, self.count).sum(axis=1) - 1
        base = int(table[:, 0].sum())
        least = base + int(np.ceil(max(info.mip_dual_bound, -base) - _ROUNDING))
        return ranks, least

    def _written(self, table: IntArray) -> highspy.HighsLp:
        costs = np.zeros(table.shape, dtype=np.int64)
        costs[:, 1:] = np.diff(table, axis=1)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = costs.size, len(self.rows)
        model.col_cost_ = costs.ravel().astype(np.double)
        model.col_lower_ = self.lows.ravel().astype(np.double)
        model.col_upper_ = self.highs.ravel().astype(np.double)
        model.integrality_ = [highspy.HighsVarType.kInteger] * costs.size
        model.row_lower_ = _ends([low for *_row, low, _high in self.rows])
        model.row_upper_ = _ends([high for *_row, high in self.rows])
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = costs.size, len(self.rows)
        matrix.start_ = np.cumsum([0, *(len(columns) for columns, *_rest in self.rows)])
        matrix.index_ = np.array([one for columns, *_rest in self.rows for one in columns])
        matrix.value_ = np.array(
            [value for _columns, values, *_rest in self.rows for value in values], dtype=np.double
        )
        return model


def _ends(values: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.double]]:
    """The bounds of rows; what is farther than any amount is without end."""
    ends = np.array(values, dtype=np.double)
    ends[np.array([value >= _MORE for value in values])] = highspy.kHighsInf
    ends[np.array([value <= -_MORE for value in values])] = -highspy.kHighsInf
    return ends
