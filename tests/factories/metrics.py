"""Figures of an indicator for tests, as a hand writes them."""

from __future__ import annotations

import datetime

from federation.metrics import queries
from federation.metrics.catalogue import Kind, indicator
from federation.secrecy import margins
from federation.secrecy.tables import TOTAL, Table

OCTOBER = datetime.date(2024, 10, 1)
SEPTEMBER = datetime.date(2024, 9, 1)


def figures(code: str, day: datetime.date = OCTOBER) -> dict[str, tuple[int, ...]]:
    """Each cell by its codes ("0920001A 6E"): its numerator, and its denominator unless it counts alone."""
    found = parts(code, day)
    if indicator(code).kind is Kind.COUNT:
        return {key: (value,) for key, (value, _units) in found["numerator"].items()}
    keys = found["numerator"] | found["denominator"]
    return {
        key: (
            found["numerator"].get(key, (0, 0))[0],
            found["denominator"].get(key, (0, 0))[0],
        )
        for key in keys
    }


def units(code: str, day: datetime.date = OCTOBER) -> dict[str, tuple[int, ...]]:
    """Each cell by its codes: how many distinct contributors its numerator and its denominator have."""
    found = parts(code, day)
    measures = ["numerator"] if indicator(code).kind is Kind.COUNT else ["numerator", "denominator"]
    keys = {key for measure in measures for key in found[measure]}
    return {key: tuple(found[one].get(key, (0, 0))[1] for one in measures) for key in keys}


def parts(code: str, day: datetime.date = OCTOBER) -> dict[str, dict[str, tuple[int, int]]]:
    """The value and the units of each cell of each measure, protected by nothing."""
    wanted = indicator(code)
    tables = queries.compute(wanted, wanted.grain.period(day))
    for table in tables:
        check(table)
    return {
        role: {" ".join(key): (cell.value, cell.units) for key, cell in table.cells.items()}
        for role, table in queries.by_role(wanted, tables).items()
    }


def check(table: Table) -> None:
    """Every margin is the sum of its parts and is there, and nobody holds more than there is."""
    margins.check(table)
    assert all(cell.units for cell in table.cells.values())
    assert not table.cells or (TOTAL,) * len(table.dimensions) in table.cells
