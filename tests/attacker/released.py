"""Released files, as they are served: JSON, a release for each table that a département published.

    {"periods": {"2026": ["2026-01", …]}, "parts": [["with_reduction", "pupils"]],
     "releases": [{"published_by": "d92", "measure": "pupils", "period": "2026-01", "revision": 1,
                   "additive": true, "base": 1, "dimensions": {"college": {"TOTAL": null, "A": "TOTAL"}},
                   "figures": [{"codes": {"college": "A"}, "value": null}]}]}

A figure without a value was left out. What a table does not list is of nobody.
"""

from __future__ import annotations

import dataclasses
import json

TOTAL = "TOTAL"
Codes = frozenset[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Release:
    """A table as it was told."""

    published_by: str
    measure: str
    period: str
    revision: int
    dimensions: dict[str, dict[str, str | None]]
    figures: dict[Codes, int | None]
    additive: bool = True
    base: int = 1


@dataclasses.dataclass(frozen=True)
class Files:
    """All that is public, in the order in which it was published."""

    releases: list[Release]
    periods: dict[str, list[str]]
    parts: list[tuple[str, str]]


def read(text: str) -> Files:
    """What a file says."""
    said = json.loads(text)
    return Files(
        releases=[
            Release(
                published_by=one["published_by"],
                measure=one["measure"],
                period=one["period"],
                revision=one["revision"],
                dimensions=one["dimensions"],
                figures={codes_of(each["codes"]): each["value"] for each in one["figures"]},
                additive=one.get("additive", True),
                base=one.get("base", 1),
            )
            for one in said["releases"]
        ],
        periods=said.get("periods", {}),
        parts=[(part, whole) for part, whole in said.get("parts", [])],
    )


def codes_of(codes: dict[str, str]) -> Codes:
    """The codes of a figure; that of everybody goes without saying."""
    return frozenset((name, code) for name, code in codes.items() if code != TOTAL)
