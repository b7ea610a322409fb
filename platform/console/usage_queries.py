"""The page of usage counts: figures, drawings and their tables. Nothing here is told unprotected."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from commons.periods import Period
from console.bars import Bar, bars_of
from federation.usage import queries
from federation.usage.access import Scope, access_scope, readable_uais
from federation.usage.models import Profile, Window
from federation.usage.protecting import Figure
from federation.usage.queries import Activation, CollegeRow, ServiceRow, Span
from federation.usage.windows import window_of
from tenants.people import queries as people
from ui import usage_texts

if TYPE_CHECKING:
    from tenants.accounts.models import User
    from tenants.people.models import College

CHART_WIDTH = 320
# What the address says, in French.
WINDOWS = {"mois": Window.MONTH, "semaine": Window.WEEK, "jour": Window.DAY}


@dataclasses.dataclass(frozen=True, slots=True)
class SpanLine:
    """A window as a line of the table under the drawing."""

    name: str
    visitors: str
    by_profile: tuple[tuple[str, str], ...]
    visits: str
    per_visitor: str
    share: str


@dataclasses.dataclass(frozen=True, slots=True)
class DrawnLine:
    """A line with a bar beside its figures; `length` is in units of the drawing."""

    name: str
    more: str
    visitors: str
    visits: str
    share: str
    length: int


@dataclasses.dataclass(frozen=True, slots=True)
class UsagePage:
    """The whole page."""

    colleges: tuple[College, ...]
    scope: Scope
    window: Window
    spans: tuple[Span, ...]
    latest: Span | None
    latest_name: str
    month_name: str
    bars: tuple[Bar, ...]
    lines: tuple[SpanLine, ...]
    profiles: tuple[DrawnLine, ...]
    by_college: tuple[CollegeRow, ...]
    college_lines: tuple[DrawnLine, ...]
    services: tuple[ServiceRow, ...]
    service_lines: tuple[DrawnLine, ...]
    hours: tuple[Bar, ...]
    hour_lines: tuple[tuple[str, str], ...]
    activation: Activation | None

    @property
    def is_example(self) -> bool:
        return any(span.is_example for span in self.spans)

    @property
    def is_partial(self) -> bool:
        return any(span.is_partial for span in self.spans)


def usage_page(
    user: User, *, uai: str, profile: Profile | None, window: Window, at: datetime.datetime
) -> UsagePage:
    """
    What somebody may read of how the portal is used, up to today.

    :raises NotFound: if nothing is theirs to read, or not this collège
    """
    scope = access_scope(user, uai=uai, profile=profile)
    readable = readable_uais(user)
    colleges = people.colleges()
    if readable is not None:
        colleges = colleges.filter(uai__in=readable)
    spans = queries.spans(window, on=timezone.localdate(at), scope=scope)
    start = queries.latest_of(spans)
    latest = next((span for span in spans if span.starts_on == start), None)
    by_college: tuple[CollegeRow, ...] = ()
    services: tuple[ServiceRow, ...] = ()
    hours: tuple[queries.HourRow, ...] = ()
    activation, month = None, None
    if latest is not None:
        month = window_of(Window.MONTH, latest.starts_on)
        by_college = queries.by_college(window, latest.starts_on, scope=scope)
        services = queries.by_service(month.start, scope=scope)
        first = spans[0].starts_on
        hours = queries.by_hour(Period(first, window_of(window, latest.starts_on).end), scope=scope)
        activation = queries.activation(month.start, scope=scope)
    return UsagePage(
        colleges=tuple(colleges),
        scope=scope,
        window=window,
        spans=spans,
        latest=latest,
        latest_name=usage_texts.span_name(window, latest.starts_on) if latest else "",
        month_name=usage_texts.span_name(Window.MONTH, month.start) if month else "",
        bars=bars_of([_entry(span) for span in spans]),
        lines=tuple(map(_span_line, spans)),
        profiles=_profile_lines(latest) if latest else (),
        by_college=by_college,
        college_lines=_college_lines(by_college),
        services=services,
        service_lines=_service_lines(services),
        hours=bars_of([(f"{row.hour} h", row.visits, "") for row in hours]),
        hour_lines=tuple(
            (
                _("De %(first)s h à %(last)s h") % {"first": row.hour, "last": row.hour + 1},
                usage_texts.told(row.visits),
            )
            for row in hours
        ),
        activation=activation,
    )


def _entry(span: Span) -> tuple[str, int | None, str]:
    count = span.figure.visitors if span.figure else None
    name = usage_texts.short_span_name(span.window, span.starts_on)
    return name, count, usage_texts.told(count)


def _span_line(span: Span) -> SpanLine:
    figure = span.figure
    return SpanLine(
        name=usage_texts.span_name(span.window, span.starts_on),
        visitors=usage_texts.visitors_text(figure),
        by_profile=tuple(
            (usage_texts.profile_name(profile), usage_texts.visitors_text(of_profile))
            for profile, of_profile in span.by_profile.items()
        ),
        visits=usage_texts.visits_text(figure),
        per_visitor=usage_texts.tenths_text(figure.per_visitor_tenths if figure else None),
        share=usage_texts.rate_text(figure.adoption_per_mille if figure else None),
    )


def _drawn(name: str, more: str, figure: Figure | None, *, part: int, of: int) -> DrawnLine:
    share = figure.adoption_per_mille if figure else None
    return DrawnLine(
        name=name,
        more=more,
        visitors=usage_texts.visitors_text(figure),
        visits=usage_texts.visits_text(figure),
        share=usage_texts.rate_text(share),
        length=part * (CHART_WIDTH - 2) // max(of, 1),
    )


def _profile_lines(span: Span) -> tuple[DrawnLine, ...]:
    """The profiles of whom somebody could come, by what share of them came."""
    return tuple(
        _drawn(
            usage_texts.profile_name(profile), "", figure,
            part=(figure.adoption_per_mille or 0) if figure else 0, of=1_000,
        )
        for profile, figure in span.by_profile.items()
        if figure is None or figure.people or figure.visitors
    )  # fmt: skip


def _college_lines(rows: tuple[CollegeRow, ...]) -> tuple[DrawnLine, ...]:
    return tuple(
        _drawn(
            usage_texts.college_name(row), row.uai, row.figure,
            part=(row.figure.adoption_per_mille or 0) if row.figure else 0, of=1_000,
        )
        for row in rows
    )  # fmt: skip


def _service_lines(rows: tuple[ServiceRow, ...]) -> tuple[DrawnLine, ...]:
    most = max([1, *(row.figure.visits for row in rows if row.figure)])
    return tuple(
        _drawn(
            usage_texts.service_name(row), str(row.kind.label), row.figure,
            part=row.figure.visits if row.figure else 0, of=most,
        )
        for row in rows
    )  # fmt: skip
