"""Secondary suppression: what else to leave out so that no sensitive cell is found, losing the least.

For each side of a sensitive cell that is not safe, the cheapest movement that brings the cell there: a
linear program in which a cell that is told costs its weight to move, and one that is left out nothing.
What moves is left out. Then each cell that was left out is told again if all stay safe. Small tables are
then brought to their optimum (`exact`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import highspy
import numpy as np

from federation.secrecy import exact
from federation.secrecy.bounding import (
    Attacker,
    Floats,
    Matrix,
    Proofs,
    Side,
    quiet_solver,
    unproved,
)

MOVES = 1e-6
_HIDDEN_COSTS = 1e-3  # so that a movement through what is left out is as short as it can be
_MANY = 60  # sides from which several are brought there at once
EXACT_CELLS = 40
WIDE = (
    1_000  # figures from which a program is long: fewer are solved, and somewhat more is left out
)
CLEANING = 150_000  # figures in the programs solved to tell cells again


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The figures to leave out, and the sides that nothing can keep safe."""

    hidden: frozenset[int]
    impossible: Sequence[Side]


def planned(matrix: Matrix, wanted: Sequence[Side]) -> Plan:
    """What to leave out: sensitive figures, and what protects them."""
    first = primaries(matrix)
    unsafe, points = unproved(matrix, first, wanted, each=matrix.width < WIDE)
    if not unsafe:
        return Plan(frozenset(first), ())
    search = _Search(matrix, first, unsafe, points)
    search.together()
    search.one_by_one()
    impossible = frozenset(search.impossible)
    kept = [side for side in wanted if side not in impossible]
    hidden = cleaned(matrix, first, search, kept)
    if len(candidates(matrix, first)) <= EXACT_CELLS:
        hidden = exact.improved(matrix, first, hidden, kept)
    return Plan(frozenset(hidden), tuple(search.impossible))


def primaries(matrix: Matrix) -> set[int]:
    """What is left out in any case: sensitive figures, and corrections of what was left out."""
    return {
        rank
        for rank, figure in enumerate(matrix.system.figures)
        if figure.is_current and (figure.interval is not None or figure.stays_out)
    }


def candidates(matrix: Matrix, hidden: set[int]) -> list[int]:
    """Figures that may be left out, and are not."""
    figures = matrix.system.figures
    return [
        rank
        for rank in matrix.ranks
        if figures[rank].is_current and not figures[rank].is_known and rank not in hidden
    ]


class _Search:
    """The figures left out so far, and the sides that are not safe with them."""

    def __init__(
        self, matrix: Matrix, first: set[int], unsafe: Sequence[Side], points: Sequence[Floats]
    ) -> None:
        self.matrix = matrix
        self.hidden = set(first)
        self.proofs = Proofs(matrix, dict.fromkeys(unsafe), list(points))
        self.impossible: list[Side] = []
        self.planner = _Planner(matrix)

    def together(self) -> None:
        """Bring many there at once, some up and some down, at a price that is not more than their own."""
        draw = np.random.default_rng(1)
        for _round in range(12):
            plain: dict[int, list[Side]] = {}
            for side in self.proofs.open:
                if side.frozen is None:
                    plain.setdefault(side.rank, []).append(side)
            if len(plain) < _MANY:
                return
            batch = [two[int(draw.integers(len(two)))] for two in plain.values()]
            movement = self.planner.together(batch, self.hidden)
            if movement is None or not self._hide(movement):
                return

    def one_by_one(self) -> None:
        """The cheapest movement for each that remains, the longest first."""
        for side in sorted(self.proofs.open, key=lambda side: (-abs(side.by), side.rank, side.by)):
            if side not in self.proofs.open:
                continue
            movement = self.planner.cheapest(side, self.hidden)
            if movement is not None:
                self._hide(movement)
            if side in self.proofs.open:
                del self.proofs.open[side]
                self.impossible.append(side)

    def _hide(self, movement: Floats) -> bool:
        free = set(candidates(self.matrix, self.hidden))
        for column in np.flatnonzero(np.abs(movement) > MOVES):
            if self.matrix.ranks[column] in free:
                self.hidden.add(self.matrix.ranks[column])
        self.proofs.points.append(movement)
        return self.proofs.learn(movement)


