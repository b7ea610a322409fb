"""The optimum of a small table: the set of cells to leave out whose weights sum to the least.

One unknown, 0 or 1, for each cell that may be left out. A choice under which an attacker finds a sensitive
cell gives a cut: the prices of their program say which cells, left out, would have let the figure go
farther (Fischetti and Salazar-González, 2001). The program is solved again with the cuts, until no cell is
found, or until a number of rounds is reached: then the best choice found so far is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np

from federation.secrecy.bounding import Attacker, Floats, Matrix, Side, quiet_solver, unproved

ROUNDS = 30
_CLOSE = 1e-6


def improved(matrix: Matrix, first: set[int], hidden: set[int], wanted: Sequence[Side]) -> set[int]:
    """The cells to leave out, the given ones if nothing lighter was found."""
    figures = matrix.system.figures
    free = [
        rank
        for rank in matrix.ranks
        if figures[rank].is_current and not figures[rank].is_known and rank not in first
    ]
    weights = {rank: max(1, figures[rank].weight) for rank in free}
    best, lightest = set(hidden), sum(weights[rank] for rank in hidden - first)
    master = _Master(free, weights)
    attacker = Attacker(matrix, first)
    for _round in range(ROUNDS):
        choice, least = master.solved()
        if choice is None or least >= lightest:
            break
        left = first | choice
        attacker.show(left)
        unsafe, _points = unproved(matrix, left, wanted, tries=2)
        if not unsafe:
            return left
        for side in unsafe:
            reached = attacker.farthest(side)
            if reached is None:
                return best
            master.cut(_cut(matrix, free, side, *reached))
    return best


def _cut(
    matrix: Matrix, free: Sequence[int], side: Side, movement: Floats, prices: Floats
) -> dict[int, float]:
    """How much each cell, left out, adds at most to where the figure could go, in parts of the way."""
    figures, by = matrix.system.figures, abs(side.by)
    found: dict[int, float] = {}
    for rank in free:
        column = matrix.columns[rank]
        price = prices[column]
        if rank == side.frozen or abs(price) < _CLOSE:
            continue
        figure = figures[rank]
        room = by if price > 0 else min(by, -price * (figure.value - figure.floor))
        if room > _CLOSE:
            found[rank] = room / by
    return found


class _Master:
    """The choice of cells under the cuts so far."""

    def __init__(self, free: Sequence[int], weights: dict[int, int]) -> None:
        self.free = list(free)
        self.columns = {rank: column for column, rank in enumerate(self.free)}
        self.solver = quiet_solver()
        self.solver.setOptionValue("mip_rel_gap", 0.0)
        self.solver.setOptionValue("mip_max_nodes", 500)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.free), 0
        model.col_cost_ = np.array([weights[rank] for rank in self.free], dtype=float)
        model.col_lower_, model.col_upper_ = np.zeros(len(self.free)), np.ones(len(self.free))
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.free)
        self.solver.passModel(model)

    def cut(self, shares: dict[int, float]) -> None:
        """At least one whole way has to be made possible."""
        columns = np.array([self.columns[rank] for rank in shares], dtype=np.int32)
        values = np.array(list(shares.values()), dtype=float)
        self.solver.addRow(1.0, highspy.kHighsInf, len(columns), columns, values)

    def solved(self) -> tuple[set[int] | None, float]:
        """The lightest choice, and its weight. None if it was not found."""
        if not self.free:
            return None, 0.0
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None, 0.0
        values = np.array(self.solver.getSolution().col_value)
        chosen = {self.free[column] for column in np.flatnonzero(values > 1 / 2)}
        return chosen, float(self.solver.getInfo().objective_function_value)
