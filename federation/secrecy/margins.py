"""Margins: each cell with those it is made of, and a table completed with them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from federation.secrecy.errors import TableInconsistent
from federation.secrecy.tables import TOTAL, Cell, Key, Table


def families(table: Table) -> dict[tuple[int, Key], list[Key]]:
    """Each cell that is a margin, by the rank of the dimension it sums over, with the cells it sums.

    Cells of nobody are not there, and need not be.
    """
    found: dict[tuple[int, Key], list[Key]] = {}
    for key in table.cells:
        for rank, code in enumerate(key):
            parent = table.dimensions[rank].parents.get(code)
            if parent is not None:
                found.setdefault((rank, _with(key, rank, parent)), []).append(key)
    return found


def check(table: Table) -> None:
    """
    Refuse a table that does not hold together.

    :raises TableInconsistent: if a code is unknown, a value or a number of units cannot be, or a margin
        is not the sum of its parts
    """
    for dimension in table.dimensions:
        _check_codes(dimension.parents, dimension.name)
    for key, cell in table.cells.items():
        if len(key) != len(table.dimensions) or any(
            code not in one.parents for one, code in zip(table.dimensions, key, strict=True)
        ):
            raise TableInconsistent(reason="CODE", measure=table.measure, key=key)
        nobody = cell.units == 0 and (cell.value != 0 or bool(cell.largest))
        if cell.value < 0 or cell.units < 0 or nobody or (cell.largest or 0) > cell.value:
            raise TableInconsistent(reason="CELL", measure=table.measure, key=key)
    sums = families(table)
    wholes = [set(dimension.parents.values()) for dimension in table.dimensions]
    for (rank, whole), parts in sums.items():
        if _value(table, whole) != sum(table.cells[part].value for part in parts):
            name = table.dimensions[rank].name
            raise TableInconsistent(
                reason="MARGIN", measure=table.measure, key=whole, dimension=name
            )
    for key, cell in table.cells.items():
        for rank, dimension in enumerate(table.dimensions):
            if key[rank] in wholes[rank] and cell.value and (rank, key) not in sums:
                raise TableInconsistent(
                    reason="MARGIN", measure=table.measure, key=key, dimension=dimension.name
                )


def completed(table: Table) -> Table:
    """The table with the margins it lacks: values and units summed, the largest unit the largest of them.

    A unit that stands in several cells (a household with children in two collèges) counts in each: then
    give margins counted by whoever knows the units.
    """
    cells = dict(table.cells)
    for rank, dimension in enumerate(table.dimensions):
        for parent in _lowest_first(dimension.parents):
            children = {code for code, above in dimension.parents.items() if above == parent}
            summed: dict[Key, list[Cell]] = {}
            for key, cell in cells.items():
                if key[rank] in children:
                    summed.setdefault(_with(key, rank, parent), []).append(cell)
            for key, parts in summed.items():
                cells.setdefault(key, _sum(parts))
    return dataclasses.replace(table, cells=cells)


def _sum(parts: Iterable[Cell]) -> Cell:
    parts = list(parts)
    largest = [part.largest for part in parts if part.largest is not None]
    return Cell(
        value=sum(part.value for part in parts),
        units=sum(part.units for part in parts),
        largest=max(largest, default=None),
    )


def _lowest_first(parents: Mapping[str, str | None]) -> list[str]:
    """The codes that others name as their parent, each after those below it."""

    def depth(code: str) -> int:
        above = parents[code]
        return 0 if above is None else 1 + depth(above)

    wholes = {above for above in parents.values() if above is not None}
    return sorted(wholes, key=lambda code: (-depth(code), code))


def _check_codes(parents: Mapping[str, str | None], name: str) -> None:
    """Each code leads to TOTAL, in as many steps as there are codes at most."""
    for code in parents:
        above: str | None = code
        for _step in parents:
            if above is None or above == TOTAL:
                break
            above = parents.get(above)
        if above != TOTAL or (code == TOTAL) != (parents[code] is None):
            raise TableInconsistent(reason="HIERARCHY", dimension=name, code=code)


def _value(table: Table, key: Key) -> int:
    found = table.cells.get(key)
    return 0 if found is None else found.value


def _with(key: Key, rank: int, code: str) -> Key:
    return (*key[:rank], code, *key[rank + 1 :])
