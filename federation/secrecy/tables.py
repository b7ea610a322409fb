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
class Place:
    """What a figure is of: a measure, a period, and the codes that are not `TOTAL`, by dimension.

    Cells of two tables, or of two releases, that are of one place are one figure.
    """

    measure: str
    period: str
    codes: frozenset[tuple[str, str]]


def place(measure: str, period: str, dimensions: Sequence[Dimension], key: Key) -> Place:
    """The place of a cell."""
    pairs = ((one.name, code) for one, code in zip(dimensions, key, strict=True))
    return Place(measure, period, frozenset((name, code) for name, code in pairs if code != TOTAL))


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """The cells of a measure in a period. A combination that is not there is of nobody: zero, and told.

    Margins are there too (`margins.completed` adds them). `period` is a name (`2026-03`); the periods
    that make up another are said to `protect`. A measure that counts distinct people over its periods
    (a visitor of March may be one of April) is not `additive`: a year is then at most the sum of its
    months, and at least the greatest of them.
    """

    measure: str
    dimensions: Sequence[Dimension]
    cells: Mapping[Key, Cell]
    rule: Rule
    period: str = ""
    additive: bool = True

    def place(self, key: Key) -> Place:
        """The place of one of its cells."""
        return place(self.measure, self.period, self.dimensions, key)


class Mark(enum.StrEnum):
    """What became of a cell. `TOLD` and `SECRET` leave; the others say why, in the journal of the tenant.

    Why a cell is left out is not told outside: that a cell is a secondary one says that it is at least
    the threshold, and its neighbour in the row is then found closer than it may be.
    """

    TOLD = "TOLD"
    SECRET = "SECRET"  # noqa: S105  left out, for a reason that is not told
    TOO_FEW = "TOO_FEW"  # primary: fewer units than the threshold
    DOMINATED = "DOMINATED"  # primary: one unit holds nearly all
    SECONDARY = "SECONDARY"  # left out so that another is not found by subtracting


@dataclasses.dataclass(frozen=True, slots=True)
class ProtectedCell:
    """A cell as it may leave: TOLD with its value (rounded where that was chosen), or SECRET without.

    How many units it is of is not told: that is another measure, to be protected as a table.
    """

    mark: Mark
    value: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class ProtectedTable:
    """A table as it may leave: every cell of it TOLD or SECRET. `base` is what values are rounded to."""

    measure: str
    dimensions: Sequence[Dimension]
    cells: Mapping[Key, ProtectedCell]
    period: str = ""
    additive: bool = True
    base: int = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Earlier:
    """A release that left: what it counted, which stays with the tenant, and what it told.

    Of `table`, values of every cell and units of those left out are looked at: what a tenant keeps of a
    release is what it told, and the `Cell` of what it did not (`Earlier.rebuilt`).
    """

    table: Table
    told: ProtectedTable

    @classmethod
    def rebuilt(cls, told: ProtectedTable, left_out: Mapping[Key, Cell], rule: Rule) -> Earlier:
        """From what was told (not rounded) and the cells that were left out of it."""
        cells = {
            key: left_out[key] if cell.value is None else Cell(cell.value, cell.value)
            for key, cell in told.cells.items()
        }
        return cls(
            Table(told.measure, told.dimensions, cells, rule, told.period, told.additive), told
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Ratio:
    """Two measures of the same places, of which the first is never more than the second."""

    numerator: str
    denominator: str


@dataclasses.dataclass(frozen=True, slots=True)
class Suppression:
    """A line of the journal: a cell left out, why, and for a secondary one, the cells it protects."""

    place: Place
    mark: Mark  # TOO_FEW, DOMINATED or SECONDARY
    protects: Sequence[Place] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Protection:
    """What may leave, in the order that tables were given, and why the rest may not.

    `journal` holds no value. `known` are sensitive cells that what left earlier already tells: they are
    left out all the same, and nothing can protect them any more.
    """

    tables: Sequence[ProtectedTable]
    journal: Sequence[Suppression]
    known: Sequence[Place] = ()

    def mark(self, place: Place) -> Mark:
        """TOLD, or why a cell is left out."""
        return next((line.mark for line in self.journal if line.place == place), Mark.TOLD)