class _Planner:
    """The program of the cheapest movement: each figure has a way up and a way down."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.width = matrix.width
        figures = [matrix.system.figures[rank] for rank in matrix.ranks]
        self.weights = np.array([max(1, figure.weight) for figure in figures], dtype=float)
        lows, highs = matrix.bounds(matrix.ranks)
        self.tops = np.concatenate([highs, -lows])
        self.every = np.arange(2 * self.width, dtype=np.int32)
        self.solver = quiet_solver()
        model = matrix.model(2 * self.width, repeat=2)
        model.col_cost_ = np.zeros(2 * self.width)
        model.col_lower_, model.col_upper_ = np.zeros(2 * self.width), self.tops
        self.solver.passModel(model)

    def cheapest(self, side: Side, hidden: set[int]) -> Floats | None:
        """The movement that brings a figure exactly there and costs the least."""
        if side.rank not in self.matrix.columns:
            return None
        lows, tops = np.zeros(2 * self.width), self.tops.copy()
        if not self._ask(side, lows, tops):
            return None
        if side.frozen is not None and side.frozen in self.matrix.columns:
            frozen = self.matrix.columns[side.frozen]
            tops[frozen] = tops[self.width + frozen] = 0
        movement = self._solved(self._costs(hidden), lows, tops)
        if movement is None or self.width >= WIDE:
            return movement
        # Again, with what moved little made dearer: fewer cells move, each farther.
        sparse = self._costs(hidden) * np.tile(abs(side.by) / (np.abs(movement) + 1), 2)
        return self._solved(sparse, lows, tops)

    def together(self, batch: Sequence[Side], hidden: set[int]) -> Floats | None:
        """A movement that brings there those for which it is worth what it costs."""
        costs = self._costs(hidden)
        lows, tops = np.zeros(2 * self.width), self.tops.copy()
        worth = float(np.median(self.weights)) * 6
        for side in batch:
            column = self.matrix.columns.get(side.rank)
            if column is None:
                continue
            there = column if side.by > 0 else self.width + column
            back = self.width + column if side.by > 0 else column
            tops[there] = min(tops[there], abs(side.by))
            tops[back] = 0
            costs[there] = -worth
        return self._solved(costs, lows, tops)

    def _ask(self, side: Side, lows: Floats, tops: Floats) -> bool:
        """Have a figure go there, and not the other way; whether it may at all."""
        column = self.matrix.columns[side.rank]
        there = column if side.by > 0 else self.width + column
        back = self.width + column if side.by > 0 else column
        if tops[there] < abs(side.by):
            return False
        lows[there] = tops[there] = abs(side.by)
        tops[back] = 0
        return True

    def _costs(self, hidden: set[int]) -> Floats:
        free = np.array([rank in hidden for rank in self.matrix.ranks])
        figures = self.matrix.system.figures
        old = np.array(
            [figures[rank].is_known or not figures[rank].is_current for rank in self.matrix.ranks]
        )
        return np.tile(np.where(free | old, _HIDDEN_COSTS, self.weights), 2)

    def _solved(self, costs: Floats, lows: Floats, tops: Floats) -> Floats | None:
        self.solver.changeColsCost(len(self.every), self.every, costs)
        self.solver.changeColsBounds(len(self.every), self.every, lows, tops)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = np.array(self.solver.getSolution().col_value)
        movement: Floats = values[: self.width] - values[self.width :]
        return movement


def cleaned(matrix: Matrix, first: set[int], search: _Search, wanted: Sequence[Side]) -> set[int]:
    """What stays left out once each secondary cell that is not needed is told again, the dearest first.

    A cell that no proof moves is told at once. For another, what its proofs proved is proved again without
    it, as long as `CLEANING` lasts.
    """
    figures, left = matrix.system.figures, set(search.hidden)
    pool = _Pool(matrix, wanted, search.proofs.points)
    attacker, solved = Attacker(matrix, left), 0
    for rank in sorted(left - first, key=lambda rank: (-figures[rank].weight, rank)):
        attacker.show(left - {rank})
        lows, highs = attacker.lows.copy(), attacker.highs.copy()
        lost, fresh = pool.lost(matrix.columns[rank]), []
        while lost and solved * matrix.width < CLEANING:
            solved += 1
            reached = attacker.farthest(lost[0])
            if reached is None or not matrix.possible(reached[0], lows, highs):
                break
            fresh.append(reached[0])
            if not holds(matrix, reached[0], lost[0]):
                break
            lost = [side for side in lost if not holds(matrix, reached[0], side)]
        pool.add(fresh)
        if not lost:
            left.discard(rank)
            pool.drop(matrix.columns[rank])
    return left


class _Pool:
    """Movements, and which sides each proves."""

    def __init__(self, matrix: Matrix, wanted: Sequence[Side], points: Sequence[Floats]) -> None:
        self.matrix, self.wanted = matrix, list(wanted)
        self.ranks = np.array([matrix.columns.get(side.rank, -1) for side in wanted])
        self.by = np.array([side.by for side in wanted], dtype=float)
        self.frozen = np.array(
            [-1 if side.frozen is None else matrix.columns.get(side.frozen, -1) for side in wanted]
        )
        self.points: list[Floats] = []
        self.proves: list[np.ndarray[tuple[int], np.dtype[np.bool_]]] = []
        self.add(points)

    def add(self, points: Sequence[Floats]) -> None:
        for point in points:
            padded = np.append(point, 0.0)
            there = padded[self.ranks] * np.sign(self.by) >= np.abs(self.by) - MOVES
            self.points.append(point)
            self.proves.append(there & (np.abs(padded[self.frozen]) <= MOVES))

    def lost(self, column: int) -> list[Side]:
        """What nothing proves without moving a figure."""
        kept = np.zeros(len(self.wanted), dtype=bool)
        for point, proves in zip(self.points, self.proves, strict=True):
            if abs(point[column]) <= MOVES:
                kept |= proves
        return [side for side, is_kept in zip(self.wanted, kept, strict=True) if not is_kept]

    def drop(self, column: int) -> None:
        """Forget the movements of a figure that is told."""
        still = [rank for rank, point in enumerate(self.points) if abs(point[column]) <= MOVES]
        self.points = [self.points[rank] for rank in still]
        self.proves = [self.proves[rank] for rank in still]


def holds(matrix: Matrix, movement: Floats, side: Side) -> bool:
    """Whether a movement proves a side."""
    return Proofs(matrix, {}).proves(movement, side)
