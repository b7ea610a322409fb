"""How closely an attacker finds each figure: linear programs over all that what is told leaves possible.

Everything is counted from the true figures: an unknown is what a figure could be more or less than it is.
So no movement at all is always possible, and a cell is protected on a side if some movement that
contradicts nothing brings it there. Such a movement is a proof, and proves several cells at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

import highspy
import numpy as np
from highspy._core import _Highs as PlainSolver

from federation.secrecy.system import System, told_between

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
_CLOSE = 1e-6
_FAR = highspy.kHighsInf


@dataclasses.dataclass(frozen=True, slots=True)
class Side:
    """That a figure could be so much more (`by` above zero) or less than it is.

    `frozen` is a figure that whoever asks knows: a unit that is alone in its cell knows that cell.
    """

    rank: int
    by: int
    frozen: int | None = None


def sides(system: System) -> list[Side]:
    """What must stay possible of each sensitive figure."""
    wanted = []
    for rank in system.sensitive():
        figure = system.figures[rank]
        assert figure.interval is not None
        if figure.value > figure.interval.low:
            wanted.append(Side(rank, figure.interval.low - figure.value))
        wanted.append(Side(rank, figure.interval.high - figure.value))
    return [*wanted, *_from_inside(system)]


def _from_inside(system: System) -> list[Side]:
    """That a unit which is alone in its cell, and knows it, does not find its neighbour in a row.

    Half of the way up has to stay possible. A margin of that one unit is no secret to it.
    """
    found: dict[Side, None] = {}
    for row in system.rows:
        secret = [rank for rank in row.ranks if system.figures[rank].interval is not None]
        for alone in secret:
            if system.figures[alone].units != 1 or len(secret) < 2:
                continue
            for rank in secret:
                figure = system.figures[rank]
                assert figure.interval is not None
                is_margin = row.ranks[0] in (rank, alone)
                if rank != alone and not (is_margin and figure.units == 1):
                    by = max(1, (figure.interval.high - figure.value) // 2)
                    found[Side(rank, by, frozen=alone)] = None
    return list(found)


class Matrix:
    """The rows of a system over the figures that are not known exactly."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.ranks = system.unknown()
        self.columns = {rank: column for column, rank in enumerate(self.ranks)}
        self.values = np.array([system.figures[rank].value for rank in self.ranks], dtype=float)
        starts, index, signs, lows, highs = [0], [], [], [], []
        for row in system.rows:
            total = 0
            kept = []
            for rank, sign in zip(row.ranks, row.signs, strict=True):
                total += sign * system.figures[rank].value
                if rank in self.columns:
                    kept.append((self.columns[rank], sign))
            if not kept:
                continue
            index += [column for column, _sign in kept]
            signs += [sign for _column, sign in kept]
            starts.append(len(index))
            lows.append(-_FAR if row.low is None else row.low - total)
            highs.append(_FAR if row.high is None else row.high - total)
        self.starts = np.array(starts, dtype=np.int32)
        self.index = np.array(index, dtype=np.int32)
        self.signs = np.array(signs, dtype=float)
        self.row_lows = np.array(lows, dtype=float)
        self.row_highs = np.array(highs, dtype=float)

    @property
    def width(self) -> int:
        return len(self.ranks)

    def bounds(self, hidden: Collection[int]) -> tuple[Floats, Floats]:
        """How far each figure could be from what it is, to who sees all but what is hidden."""
        ends = [self._ends(rank, is_hidden=rank in hidden) for rank in self.ranks]
        return np.array([low for low, _high in ends]), np.array([high for _low, high in ends])

    def _ends(self, rank: int, *, is_hidden: bool) -> tuple[float, float]:
        figure = self.system.figures[rank]
        if figure.low is not None and figure.high is not None:
            return figure.low - figure.value, figure.high - figure.value
        if is_hidden or not figure.is_current:
            return figure.floor - figure.value, _FAR
        low, high = told_between(figure.value, self.system.base)
        return low - figure.value, high - figure.value

    def possible(self, movement: Floats, lows: Floats, highs: Floats) -> bool:
        """Whether a movement contradicts nothing, read without the solver."""
        slack = _CLOSE * (1 + np.abs(movement))
        if (movement < lows - slack).any() or (movement > highs + slack).any():
            return False
        if not len(self.row_lows):
            return True
        sums = np.add.reduceat(self.signs * movement[self.index], self.starts[:-1])
        sizes = np.add.reduceat(np.abs(self.signs * movement[self.index]), self.starts[:-1])
        loose = _CLOSE * (1 + sizes)
        return bool(
            (sums >= self.row_lows - loose).all() and (sums <= self.row_highs + loose).all()
        )

    def model(self, columns: int, repeat: int = 1) -> highspy.HighsLp:
        """The rows as HiGHS takes them; `repeat` 2 gives each figure a way up and a way down."""
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = columns, len(self.row_lows)
        model.row_lower_, model.row_upper_ = self.row_lows, self.row_highs
        matrix = model.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = columns, len(self.row_lows)
        if repeat == 1:
            matrix.start_, matrix.index_, matrix.value_ = self.starts, self.index, self.signs
        else:
            matrix.start_ = self.starts * 2
            matrix.index_ = np.stack([self.index, self.index + self.width], axis=1).ravel()
            matrix.value_ = np.stack([self.signs, -self.signs], axis=1).ravel()
        return model


