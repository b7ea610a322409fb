"""What the département publishes: each figure before it leaves, what is hidden in it, and why."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from commons.errors import NotFound
from commons.tenancy import current_schema
from console.acts import url_for
from console.acts.figures import Span, list_url, name_of, span_of
from console.bars import Bar, bars_of
from console.exports import csv_file
from console.views.frame import page_context, requires
from federation.metrics import catalogue
from federation.metrics import queries as metrics
from federation.metrics.catalogue import Grain, Indicator
from federation.publication import operations, queries
from federation.publication.access import READS, access_publication
from federation.publication.models import Publication, State, Suppression
from federation.releases import queries as releases
from federation.releases.models import PeriodKind
from tenants.accounts.capabilities import Capability
from ui.publication_texts import REASONS, role_said, value_said
from ui.requests import SignedInRequest
from ui.usage_texts import number

SHOWN_PERIODS = 12
JOURNAL_LINES, LARGEST_FILE = 300, 20_000
JOURNAL_HEADS = (
    gettext_lazy("Indicateur"),
    gettext_lazy("Période"),
    gettext_lazy("Révision"),
    gettext_lazy("État"),
    gettext_lazy("Case"),
    gettext_lazy("Pourquoi"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """An indicator in a period: where it is, and what an agent may do."""

    indicator: Indicator
    publication: Publication | None
    state: str
    hidden: int
    url: str
    act: tuple[str, str] | None


@dataclasses.dataclass(frozen=True, slots=True)
class Theme:
    """The indicators of a theme."""

    name: str
    rows: Sequence[Row]


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A combination of codes in a table: its words, then each cell, told or hidden with why."""

    words: Sequence[str]
    cells: Sequence[tuple[str, str, bool]]  # the column, what is said, whether it is hidden


@require_safe
@requires(*READS)
def figures(request: SignedInRequest) -> HttpResponse:
    """`/console/chiffres/?periode=MONTH:2026-10-01`, or `YEAR:2025-09-01`."""
    today = timezone.localdate()
    spans = _spans(today)
    span = _asked(request, spans)
    offered = spans if span in spans else [span, *spans]
    standing = queries.standing(span.grain, span.start)
    may_publish = request.user.can(Capability.PUBLISH_FIGURES)
    rows = [_row(span, one, may_publish=may_publish) for one in standing]
    themes = [
        Theme(name, found)
        for theme, name in catalogue.themes().items()
        if (found := [row for row in rows if row.indicator.theme == theme])
    ]
    is_over = queries.period_of(span.grain, span.start)[1] <= today
    is_waiting = any(row.state == State.PREPARED for row in rows)
    context = page_context(
        request,
        title=_("Chiffres partagés"),
        span=span,
        name=name_of(span.grain, span.start),
        spans=[(one.key, name_of(one.grain, one.start), one == span) for one in offered],
        themes=themes,
        prepare_url=url_for("prepare-figures", span)
        if may_publish and is_over and operations.missing(grain=span.grain, start=span.start)
        else "",
        publish_url=url_for("publish-figures", span) if may_publish and is_waiting else "",
    )
    return render(request, "console/pages/figures.html", context)


def _spans(today: datetime.date) -> list[Span]:
    """The months that are over, the latest first, then the school year that is."""
    year = Grain.YEAR.period(Grain.YEAR.period(today).start - datetime.timedelta(days=1))
    return [
        *(Span(Grain.MONTH, month) for month in queries.months(today=today)),
        Span(Grain.YEAR, year.start),
    ]


def _asked(request: SignedInRequest, spans: Sequence[Span]) -> Span:
    """The period asked for, the latest month otherwise."""
    if not (asked := request.GET.get("periode", "")):
        return spans[0]
    try:
        found = span_of([asked])
    except NotFound:
        raise Http404 from None
    if found.indicator is not None:
        raise Http404
    return found


def _row(span: Span, one: queries.Standing, *, may_publish: bool) -> Row:
    found = one.publication
    act = None
    if may_publish and found is None:
        act = (
            _("Préparer"),
            url_for("prepare-figure", dataclasses.replace(span, indicator=one.indicator)),
        )
    return Row(
        indicator=one.indicator,
        publication=found,
        state=found.state if found else "NONE",
        hidden=one.hidden,
        url="" if found is None else _page(found),
        act=act,
    )


def _page(publication: Publication) -> str:
    return reverse("console:figure", args=[publication.public_id])


@require_safe
@requires(*READS)
def figure(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """`/console/chiffres/<uuid>/`: what leaves, what is hidden and why, what was published before."""
    found = access_publication(request.user, public_id)
    looked = queries.looked_at(found)
    name = name_of(found.period_kind, found.period_start)
    span = Span(Grain(found.period_kind), found.period_start, looked.indicator)
    may_publish = request.user.can(Capability.PUBLISH_FIGURES)
    is_waiting = found.state == State.PREPARED
    context = page_context(
        request,
        title=looked.indicator.name,
        publication=found,
        indicator=looked.indicator,
        period=name,
        back_url=list_url(Span(Grain(found.period_kind), found.period_start)),
        heads=[*looked.dimensions, *(role_said(looked.indicator, one) for one in looked.measures)],
        lines=[_line(looked, one) for one in looked.lines],
        more=looked.more,
        told=looked.told,
        hidden=[(count, REASONS[why]) for why, count in sorted(looked.hidden.items())],
        history=list(queries.history(found)),
        bars=_bars(looked.indicator),
        publish_url=url_for("publish-figure", found) if may_publish and is_waiting else "",
        veto_url=url_for("veto-figure", found) if may_publish and is_waiting else "",
        again_url=url_for("prepare-figure", span) if may_publish else "",
    )
    return render(request, "console/pages/figure.html", context)


def _line(looked: queries.Looked, line: queries.Line) -> Line:
    heads = [role_said(looked.indicator, one) for one in looked.measures]
    return Line(
        words=line.words,
        cells=[
            (head, number(cell.value), False)
            if cell.value is not None
            else (head, str(REASONS.get(why, _("secret"))), True)
            for head, cell, why in zip(heads, line.cells, line.whys, strict=True)
        ],
    )


def _bars(indicator: Indicator) -> tuple[Bar, ...]:
    """What we published of an indicator, all together, period after period."""
    kind = PeriodKind(indicator.grain.value)
    points = releases.series(indicator.code, kind=kind, published_by=[current_schema()])
    entries = []
    for point in points[-SHOWN_PERIODS:]:
        told = [point.cells.get(role) for role in (releases.NUMERATOR, releases.DENOMINATOR)]
        parts = [cell.value if cell else None for cell in told]
        value = indicator.value(*parts)
        entries.append((f"{point.period_start:%m/%y}", value, value_said(indicator.unit, value)))
    return bars_of(entries)


@require_safe
@requires(*READS)
def journal(request: SignedInRequest) -> HttpResponse:
    """`/console/chiffres/masques/`: each cell that was left out, and why; `format=csv` for a file."""
    rows = queries.suppressions()
    if request.GET.get("format") == "csv":
        lines = _journalled(rows[:LARGEST_FILE])
        return csv_file([[str(head) for head in JOURNAL_HEADS], *lines], name="cases-masquees")
    shown = list(rows[:JOURNAL_LINES])
    context = page_context(
        request,
        title=_("Cases masquées"),
        heads=JOURNAL_HEADS,
        lines=list(zip(shown, _journalled(shown), strict=True)),
        more=max(0, rows.count() - JOURNAL_LINES),
    )
    return render(request, "console/pages/figures_journal.html", context)


def _journalled(rows: Iterable[Suppression]) -> list[list[str]]:
    """The lines of the journal, with the words of each code."""
    words: dict[str, Mapping[str, Mapping[str, str]]] = {}
    lines = []
    for row in rows:
        publication = row.publication
        indicator = catalogue.indicator(publication.indicator)
        if indicator.code not in words:
            words[indicator.code] = metrics.labels(indicator)
        known = words[indicator.code]
        told = [known.get(name, {}).get(code, code) for name, code in sorted(row.codes.items())]
        lines.append(
            [
                indicator.name,
                name_of(publication.period_kind, publication.period_start),
                str(publication.revision),
                str(State(publication.state).label),
                ", ".join(told) or _("Ensemble"),
                str(REASONS[row.why]),
            ]
        )
    return lines
