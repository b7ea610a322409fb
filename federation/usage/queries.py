"""How much the portal is used, protected: what leaves this module may be shown (`protecting`)."""

from __future__ import annotations

import dataclasses
import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Sum

from billing.simulation.protection import is_small
from commons.periods import Period
from federation.catalogue.models import SharedService
from federation.usage.access import Scope
from federation.usage.models import Audience, HourlyVisits, Kind, Potential, Profile, Window
from federation.usage.protecting import FEWEST, Cell, Figure, Told, told
from federation.usage.windows import ONE_DAY, window_of
from tenants.people import queries as people

# How many windows of a kind are shown, up to the one of a day.
SHOWN = {Window.DAY: 30, Window.WEEK: 16, Window.MONTH: 12}
MOST_COLLEGES = 200
MOST_SERVICES = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A window: what may be told of it, in all and by profile. A figure of None is hidden."""

    window: Window
    starts_on: datetime.date
    figure: Figure | None
    by_profile: Mapping[Profile, Figure | None]
    is_partial: bool  # some are left out: they are too few
    is_example: bool


@dataclasses.dataclass(frozen=True, slots=True)
class CollegeRow:
    """A collège in a window; without a UAI, those that are told together only."""

    uai: str
    name: str
    figure: Figure | None


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service in a month. `name` and `category` are the catalogue's, empty for pages of the portal."""

    kind: Kind
    code: str
    name: str
    category: str
    figure: Figure | None


@dataclasses.dataclass(frozen=True, slots=True)
class HourRow:
    """Visits that began in an hour of the day; None when they are too few to be told."""

    hour: int
    visits: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Activation:
    """Accounts that were opened, among those who could come. None: too few to be told."""

    accounts: int | None
    people: int

    @property
    def per_mille(self) -> int | None:
        if self.accounts is None:
            return None
        return Figure(visitors=self.accounts, people=self.people).adoption_per_mille


def shown_windows(window: Window, *, on: datetime.date) -> tuple[datetime.date, ...]:
    """The first days of the windows shown, up to the one that holds a day, in order."""
    starts = []
    start = window_of(window, on).start
    for _rank in range(SHOWN[window]):
        starts.append(start)
        start = window_of(window, start - ONE_DAY).start
    return tuple(reversed(starts))


def spans(window: Window, *, on: datetime.date, scope: Scope) -> tuple[Span, ...]:
    """The windows up to a day, from the first in which anybody was counted in the département."""
    starts = shown_windows(window, on=on)
    cells, examples = _cells(window, starts)
    first = min((start for start in starts if cells[start]), default=None)
    return tuple(
        _span(window, start, told(cells[start]), scope, is_example=start in examples)
        for start in starts
        if first is not None and start >= first
    )


def latest_of(spans: Iterable[Span]) -> datetime.date | None:
    """The first day of the latest of some windows of which visits are told."""
    return next(
        (one.starts_on for one in reversed(tuple(spans)) if one.figure and one.figure.visits), None
    )


def _span(
    window: Window, start: datetime.date, found: Told, scope: Scope, *, is_example: bool
) -> Span:
    return Span(
        window=window,
        starts_on=start,
        figure=found.of(uais=scope.uais, profiles=scope.profiles),
        by_profile={
            profile: found.of(uais=scope.uais, profiles=(profile,)) for profile in scope.profiles
        },
        is_partial=found.hides(uais=scope.uais, profiles=scope.profiles),
        is_example=is_example,
    )


def by_college(window: Window, start: datetime.date, *, scope: Scope) -> tuple[CollegeRow, ...]:
    """The collèges one may read, by name, in a window; those told together come last."""
    cells, _examples = _cells(window, (start,))
    found = told(cells[start])
    known = {college.uai: college.name for college in people.colleges()[:MOST_COLLEGES]}
    counted = {uai for uai, _profile in [*found.alone, *found.hidden]}
    rows = [
        CollegeRow(
            uai=uai,
            name=name,
            figure=found.of(uais=frozenset({uai}), profiles=scope.profiles),
        )
        for uai, name in known.items()
        if uai in counted and (scope.uais is None or uai in scope.uais)
    ]
    rest = sum((found.together[one] for one in scope.profiles if one in found.together), Figure())
    if scope.uais is None and rest.visitors:
        rows.append(CollegeRow(uai="", name="", figure=rest))
    return tuple(rows)


def by_service(month: datetime.date, *, scope: Scope) -> tuple[ServiceRow, ...]:
    """The services used in a month, those with the most visits first; hidden ones last."""
    rows = Audience.objects.filter(window=Window.MONTH, starts_on=month).exclude(kind=Kind.WHOLE)
    cells: dict[tuple[str, str], dict[Cell, Figure]] = defaultdict(dict)
    for row in rows.defer("sketch"):
        cell = (row.college_uai, row.profile)
        cells[row.kind, row.service_code][cell] = Figure(row.visitors, row.visits)
    _add_people(cells.values(), month=month)
    names = {
        code: (name, category)
        for code, name, category in SharedService.objects.values_list("code", "name", "category")
    }
    found = []
    for (kind, code), of_service in cells.items():
        figure = told(of_service).of(uais=scope.uais, profiles=scope.profiles)
        if figure is None or figure.visitors:
            name, category = names.get(code, ("", ""))
            found.append(ServiceRow(Kind(kind), code, name, category, figure))
    found.sort(key=lambda row: (-(row.figure.visits if row.figure else -1), row.kind, row.code))
    return tuple(found[:MOST_SERVICES])


def by_hour(period: Period, *, scope: Scope) -> tuple[HourRow, ...]:
    """When visits begin, of the whole département: an hour of a collège could be that of one person."""
    if scope.uais is not None:
        return ()
    rows = (
        HourlyVisits.objects.filter(day__gte=period.start, day__lt=period.end)
        .filter(profile__in=scope.profiles)
        .values("hour")
        .annotate(total=Sum("visits"))
        .order_by("hour")
    )
    counts = {row["hour"]: row["total"] for row in rows}
    if not counts:
        return ()
    return tuple(
        HourRow(hour, None if is_small(counts.get(hour, 0), fewest=FEWEST) else counts.get(hour, 0))
        for hour in range(24)
    )


def activation(month: datetime.date, *, scope: Scope) -> Activation:
    """How many have opened their account, of those who could come in a month."""
    rows = Potential.objects.filter(month=month)
    cells = {
        (row.college_uai, row.profile): Figure(visitors=row.accounts, people=row.people)
        for row in rows
    }
    found = told(cells).of(uais=scope.uais, profiles=scope.profiles)
    if found is None:
        whole = [
            figure.people
            for (uai, profile), figure in cells.items()
            if (scope.uais is None or uai in scope.uais) and profile in scope.profiles
        ]
        return Activation(accounts=None, people=sum(whole))
    return Activation(accounts=found.visitors, people=found.people)


def _cells(
    window: Window, starts: Iterable[datetime.date]
) -> tuple[dict[datetime.date, dict[Cell, Figure]], frozenset[datetime.date]]:
    """What was counted in each window, by cell, and which windows hold examples."""
    wanted = tuple(starts)
    found: dict[datetime.date, dict[Cell, Figure]] = {start: {} for start in wanted}
    rows = Audience.objects.filter(window=window, starts_on__in=wanted, kind=Kind.WHOLE)
    examples = set()
    for row in rows.defer("sketch"):
        found[row.starts_on][row.college_uai, row.profile] = Figure(row.visitors, row.visits)
        if row.is_example:
            examples.add(row.starts_on)
    for month in {window_of(Window.MONTH, start).start for start in wanted}:
        inside = [
            cells
            for start, cells in found.items()
            if cells and window_of(Window.MONTH, start).start == month
        ]
        if inside:
            _add_people(inside, month=month)
    return found, frozenset(examples)


def _add_people(tables: Iterable[dict[Cell, Figure]], *, month: datetime.date) -> None:
    """Say of each cell how many could come in a month; of those from which nobody came too."""
    people_of = {
        (row.college_uai, row.profile): row.people for row in Potential.objects.filter(month=month)
    }
    for cells in tables:
        for cell, count in people_of.items():
            cells[cell] = dataclasses.replace(cells.get(cell, Figure()), people=count)
