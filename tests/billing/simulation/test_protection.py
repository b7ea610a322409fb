"""What is told of a table of pupils says nothing of ten of them, even by subtraction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.simulation.protection import (
    FEWEST,
    hidden_rows,
    is_small,
    merged_ranks,
    merged_runs,
    shared_extreme,
)

counts = st.lists(st.integers(0, 40), min_size=1, max_size=12)
tables = st.integers(1, 8).flatmap(
    lambda rows: st.lists(
        st.tuples(*[st.one_of(st.integers(0, 14), st.integers(0, 300))] * 3),
        min_size=rows,
        max_size=rows,
    )
)


@given(counts)
def test_neighbours_are_put_together_until_they_are_enough(sizes: list[int]) -> None:
    runs = merged_runs(sizes)

    assert [rank for run in runs for rank in run] == list(range(len(sizes)))
    told = [sum(sizes[rank] for rank in run) for run in runs]
    if sum(sizes) >= FEWEST:
        assert not any(is_small(size) for size in told)
    else:
        assert sum(is_small(size) for size in told) <= 1


def test_a_group_large_enough_stays_by_itself() -> None:
    assert merged_runs([11, 4, 30, 0, 12, 3]) == [range(1), range(1, 3), range(3, 4), range(4, 6)]
    assert merged_ranks([11, 4, 30, 2, 0]) == [0, 1, 3]
    assert merged_ranks([40, 6, 30, 5]) == [1, 3]
    assert merged_ranks([40, 0, 30]) == []


@given(counts)
def test_others_are_enough_or_nobody_and_so_is_each_group_told(sizes: list[int]) -> None:
    together = merged_ranks(sizes)

    told = [size for rank, size in enumerate(sizes) if rank not in together]
    others = sum(sizes[rank] for rank in together)
    assert not any(is_small(size) for size in told)
    assert not is_small(others) or sum(sizes) < FEWEST


@given(tables)
def test_no_part_that_is_hidden_can_be_found(rows: list[tuple[int, int, int]]) -> None:
    cells = np.array(rows, dtype=np.int64)
    sums = [*cells.sum(axis=0), *cells.sum(axis=1)]
    assume(not any(is_small(int(total)) for total in sums))

    hidden = sorted(hidden_rows(cells))

    for rank, row in enumerate(rows):
        assert rank in hidden or not any(is_small(count) for count in row)
    # What one knows: the size of each hidden row, and the sum of each column over them.
    kept = cells[hidden] if hidden else np.zeros((0, 3), dtype=np.int64)
    whole = int(kept.sum())
    for row in kept:
        for column, count in enumerate(row.tolist()):
            if is_small(count):
                lowest = max(0, int(row.sum()) + int(kept[:, column].sum()) - whole)
                highest = min(int(row.sum()), int(kept[:, column].sum()))
                assert lowest < highest
                assert int(kept[:, column].sum()) >= FEWEST


def test_a_table_without_small_parts_hides_nothing() -> None:
    assert hidden_rows(np.array([[11, 0, 30], [400, 12, 11]])) == set()


def test_one_small_part_hides_its_row_and_another() -> None:
    # The first row alone would be found from the totals.
    assert hidden_rows(np.array([[3, 20, 0], [40, 20, 0], [500, 20, 11]])) == {0, 1}


def test_a_small_total_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="enough pupils"):
        hidden_rows(np.array([[3, 20, 0], [0, 20, 0]]))


def test_the_largest_value_told_is_one_that_enough_reach() -> None:
    assert shared_extreme(np.array([500, *[30] * 10, *[20] * 40])) == 30
    assert shared_extreme(np.array([500] * 10)) is None
    assert shared_extreme(np.arange(11)) == 0
