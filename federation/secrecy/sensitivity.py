"""Which cells may not be told, and how closely nobody may find them: the interval of a sensitive cell.

- A count of fewer people than the threshold: whoever reads must be able to believe 1 as well as the
  threshold itself. They do not even learn that there are too few.
- An amount of too few units: from half of it to half as much again, and the threshold more at least.
- A dominated amount: a fifth below to a fifth above, and at least as far as what would make the dominance
  rule hold (at 85 %, 17.6 % above), so that the second unit does not find the first one's.
"""

from __future__ import annotations

import dataclasses

from federation.secrecy.tables import Cell, Mark, Rule

_ALL_BP = 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """What an attacker's bounds must hold at least, ends included."""

    low: int
    high: int


def reason(cell: Cell, rule: Rule) -> Mark | None:
    """Why a cell is sensitive. None if it may be told by itself."""
    if cell.units == 0:
        return None
    if cell.units < rule.threshold:
        return Mark.TOO_FEW
    if rule.dominance_bp is None or cell.largest is None:
        return None
    return Mark.DOMINATED if cell.largest * _ALL_BP > rule.dominance_bp * cell.value else None


def interval(cell: Cell, rule: Rule) -> Interval | None:
    """The interval that protects a cell. None if it is not sensitive."""
    mark, floor = reason(cell, rule), min(1, cell.value)
    if mark is None:
        return None
    if mark is Mark.TOO_FEW and cell.value == cell.units:
        return Interval(floor, max(rule.threshold, cell.value + 1))
    if mark is Mark.TOO_FEW:
        half = _part(cell.value, 2)
        return Interval(max(floor, cell.value - half), cell.value + max(half, rule.threshold))
    assert rule.dominance_bp is not None
    assert cell.largest is not None
    fifth = _part(cell.value, 5)
    until_held = -(-cell.largest * _ALL_BP // rule.dominance_bp) - cell.value
    return Interval(max(floor, cell.value - fifth), cell.value + max(fifth, until_held, 1))


def _part(value: int, divisor: int) -> int:
    """A part of a value, rounded up."""
    return -(-value // divisor)