@dataclasses.dataclass(slots=True)
class Proofs:
    """The sides that are not proved yet."""

    matrix: Matrix
    open: dict[Side, None]
    points: list[Floats] = dataclasses.field(default_factory=list)

    def learn(self, movement: Floats, *, keep: bool = False) -> bool:
        """Strike what a movement proves; whether it proved anything."""
        proved = [side for side in self.open if self.proves(movement, side)]
        for side in proved:
            del self.open[side]
        if proved and keep:
            self.points.append(movement)
        return bool(proved)

    def proves(self, movement: Floats, side: Side) -> bool:
        reached = self._at(movement, side.rank)
        if side.frozen is not None and abs(self._at(movement, side.frozen)) > _CLOSE:
            return False
        close = _CLOSE * max(1, abs(side.by))
        return reached >= side.by - close if side.by > 0 else reached <= side.by + close

    def _at(self, movement: Floats, rank: int) -> float:
        column = self.matrix.columns.get(rank)
        return 0.0 if column is None else float(movement[column])


class Attacker:
    """Somebody who sees all but what is hidden, and solves."""

    def __init__(self, matrix: Matrix, hidden: Collection[int]) -> None:
        self.matrix = matrix
        self.solver = quiet_solver()
        self.every = np.arange(matrix.width, dtype=np.int32)
        model = matrix.model(matrix.width)
        self.lows, self.highs = matrix.bounds(hidden)
        model.col_cost_ = np.zeros(matrix.width)
        model.col_lower_, model.col_upper_ = self.lows, self.highs
        model.sense_ = highspy.ObjSense.kMaximize
        self.solver.passModel(model)

    def show(self, hidden: Collection[int]) -> None:
        """Begin again with something else hidden."""
        self.lows, self.highs = self.matrix.bounds(hidden)
        self._bound(self.lows, self.highs)

    def farthest(self, side: Side) -> tuple[Floats, Floats] | None:
        """The movement that goes farthest on a side, up to what it asks, and the prices of ends."""
        column = self.matrix.columns.get(side.rank)
        if column is None:
            return None
        costs = np.zeros(self.matrix.width)
        costs[column] = np.sign(side.by)
        lows, highs = self.lows.copy(), self.highs.copy()
        _cap(lows, highs, column, side.by)
        if side.frozen is not None and side.frozen in self.matrix.columns:
            frozen = self.matrix.columns[side.frozen]
            lows[frozen] = highs[frozen] = 0
        return self._solved(costs, lows, highs)

    def far(self, wanted: Sequence[Side], signs: Sequence[int]) -> Floats | None:
        """A movement that brings as many figures as far as they should go, each in its own sense."""
        costs = np.zeros(self.matrix.width)
        lows, highs = self.lows.copy(), self.highs.copy()
        for side, sign in zip(wanted, signs, strict=True):
            column = self.matrix.columns.get(side.rank)
            if column is not None:
                _cap(lows, highs, column, side.by)
                costs[column] = sign / abs(side.by)
        found = self._solved(costs, lows, highs)
        return None if found is None else found[0]

    def _solved(self, costs: Floats, lows: Floats, highs: Floats) -> tuple[Floats, Floats] | None:
        self.solver.changeColsCost(len(self.every), self.every, costs)
        self._bound(lows, highs)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.solver.getSolution()
        return np.array(solution.col_value), np.array(solution.col_dual)

    def _bound(self, lows: Floats, highs: Floats) -> None:
        self.solver.changeColsBounds(len(self.every), self.every, lows, highs)


def unproved(
    matrix: Matrix,
    hidden: Collection[int],
    wanted: Sequence[Side],
    *,
    tries: int = 12,
    each: bool = True,
) -> tuple[list[Side], list[Floats]]:
    """The sides on which an attacker finds more than they may, and the proofs of the others.

    First many at once, half of them up and half of them down; then, one by one, those that remain, unless
    they are to be taken for found without asking (not `each`).
    """
    proofs = Proofs(matrix, dict.fromkeys(wanted))
    if not proofs.open:
        return [], []
    attacker = Attacker(matrix, hidden)
    lows, highs = attacker.lows.copy(), attacker.highs.copy()

    def learn(movement: Floats | None) -> bool:
        return (
            movement is not None
            and matrix.possible(movement, lows, highs)
            and proofs.learn(movement, keep=True)
        )

    draw = np.random.default_rng(0)
    for number in range(tries):
        plain = {side.rank: side for side in proofs.open if side.frozen is None}
        if len(plain) < 2:
            break
        up = draw.random(len(plain)) < (number % 3 + 1) / 4
        turned = {(side.rank, side.by > 0): side for side in proofs.open if side.frozen is None}
        batch = [
            turned.get((rank, bool(is_up)), side)
            for (rank, side), is_up in zip(plain.items(), up, strict=True)
        ]
        if not learn(attacker.far(batch, [int(np.sign(side.by)) for side in batch])) and number > 3:
            break
    if not each:
        return list(proofs.open), proofs.points
    found = []
    while proofs.open:
        side = next(iter(proofs.open))
        reached = attacker.farthest(side)
        learn(None if reached is None else reached[0])
        if side in proofs.open:
            del proofs.open[side]
            found.append(side)
    return found, proofs.points


def quiet_solver() -> PlainSolver:
    """HiGHS, on one thread, that writes nothing."""
    solver = PlainSolver()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    return solver


def _cap(lows: Floats, highs: Floats, column: int, by: int) -> None:
    """Go no farther than is asked."""
    if by > 0:
        highs[column] = min(highs[column], by)
    else:
        lows[column] = max(lows[column], by)
