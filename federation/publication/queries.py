"""Reading what a département prepared, published and held back, and why cells were left out."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, QuerySet

from federation.metrics import catalogue
from federation.metrics import queries as metrics
from federation.metrics.catalogue import Grain, Indicator
from federation.publication import storing
from federation.publication.models import Publication, State, Suppression
from federation.releases.models import PeriodKind
from federation.secrecy.tables import (
    TOTAL,
    Key,
    Mark,
    ProtectedCell,
    ProtectedTable,
    place,
)

SHOWN_ROWS = 400


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A combination of codes of what is published, in words: each measure's cell, and why it is hidden."""

    key: Key
    words: Sequence[str]
    cells: Sequence[ProtectedCell]
    whys: Sequence[str]  # of each cell: a `Why`, or nothing


@dataclasses.dataclass(frozen=True, slots=True)
class Looked:
    """A publication as it is looked at before it leaves."""

    publication: Publication
    indicator: Indicator
    dimensions: Sequence[str]
    measures: Sequence[str]
    lines: Sequence[Line]
    more: int  # lines that are not shown
    told: int
    hidden: Mapping[str, int]  # `Why` → how many cells


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """An indicator in a period: what is prepared or decided of it, if anything is."""

    indicator: Indicator
    publication: Publication | None
    hidden: int


def period_of(kind: str, start: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first day of a period, and the day after its last."""
    period = Grain(kind).period(start)
    assert period.end is not None
    return period.start, period.end


def publications() -> QuerySet[Publication]:
    """Everything that was prepared, the latest first."""
    return Publication.objects.order_by("-pk")


def standing(grain: Grain, start: datetime.date) -> list[Standing]:
    """Where each indicator of a period is, in the order of the catalogue."""
    rows = (
        Publication.objects.filter(period_kind=grain.value, period_start=grain.period(start).start)
        .exclude(state=State.REPLACED)
        .defer("tables")
        .annotate(hidden=Count("journal"))
        .order_by("pk")
    )
    latest = {row.indicator: row for row in rows}
    return [
        Standing(one, latest.get(one.code), getattr(latest.get(one.code), "hidden", 0))
        for one in catalogue.indicators()
        if one.grain is grain
    ]


def history(publication: Publication) -> QuerySet[Publication]:
    """What was prepared of the same figure, the latest first."""
    return (
        Publication.objects.filter(
            indicator=publication.indicator,
            period_kind=publication.period_kind,
            period_start=publication.period_start,
        )
        .defer("tables")
        .order_by("-pk")
    )


def suppressions() -> QuerySet[Suppression]:
    """The journal: the cells that were left out of what was prepared, the latest publication first."""
    return Suppression.objects.select_related("publication").order_by("-publication", "pk")


def waiting() -> QuerySet[Publication]:
    """What is prepared, and published by itself unless somebody holds it back."""
    return Publication.objects.filter(state=State.PREPARED).order_by("due_at", "pk")


def looked_at(publication: Publication) -> Looked:
    """What would leave, whole and in words, with why cells are hidden."""
    indicator = catalogue.indicator(publication.indicator)
    stored = storing.read(publication.tables)
    tables = metrics.by_role(indicator, stored)
    journal = list(
        Suppression.objects.filter(publication=publication)
        .order_by("pk")
        .values_list("measure", "codes", "why")
    )
    whys = metrics.by_role(indicator, [_reasons(table, journal) for table in stored])
    words = metrics.labels(indicator)
    names = [axis.name for axis in indicator.axes]
    keys = sorted(
        {key for table in tables.values() for key in table.cells}, key=_order(names, words)
    )
    return Looked(
        publication=publication,
        indicator=indicator,
        dimensions=[axis.label for axis in indicator.axes],
        measures=list(tables),
        lines=[
            Line(
                key,
                [
                    words.get(name, {}).get(code, code)
                    for name, code in zip(names, key, strict=True)
                ],
                [table.cells.get(key, ProtectedCell(Mark.TOLD, 0)) for table in tables.values()],
                [str(table.cells.get(key, "")) for table in whys.values()],
            )
            for key in keys[:SHOWN_ROWS]
        ],
        more=max(0, len(keys) - SHOWN_ROWS),
        told=sum(
            cell.mark is Mark.TOLD for table in tables.values() for cell in table.cells.values()
        ),
        hidden=Counter(why for _measure, _codes, why in journal),
    )


def _reasons(
    table: ProtectedTable, journal: Iterable[tuple[str, Mapping[str, str], str]]
) -> ProtectedTable:
    """A table of why its cells are hidden, which is taken apart as it is."""
    by_codes = {
        frozenset(codes.items()): why for measure, codes, why in journal if measure == table.measure
    }
    reasons: Any = {
        key: by_codes.get(place(table.measure, table.period, table.dimensions, key).codes, "")
        for key in table.cells
    }
    return dataclasses.replace(table, cells=reasons)


def latest_month(*, today: datetime.date) -> datetime.date:
    """The first day of the last month that is over."""
    return (today.replace(day=1) - datetime.timedelta(days=1)).replace(day=1)


def months(*, today: datetime.date, how_many: int = 14) -> list[datetime.date]:
    """The last months that are over, the latest first."""
    found = [latest_month(today=today)]
    while len(found) < how_many:
        found.append(latest_month(today=found[-1]))
    return found


def counts(kind: PeriodKind, start: datetime.date) -> Mapping[str, int]:
    """How many indicators of a period are in each state."""
    rows = Publication.objects.filter(period_kind=kind, period_start=start)
    return dict(rows.values_list("state").order_by("state").annotate(Count("pk")))


def _order(
    names: Sequence[str], words: Mapping[str, Mapping[str, str]]
) -> Callable[[Key], list[tuple[bool, int, str]]]:
    """Totals first, then codes in the order of their words."""
    ranks = {name: {code: rank for rank, code in enumerate(words.get(name, {}))} for name in names}
    return lambda key: [
        (code != TOTAL, ranks[name].get(code, len(ranks[name])), code)
        for name, code in zip(names, key, strict=True)
    ]
