"""What else tells of the figures that are about to leave: what was published, and what is prepared.

A measure stands in several indicators, in a month and in its year, in a figure and in its correction. Each
is protected with all the others, or two that are safe apart would tell together what neither does. What is
prepared and not decided counts as if it left: it is about to.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from commons.periods import Period
from commons.school_calendar import school_year_of
from federation.metrics import catalogue
from federation.metrics.catalogue import Grain, Indicator
from federation.publication import storing
from federation.publication.models import Publication, State
from federation.releases.models import PeriodKind
from federation.secrecy.tables import Earlier


@dataclasses.dataclass(frozen=True, slots=True)
class Linked:
    """What left, the oldest first, and the months that make up a year where both are told."""

    earlier: Sequence[Earlier]
    periods: Mapping[str, Sequence[str]]


def linked_with(indicator: Indicator, period: Period, measures: Collection[str]) -> Linked:
    """What tells of these measures in a period: of any indicator, over the same days or some of them."""
    year = school_year_of(period.start).period
    assert year.end is not None
    live = (
        Publication.objects.filter(state__in=(State.PUBLISHED, State.PREPARED))
        .filter(
            Q(period_kind=PeriodKind.YEAR, period_start=year.start)
            | Q(
                period_kind=PeriodKind.MONTH,
                period_start__gte=year.start,
                period_start__lt=year.end,
            )
        )
        .exclude(  # what is prepared of the same figure is about to be replaced
            state=State.PREPARED,
            indicator=indicator.code,
            period_kind=indicator.grain.value,
            period_start=period.start,
        )
        .select_related("kept")
        .order_by("pk")
    )
    sharing = [row for row in live if any(one["measure"] in measures for one in row.tables)]
    is_of_year = indicator.grain is Grain.YEAR or any(
        row.period_kind == PeriodKind.YEAR for row in sharing
    )
    if not is_of_year:
        sharing = [row for row in sharing if row.period_start == period.start]
    return Linked(
        earlier=[
            one
            for row in sharing
            for one in storing.earlier(
                [table for table in row.tables if table["measure"] in measures],
                row.kept.cells,
                catalogue.indicator(row.indicator).rule,
            )
        ],
        periods=_months(year) if is_of_year else {},
    )


def _months(year: Period) -> Mapping[str, Sequence[str]]:
    assert year.end is not None
    months, day = [], year.start
    while day < year.end:
        months.append(Grain.MONTH.period_name(day))
        day = (day + datetime.timedelta(days=32)).replace(day=1)
    return {Grain.YEAR.period_name(year.start): months}
