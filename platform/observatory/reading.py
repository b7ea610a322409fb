"""The released figures as the pages compare them, read once for each set of releases.

A page asks which releases there are: while they are the same, what was read of all of them is kept, under
that name, and nothing is computed again. What is kept holds released figures alone, which are everybody's.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Count, Max
from django.utils import timezone

from commons.errors import NotFound
from federation.metrics import catalogue
from federation.releases import queries as releases
from federation.releases.models import PeriodKind, Release
from federation.secrecy.tables import Mark, ProtectedCell
from observatory.figures import Comparison, Place, Reading, Sheet, compared, reading_of
from tenants.registry import directory

KEPT_SECONDS = 7 * 24 * 3600
SHAPE = 1  # of what is kept: another number reads all again
MONTHS, YEARS = 37, 6  # shown, at most

_T = TypeVar("_T")


def _sheet(found: catalogue.Indicator) -> Sheet:
    return Sheet(
        code=found.code,
        theme=found.theme,
        theme_name=catalogue.themes()[found.theme],
        name=found.name,
        question=found.question,
        definition=found.definition,
        unit=found.unit,
        version=found.version,
        is_yearly=found.grain is catalogue.Grain.YEAR,
        caveats=found.caveats,
        dimensions=tuple(axis.label for axis in found.axes),
        numerator=found.numerator,
        denominator=found.denominator,
        counted=found.counted,
        threshold=found.rule.threshold,
        is_share=found.kind is catalogue.Kind.SHARE,
    )


def sheets() -> tuple[Sheet, ...]:
    """Every indicator of the catalogue, in its order."""
    return tuple(_sheet(found) for found in catalogue.indicators())


def sheet_of(code: str) -> Sheet:
    """
    An indicator by its code.

    :raises NotFound: if there is none
    """
    return _sheet(catalogue.indicator(code))


def places() -> tuple[Place, ...]:
    """The open départements, by code."""
    return tuple(Place(one.code, one.name, one.schema_name) for one in directory.active())


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """What one page reads: the départements, and the releases as they are now."""

    places: tuple[Place, ...]
    releases: (
        str  # which they are: the latest, and how many, for one may be committed after a later one
    )

    @classmethod
    def now(cls) -> Reader:
        """The départements and the releases of this moment: two statements."""
        found = releases.revisions().order_by().aggregate(newest=Max("pk"), count=Count("pk"))
        return cls(places(), f"{found['newest']}-{found['count']}")

    def kept(self, name: str, read: Callable[[], _T]) -> _T:
        """What was read of this set of releases, read once."""
        key = f"observatory:{SHAPE}:{self.releases}:{name}"
        found: _T | None = cache.get(key)
        if found is None:
            found = read()
            cache.set(key, found, KEPT_SECONDS)
        return found

    def comparisons(self) -> list[Comparison]:
        """Every indicator of which something was released, in the order of the catalogue."""
        known = {sheet.code: sheet for sheet in sheets()}
        read = self.kept("totals", lambda: _totals(known))
        schemas = {place.schema: place.code for place in self.places}
        found = []
        for code, sheet in known.items():
            own = {
                schemas[schema]: readings
                for schema, readings in read.get(code, {}).items()
                if schema in schemas
            }
            if own:
                found.append(compared(sheet, self.places, own))
        return found

    def comparison(self, code: str) -> Comparison:
        """
        One indicator; without a figure when nothing was released.

        :raises NotFound: if there is no such indicator
        """
        sheet = sheet_of(code)
        for found in self.comparisons():
            if found.sheet.code == code:
                return found
        return compared(sheet, self.places, {})

    def place(self, code: str) -> Place:
        """
        A département by its code.

        :raises NotFound: if there is none
        """
        for place in self.places:
            if place.code == code:
                return place
        raise NotFound(departement=code)


Totals = dict[str, dict[str, list[Reading]]]  # indicator → schema → readings


def _totals(known: dict[str, Sheet]) -> Totals:
    """The totals of every indicator over its periods, by the statements of `federation.releases`."""
    today = timezone.localdate()
    found: Totals = {}
    for kind, months in ((PeriodKind.MONTH, MONTHS), (PeriodKind.YEAR, 12 * YEARS)):
        since = _months_before(today, months)
        for indicator, points in _by_indicator(releases.latest(kind=kind, since=since)):
            sheet = known.get(indicator)
            if sheet is None or sheet.is_yearly != (kind is PeriodKind.YEAR):
                continue
            own = found.setdefault(indicator, {})
            for point in points:
                own.setdefault(point.published_by, []).append(_reading(sheet, point))
    return found


def _by_indicator(latest: Any) -> Iterable[tuple[str, list[releases.Point]]]:
    """The points of each indicator. A release and its point are in the same order."""
    for indicator in sorted(set(latest.values_list("indicator", flat=True))):
        yield indicator, releases.points(latest.filter(indicator=indicator))


def _reading(sheet: Sheet, point: releases.Point) -> Reading:
    cells = point.cells
    below = cells.get(releases.DENOMINATOR)
    return reading_of(
        sheet,
        period=point.period_start,
        numerator=_told(cells.get(releases.NUMERATOR, releases.NOBODY)),
        denominator=_told(below or releases.NOBODY) if sheet.denominator else None,
        revision=point.revision,
    )


def _told(cell: ProtectedCell) -> tuple[Mark, int | None]:
    return Mark(cell.mark), cell.value


def _months_before(day: datetime.date, months: int) -> datetime.date:
    count = day.year * 12 + day.month - 1 - months
    return datetime.date(count // 12, count % 12 + 1, 1)


def releases_of(code: str) -> list[Release]:
    """The latest releases of an indicator, of all départements, the newest first."""
    return list(releases.latest(code).order_by("-published_at", "-pk"))
