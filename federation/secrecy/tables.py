"""A table to protect: its dimensions, its cells, and the rule of secrecy that holds for what it counts.

A table counts one *measure* (pupils, cents, visits) in every combination of the codes of its dimensions,
margins included: a margin is the code `TOTAL`, or any code that others name as their parent. Cells of the
same measure and the same key, in two tables or two releases, are the same figure.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence

TOTAL = "TOTAL"


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """The rule of a sensitivity: a cell of fewer than `threshold` units, or in which one unit holds more
    than `dominance_bp` ten-thousandths, may not be told. A cell of nobody may.

    Thresholds: 11 for what comes from taxes or the CAF, 3 for partners (INSEE, guide du secret statistique).
    """

    threshold: int
    dominance_bp: int | None = 8_500


FISCAL = Rule(threshold=11)
PERSONS = Rule(threshold=5, dominance_bp=None)
PARTNERS = Rule(threshold=3)
OPEN = Rule(threshold=0, dominance_bp=None)


@dataclasses.dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension: each code with its parent. `TOTAL` is the only code whose parent is None."""

    name: str
    parents: Mapping[str, str | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """What is counted for a combination of codes: `value` in the measure's unit, from `units` distinct
    units (pupils, households, partners), the largest of which holds `largest` of the value."""

    value: int
    units: int
    largest: int | None = None


Key = tuple[str, ...]  # a code for each dimension, in their order


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """The cells of a measure. A combination that is not there is of nobody: zero, and told."""

    measure: str
    dimensions: Sequence[Dimension]
    cells: Mapping[Key, Cell]
    rule: Rule


class Mark(enum.StrEnum):
    """What became of a cell."""

    TOLD = "TOLD"
    TOO_FEW = "TOO_FEW"  # primary: fewer units than the threshold
    DOMINATED = "DOMINATED"  # primary: one unit holds nearly all
    SECONDARY = "SECONDARY"  # left out so that another is not found by subtracting


@dataclasses.dataclass(frozen=True, slots=True)
class ProtectedCell:
    """A cell as it may leave: without its value, and without its units, unless it is told."""

    mark: Mark
    value: int | None
    units: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A table as it may leave: its measure and dimensions with every cell marked."""

    measure: str
    dimensions: Sequence[Dimension]
    cells: Mapping[Key, ProtectedCell]
