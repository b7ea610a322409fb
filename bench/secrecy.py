"""Protecting tables of growing size: seconds against cells, and what secondary suppression adds.

Tables are those of a département: collèges × levels × brackets, with every margin, and a threshold of 11. No
limit stands beside them but the attack alone: proving that nothing leaks is the least that must be done.
"""

from __future__ import annotations

import time

import numpy as np

from bench.measures import Row
from federation.secrecy.bounding import Matrix, sides, unproved
from federation.secrecy.margins import completed
from federation.secrecy.protecting import protect
from federation.secrecy.system import built
from federation.secrecy.tables import FISCAL, TOTAL, Cell, Dimension, Mark, Table

SIZES = ((5, 4, 4), (15, 5, 8), (40, 5, 8), (100, 5, 8))  # collèges, levels, brackets
PUPILS = 54_000
WITHIN_SECONDS = 60


def table_of(schools: int, levels: int, brackets: int, *, seed: int = 92) -> Table:
    """Pupils of a département's collèges, as brackets differ from one to the next."""
    draw = np.random.default_rng(seed)
    mean = PUPILS / (100 * 5 * 8)
    shares = draw.dirichlet(np.ones(brackets) * 2, schools) * brackets
    names = (("college", schools), ("level", levels), ("bracket", brackets))
    dimensions = [
        Dimension(name, {TOTAL: None, **{f"{name}{rank}": TOTAL for rank in range(count)}})
        for name, count in names
    ]
    cells = {}
    for school in range(schools):
        counts = draw.poisson(mean * shares[school], (levels, brackets))
        for level, bracket in np.argwhere(counts):
            count = int(counts[level, bracket])
            key = (f"college{school}", f"level{level}", f"bracket{bracket}")
            cells[key] = Cell(count, count)
    return completed(Table("pupils", dimensions, cells, FISCAL))


def run(scale: float) -> list[Row]:
    """The sizes that a scale allows: one département's largest table at 1."""
    rows = []
    for size in SIZES:
        if size[0] > max(5, 100 * scale):
            break
        table = table_of(*size)
        start = time.perf_counter()
        answer = protect([table])
        took = time.perf_counter() - start
        matrix = Matrix(built([table], periods={}))
        hidden = {
            rank
            for rank in matrix.ranks
            if answer.mark(matrix.system.figures[rank].place) is not Mark.TOLD
        }
        start = time.perf_counter()
        unproved(matrix, hidden, sides(matrix.system))
        attack = time.perf_counter() - start
        marks = [line.mark for line in answer.journal]
        print(
            f"{len(table.cells)} cells: {len(marks) - marks.count(Mark.SECONDARY)} primary,"
            f" {marks.count(Mark.SECONDARY)} secondary, {took:.1f} s"
        )
        rows.append(
            Row(
                f"{len(table.cells):,} cells protected",
                f"{took:.1f} s, of which {attack:.1f} s would prove it alone (× {took / attack:.1f})",
                f"≤ {WITHIN_SECONDS} s",
                holds=took <= WITHIN_SECONDS,
            )
        )
    return rows
