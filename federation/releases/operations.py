"""Writing a release, in the name of the département that does it: whole, protected, once."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from commons.tenancy import current_schema, require_tenant
from federation.releases.models import Figure, PeriodKind, Release
from federation.secrecy.tables import Mark, ProtectedCell, ProtectedTable, Rule

FIGURES_AT_ONCE = 2_000
LEAVING = (Mark.TOLD, Mark.SECRET)


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """What a release is of: an indicator by its definition's version, a period, and which revision."""

    indicator: str
    version: int
    kind: PeriodKind
    start: datetime.date
    revision: int = 1


@transaction.atomic
def write_release(
    *,
    named: Named,
    tables: Mapping[str, ProtectedTable],
    rule: Rule,
    words: Mapping[str, Mapping[str, str]] | None = None,
    at: datetime.datetime,
) -> Release:
    """
    Release the figures of an indicator for a period, as the current département.

    `tables` go by their role (`numerator`, `denominator`), and have the same dimensions. Only marks and
    what is told are written: a cell that bears a value though it is not told is refused here first.

    :raises ValueError: if a cell that is not told bears a value, or tables differ in their dimensions
    """
    require_tenant()
    figures = [
        (role, key, cell)
        for role, table in tables.items()
        for key, cell in sorted(table.cells.items())
    ]
    dimensions = next(iter(tables.values())).dimensions
    _refuse_what_is_not_protected(tables.values(), (cell for _role, _key, cell in figures))
    release = Release.objects.create(
        published_by=current_schema(),
        indicator=named.indicator,
        indicator_version=named.version,
        period_kind=named.kind,
        period_start=named.start,
        revision=named.revision,
        published_at=at,
        manifest=_manifest(tables, figures, rule, words or {}),
    )
    names = [dimension.name for dimension in dimensions]
    Figure.objects.bulk_create(
        (
            Figure(
                release=release,
                measure=role,
                codes=dict(zip(names, key, strict=True)),
                value=cell.value,
                mark=cell.mark,
            )
            for role, key, cell in figures
        ),
        batch_size=FIGURES_AT_ONCE,
    )
    return release


def _refuse_what_is_not_protected(
    tables: Collection[ProtectedTable], cells: Iterable[ProtectedCell]
) -> None:
    for cell in cells:
        if cell.mark not in LEAVING or (cell.mark is Mark.TOLD) != (cell.value is not None):
            raise ValueError("a cell leaves told, with its value, or secret, without")
    first, *others = [list(table.dimensions) for table in tables]
    if any(one != first for one in others):
        raise ValueError("the measures of an indicator have the same dimensions")


def _manifest(
    tables: Mapping[str, ProtectedTable],
    figures: Sequence[tuple[str, tuple[str, ...], ProtectedCell]],
    rule: Rule,
    words: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """What the figures do not say, with their digest: who reads them again knows that none is missing."""
    lines = json.dumps(
        [[role, *key, cell.mark, cell.value] for role, key, cell in figures],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return {
        "dimensions": [
            {
                "name": dimension.name,
                "parents": dict(dimension.parents),
                "words": dict(words.get(dimension.name, {})),
            }
            for dimension in next(iter(tables.values())).dimensions
        ],
        "measures": [
            {"name": role, "of": table.measure, "base": table.base, "additive": table.additive}
            for role, table in tables.items()
        ],
        "rule": {"threshold": rule.threshold, "dominance_bp": rule.dominance_bp},
        "marks": dict(Counter(str(cell.mark) for _role, _key, cell in figures)),
        "figures": len(figures),
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }
