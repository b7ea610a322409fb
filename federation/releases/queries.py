"""Reading what was released: of every département, for whoever may read the shared tables.

A figure that is asked for is that of the latest revision; earlier ones stay, and `revisions` gives them.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from federation.releases.models import Figure, PeriodKind, Release
from federation.secrecy.tables import TOTAL, Dimension, Key, Mark, ProtectedCell, ProtectedTable

NUMERATOR, DENOMINATOR = "numerator", "denominator"
NOBODY = ProtectedCell(Mark.TOLD, 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """A numerator and its denominator. A rate is told only where both are, and somebody is counted."""

    numerator: ProtectedCell
    denominator: ProtectedCell

    @property
    def is_told(self) -> bool:
        return bool(self.numerator.value is not None and self.denominator.value)

    @property
    def value(self) -> float | None:
        if self.numerator.value is None or not self.denominator.value:
            return None
        return self.numerator.value / self.denominator.value


@dataclasses.dataclass(frozen=True, slots=True)
class Point:
    """What one département told of a combination of codes in one period: a cell for each measure."""

    published_by: str
    period_kind: str
    period_start: datetime.date
    revision: int
    published_at: datetime.datetime
    cells: Mapping[str, ProtectedCell]

    @property
    def rate(self) -> Rate:
        """The ratio of an indicator that is one."""
        return Rate(self.cells.get(NUMERATOR, NOBODY), self.cells.get(DENOMINATOR, NOBODY))


@dataclasses.dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a release: a protected table for each measure, and the words of their codes."""

    tables: Mapping[str, ProtectedTable]
    words: Mapping[str, Mapping[str, str]]  # dimension → code → words

    def cell(self, measure: str, key: Key) -> ProtectedCell:
        """A cell; of nobody where there is no row."""
        return self.tables[measure].cells.get(key, NOBODY)

    def rate(self, key: Key) -> Rate:
        return Rate(self.cell(NUMERATOR, key), self.cell(DENOMINATOR, key))


def revisions(published_by: str | None = None) -> QuerySet[Release]:
    """Every release, the latest first: of one département, or of all."""
    found = Release.objects.order_by("-published_at", "-pk")
    return found if published_by is None else found.filter(published_by=published_by)


