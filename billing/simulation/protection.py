"""Statistical secrecy: what may be told of a table of pupils. Pure functions.

No figure is told of fewer than `FEWEST` pupils, and none can be found by subtracting what is told from
a total that is told too. Three moves, from the mildest:

- small groups are *merged* with others (`merged_ranks`, `merged_runs`), so that all that is left are big;
- a group whose breakdown has a small part keeps its size and *hides its breakdown* (`hidden_rows`), with
  one or several others, so that what is hidden in each column is nothing, or at least `FEWEST`;
- a largest value is the largest that `FEWEST` reach (`shared_extreme`), never that of one pupil.

A part of nobody is told: that all of a group pay more is said by the rule, not by the pupils.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from billing.tariffs.batch import IntArray

FEWEST = 11


def is_small(count: int, *, fewest: int = FEWEST) -> bool:
    """Whether a number of pupils, or of whom `fewest` is said of, may not be told."""
    return 0 < count < fewest


def merged_runs(counts: Sequence[int]) -> list[range]:
    """Ranks of neighbours put together, in order, each run of nobody or of enough pupils.

    What is left at the end joins what stands before it. A single run of too few is returned when there
    are too few in all: the caller tells nothing of it (`is_small`).
    """
    runs: list[range] = []
    start, so_far = 0, 0
    for rank, count in enumerate(counts):
        so_far += count
        if not is_small(so_far):
            runs.append(range(start, rank + 1))
            start, so_far = rank + 1, 0
    while is_small(so_far) and runs:
        last = runs.pop()
        start, so_far = last.start, so_far + sum(counts[last.start : last.stop])
    if so_far:
        runs.append(range(start, len(counts)))
    return runs


def merged_ranks(counts: Sequence[int], *, fewest: int = FEWEST) -> list[int]:
    """The ranks of the groups to put together as "others", so that no group told is small.

    The small groups; and the smallest of the big ones too, when the small ones are too few together.
    """
    small = [rank for rank, count in enumerate(counts) if is_small(count, fewest=fewest)]
    together = sum(counts[rank] for rank in small)
    others = sorted(
        (rank for rank, count in enumerate(counts) if count >= fewest),
        key=lambda rank: counts[rank],
    )
    for rank in others:
        if not is_small(together, fewest=fewest):
            break
        small.append(rank)
        together += counts[rank]
    return sorted(small)


def hidden_rows(cells: IntArray) -> set[int]:
    """The rows whose parts must not be told, while each row's size and the total of each column are.

    `cells` counts pupils by group and part; every row and column adds up to nobody or to enough
    pupils. The rows returned are none, or at least two, and in each column they add up to nobody or
    to enough: as the sizes of rows and sums of columns are all that is known of them, no part of a
    row can then be found (its bounds are those of Fréchet, and never meet on a small number).

    :raises ValueError: if the sum of a row or of a column is itself too small to be told
    """
    sums = [*cells.sum(axis=0).tolist(), *cells.sum(axis=1).tolist()]
    if any(is_small(count) for count in sums):
        raise ValueError("a sum must be of nobody, or of enough pupils")
    is_unsafe = ((cells > 0) & (cells < FEWEST)).any(axis=1)
    hidden = set(np.flatnonzero(is_unsafe).tolist())
    sizes = cells.sum(axis=1)
    others = [rank for rank in np.argsort(sizes, kind="stable").tolist() if sizes[rank]]
    for rank in others:
        if not hidden or _hides_enough(cells, hidden):
            break
        hidden.add(rank)
    return hidden


def _hides_enough(cells: IntArray, hidden: set[int]) -> bool:
    sums = cells[sorted(hidden)].sum(axis=0)
    return len(hidden) > 1 and not ((sums > 0) & (sums < FEWEST)).any()


def shared_extreme(values: IntArray) -> int | None:
    """The largest value that enough pupils reach or pass; None when there are too few of them."""
    if len(values) < FEWEST:
        return None
    return int(np.partition(values, len(values) - FEWEST)[len(values) - FEWEST])
