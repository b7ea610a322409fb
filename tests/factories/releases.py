"""Released figures, written by the operation: for those who read them, without what computes them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from django.utils import timezone

from federation.releases import operations
from federation.releases.models import PeriodKind, Release
from federation.secrecy.tables import (
    FISCAL,
    TOTAL,
    Dimension,
    Key,
    Mark,
    ProtectedCell,
    ProtectedTable,
)

OCTOBER = datetime.date(2026, 10, 1)
COLLEGES = Dimension("college", {TOTAL: None, "0921234A": TOTAL, "0925678B": TOTAL})
WORDS = {"college": {"0921234A": "Jean-Moulin", "0925678B": "Les Bruyères"}}
SECRET = ProtectedCell(Mark.SECRET, None)


def told(value: int) -> ProtectedCell:
    return ProtectedCell(Mark.TOLD, value)


def make_release(
    indicator: str = "canteen-take-up",
    start: datetime.date = OCTOBER,
    *,
    cells: Mapping[str, Mapping[Key, ProtectedCell]] | None = None,
    dimensions: Sequence[Dimension] = (COLLEGES,),
    words: Mapping[str, Mapping[str, str]] | None = None,
    **named,
) -> Release:
    """A release of the current département: a rate of 61 %, with a collège too small to be told."""
    cells = cells or {
        "numerator": {(TOTAL,): told(610), ("0921234A",): SECRET, ("0925678B",): SECRET},
        "denominator": {(TOTAL,): told(1_000), ("0921234A",): told(960), ("0925678B",): told(40)},
    }
    at = named.pop("at", timezone.now())
    said = {"version": 1, "kind": PeriodKind.MONTH, "revision": 1} | named
    return operations.write_release(
        named=operations.Named(indicator=indicator, start=start, **said),
        tables={
            role: ProtectedTable(f"{indicator}-{role}", dimensions, found)
            for role, found in cells.items()
        },
        rule=FISCAL,
        words=WORDS if words is None else words,
        at=at,
    )
