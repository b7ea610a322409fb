"""Small tables drawn at random, whose every possible completion is listed: no cell is found by anybody."""

import itertools
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.secrecy import sensitivity
from federation.secrecy.bounding import Matrix, sides, unproved
from federation.secrecy.margins import completed
from federation.secrecy.protecting import protect
from federation.secrecy.system import built
from federation.secrecy.tables import TOTAL, Cell, Dimension, Mark, Rule, Table
from tests.attacker import bounding, knowledge, released
from tests.federation.secrecy.releasing import served

RULE = Rule(threshold=3, dominance_bp=None)
SIDES = (
    Dimension("row", {TOTAL: None, "r0": TOTAL, "r1": TOTAL}),
    Dimension("column", {TOTAL: None, "c0": TOTAL, "c1": TOTAL}),
)
LEAVES = tuple(itertools.product(("r0", "r1"), ("c0", "c1")))
MOST = 16


def _table(counts) -> Table:
    cells = {leaf: Cell(count, count) for leaf, count in zip(LEAVES, counts, strict=True) if count}
    return completed(Table("pupils", SIDES, cells, RULE))


counted = st.lists(st.integers(0, 9), min_size=4, max_size=4).filter(any)
drawn = settings(max_examples=40, derandomize=True, deadline=None, database=None)


def _is_under(leaf, key) -> bool:
    return all(code in (TOTAL, own) for own, code in zip(leaf, key, strict=True))


# Each cell, by the ranks of the leaves that it is the sum of.
UNDER = {
    key: [rank for rank, leaf in enumerate(LEAVES) if _is_under(leaf, key)]
    for key in itertools.product((TOTAL, "r0", "r1"), (TOTAL, "c0", "c1"))
}


def _sum(counts, key) -> int:
    return sum(counts[rank] for rank in UNDER[key])


def _possible(answer, table):
    """The leaves of every table of whole numbers that agrees with what is told."""
    cells = answer.tables[0].cells.items()
    told = [(key, cell.value) for key, cell in cells if cell.value is not None]
    ends = [range(1, MOST) if leaf in table.cells else range(1) for leaf in LEAVES]
    for counts in itertools.product(*ends):
        if all(_sum(counts, key) == value for key, value in told):
            yield counts


@drawn
@given(counted)
def test_every_small_cell_could_be_one_or_at_the_threshold(counts):
    table = _table(counts)

    answer = protect([table])

    possible = list(_possible(answer, table))
    for key, cell in table.cells.items():
        held = sensitivity.interval(cell, RULE)
        if held is not None:
            values = {_sum(counts, key) for counts in possible}
            least = sum(LEAVES[rank] in table.cells for rank in UNDER[key])
            assert min(values) <= max(held.low, least)
            assert max(values) >= held.high


@drawn
@given(counted)
def test_the_engine_and_the_attacker_agree(counts):
    """The same bounds, by two programs that share no line."""
    table = _table(counts)
    matrix = Matrix(built([table], periods={}))
    answer = protect([table])
    hidden = {
        rank
        for rank in matrix.ranks
        if answer.mark(matrix.system.figures[rank].place) is not Mark.TOLD
    }
    known = knowledge.of(_files(answer))
    found = bounding.bounded(known)

    assert unproved(matrix, hidden, sides(matrix.system))[0] == []
    for rank in matrix.system.sensitive():
        figure = matrix.system.figures[rank]
        name = ("d92", "pupils", "", figure.place.codes, 1)
        assert not found[name].closer_than(figure.interval.low, figure.interval.high)


def _files(answer) -> released.Files:
    return released.read(json.dumps({"releases": [served("d92", answer.tables[0], 1)]}))


@drawn
@given(st.lists(st.integers(3, 30), min_size=4, max_size=4))
def test_nothing_is_left_out_where_every_cell_may_be_told(counts):
    assert protect([_table(counts)]).journal == []


@drawn
@given(counted)
def test_what_is_told_is_what_was_counted(counts):
    table = _table(counts)

    for key, cell in protect([table]).tables[0].cells.items():
        assert cell.value in (None, table.cells[key].value)
        assert (cell.mark is Mark.SECRET) == (cell.value is None)
        assert cell.mark in (Mark.TOLD, Mark.SECRET)


@drawn
@given(counted)
def test_a_higher_threshold_never_tells_a_cell_that_was_primary(counts):
    table = _table(counts)
    higher = Table(table.measure, SIDES, table.cells, Rule(6, dominance_bp=None))

    few = {line.place for line in protect([table]).journal if line.mark is Mark.TOO_FEW}

    assert few <= {line.place for line in protect([higher]).journal if line.mark is Mark.TOO_FEW}