def latest(
    indicator: str | None = None,
    *,
    kind: PeriodKind | None = None,
    published_by: Collection[str] | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> QuerySet[Release]:
    """The latest revision of each figure that was released, in the order of indicators and periods.

    `until` is excluded, as the end of a period is.
    """
    found = Release.objects.all()
    if indicator is not None:
        found = found.filter(indicator=indicator)
    if kind is not None:
        found = found.filter(period_kind=kind)
    if published_by is not None:
        found = found.filter(published_by__in=published_by)
    if since is not None:
        found = found.filter(period_start__gte=since)
    if until is not None:
        found = found.filter(period_start__lt=until)
    return (
        found.annotate(
            place=Window(
                RowNumber(),
                partition_by=("published_by", "indicator", "period_kind", "period_start"),
                order_by=F("revision").desc(),
            )
        )
        .filter(place=1)
        .order_by("indicator", "period_kind", "period_start", "published_by")
    )


def latest_release(
    published_by: str, indicator: str, kind: PeriodKind, start: datetime.date
) -> Release | None:
    """The latest revision of one département's figure for a period, if it was released."""
    return (
        Release.objects.filter(
            published_by=published_by, indicator=indicator, period_kind=kind, period_start=start
        )
        .order_by("-revision")
        .first()
    )


def revisions_of(release: Release) -> QuerySet[Release]:
    """The revisions of a release's figure, itself among them, the latest first."""
    return Release.objects.filter(
        published_by=release.published_by,
        indicator=release.indicator,
        period_kind=release.period_kind,
        period_start=release.period_start,
    ).order_by("-revision")


def indicators() -> list[str]:
    """The indicators of which something was released, by code."""
    return list(
        Release.objects.order_by("indicator").values_list("indicator", flat=True).distinct()
    )


def periods(indicator: str, kind: PeriodKind) -> list[datetime.date]:
    """The periods of which somebody released an indicator, in order."""
    found = Release.objects.filter(indicator=indicator, period_kind=kind)
    return list(found.order_by("period_start").values_list("period_start", flat=True).distinct())


def publishers(indicator: str | None = None) -> list[str]:
    """The schemas of those who released something, or an indicator."""
    found = Release.objects.all()
    if indicator is not None:
        found = found.filter(indicator=indicator)
    return list(found.order_by("published_by").values_list("published_by", flat=True).distinct())


def dimensions_of(release: Release) -> list[Dimension]:
    """The dimensions of a release, in their order: each code with its parent."""
    return [
        Dimension(said["name"], said["parents"]) for said in release.manifest.get("dimensions", ())
    ]


def measures_of(release: Release) -> list[str]:
    """The measures of a release, in their order."""
    return [said["name"] for said in release.manifest.get("measures", ())]


def figures_of(release: Release) -> Figures:
    """The figures of a release, each measure a table."""
    dimensions = dimensions_of(release)
    cells: dict[str, dict[Key, ProtectedCell]] = {measure: {} for measure in measures_of(release)}
    said_of = {said["name"]: said for said in release.manifest.get("measures", ())}
    rows = Figure.objects.filter(release=release).order_by("pk")
    for measure, codes, value, mark in rows.values_list("measure", "codes", "value", "mark"):
        key = tuple(codes.get(one.name, TOTAL) for one in dimensions)
        cells.setdefault(measure, {})[key] = ProtectedCell(Mark(mark), value)
    words = {said["name"]: said.get("words", {}) for said in release.manifest.get("dimensions", ())}
    return Figures(
        {
            measure: ProtectedTable(
                said_of[measure]["of"],
                dimensions,
                found,
                additive=said_of[measure]["additive"],
                base=said_of[measure]["base"],
            )
            for measure, found in cells.items()
        },
        words,
    )


def points(releases: QuerySet[Release], codes: Mapping[str, str] | None = None) -> list[Point]:
    """What these releases told of one combination of codes; of the total, when none is named.

    A release whose dimensions are not all named is asked for its total on the others. Two statements,
    however many releases.
    """
    found = list(releases)
    wanted = codes or {}
    # An index answers: each release names the whole combination of its own dimensions.
    asked = {
        release.pk: {one.name: wanted.get(one.name, TOTAL) for one in dimensions_of(release)}
        for release in found
    }
    cells: dict[int, dict[str, ProtectedCell]] = {release.pk: {} for release in found}
    distinct = {tuple(sorted(one.items())): one for one in asked.values()}
    rows = Figure.objects.filter(release__in=list(asked), codes__in=list(distinct.values()))
    for pk, measure, said, value, mark in rows.order_by("pk").values_list(
        "release_id", "measure", "codes", "value", "mark"
    ):
        if said == asked[pk]:
            cells[pk][measure] = ProtectedCell(Mark(mark), value)
    return [
        Point(
            release.published_by,
            release.period_kind,
            release.period_start,
            release.revision,
            release.published_at,
            dict.fromkeys(measures_of(release), NOBODY) | cells[release.pk],
        )
        for release in found
    ]


def series(
    indicator: str,
    *,
    kind: PeriodKind = PeriodKind.MONTH,
    published_by: Collection[str] | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    codes: Mapping[str, str] | None = None,
) -> list[Point]:
    """An indicator over the periods: one combination of codes, by period then by département."""
    return points(
        latest(indicator, kind=kind, published_by=published_by, since=since, until=until), codes
    )


def said_of(release: Release) -> dict[str, Any]:
    """What a release is, without its figures: its identity, and its manifest."""
    return {
        "id": str(release.public_id),
        "published_by": release.published_by,
        "indicator": release.indicator,
        "indicator_version": release.indicator_version,
        "period_kind": release.period_kind,
        "period_start": release.period_start.isoformat(),
        "revision": release.revision,
        "published_at": release.published_at.isoformat(),
        "manifest": release.manifest,
    }
