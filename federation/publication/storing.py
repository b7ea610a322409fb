"""Protected tables, and the cells left out of them, as JSON of the tenant's schema and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from federation.secrecy.tables import (
    Cell,
    Dimension,
    Earlier,
    Key,
    Mark,
    ProtectedCell,
    ProtectedTable,
    Rule,
    Table,
)

Json = dict[str, Any]


def written(tables: Iterable[ProtectedTable]) -> list[Json]:
    """Tables as they may leave. Cells in the order of their keys: the same tables are the same text."""
    return [
        {
            "measure": table.measure,
            "period": table.period,
            "additive": table.additive,
            "base": table.base,
            "dimensions": [
                {"name": one.name, "parents": dict(one.parents)} for one in table.dimensions
            ],
            "cells": [
                [list(key), str(cell.mark), cell.value] for key, cell in sorted(table.cells.items())
            ],
        }
        for table in tables
    ]


def read(found: Iterable[Mapping[str, Any]]) -> list[ProtectedTable]:
    """The tables that `written` wrote."""
    return [
        ProtectedTable(
            measure=one["measure"],
            dimensions=tuple(Dimension(d["name"], d["parents"]) for d in one["dimensions"]),
            cells={
                tuple(key): ProtectedCell(Mark(mark), value) for key, mark, value in one["cells"]
            },
            period=one["period"],
            additive=one["additive"],
            base=one["base"],
        )
        for one in found
    ]


def left_out(counted: Sequence[Table], told: Sequence[ProtectedTable]) -> Json:
    """What was counted in the cells that are not told, by measure."""
    return {
        table.measure: [
            [list(key), cell.value, cell.units, cell.largest]
            for key, cell in sorted(table.cells.items())
            if protected.cells[key].mark is not Mark.TOLD
        ]
        for table, protected in zip(counted, told, strict=True)
    }


def earlier(
    tables: Iterable[Mapping[str, Any]], kept: Mapping[str, Any], rule: Rule
) -> list[Earlier]:
    """What left once, with what was hidden of it: what the next protection has to know."""
    found = []
    for table in read(tables):
        hidden: dict[Key, Cell] = {
            tuple(key): Cell(value, units, largest)
            for key, value, units, largest in kept.get(table.measure, ())
        }
        found.append(Earlier.rebuilt(table, hidden, rule))
    return found
