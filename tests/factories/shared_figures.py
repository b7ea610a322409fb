"""Released figures of several départements, without their registers: what the observatory reads."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils import timezone

from federation.metrics import catalogue
from federation.releases import operations
from federation.releases.models import PeriodKind, Release
from federation.secrecy.tables import TOTAL, Dimension, Mark, ProtectedCell, ProtectedTable
from tenants.registry import contexts


def _cell(value: int | None) -> ProtectedCell:
    return ProtectedCell(Mark.TOLD if value is not None else Mark.SECRET, value)


def release_total(
    schema: str,
    indicator: str,
    month: datetime.date,
    numerator: int | None,
    denominator: int | None,
    *,
    revision: int = 1,
) -> Release:
    """Release the total of an indicator for a month, as a département; None is secret."""
    found = catalogue.indicator(indicator)
    dimensions = [Dimension(name, {TOTAL: None}) for name in found.dimensions]
    key = (TOTAL,) * len(dimensions)
    measures = [("numerator", numerator)]
    if found.denominator:
        measures.append(("denominator", denominator))
    with contexts.tenant(schema):
        return operations.write_release(
            named=operations.Named(
                indicator, found.version, PeriodKind(found.grain.value), month, revision
            ),
            tables={
                role: ProtectedTable(role, dimensions, {key: _cell(value)})
                for role, value in measures
            },
            rule=found.rule,
            at=timezone.now(),
        )


def release_months(
    schema: str, indicator: str, months: Sequence[datetime.date], numerators: Sequence[int | None],
    denominator: int = 20_000,
) -> None:  # fmt: skip
    """Release some months of an indicator, one numerator each."""
    for month, numerator in zip(months, numerators, strict=True):
        release_total(schema, indicator, month, numerator, denominator)
