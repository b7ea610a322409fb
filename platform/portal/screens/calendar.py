"""A month of meals as a grid of school days, Monday to Friday."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from collections.abc import Sequence

from django.utils.translation import gettext as _

from billing.canteen import overviews
from billing.canteen.models import Enrolment
from billing.canteen.overviews import DayStatus, DayView
from commons.periods import Period
from commons.school_calendar import SchoolYear, public_holidays
from ui import wording

MONTHS_IN_A_YEAR = 12
SCHOOL_WEEKDAYS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Day:
    """A cell of the grid. `act` is "cancel", "add" or empty."""

    date: datetime.date
    is_blank: bool = False
    is_today: bool = False
    state: str = "CLOSED"
    note: str = ""
    act: str = ""
    act_label: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Month:
    """What the page shows. `previous` and `following` are None outside the school year."""

    month: datetime.date
    previous: datetime.date | None
    following: datetime.date | None
    weekday_names: tuple[str, ...]
    days: tuple[Day, ...]
    meal_count: int
    amount_cents: int | None
    next_cancellable: DayView | None
    has_example_price: bool
    has_example_rules: bool


def parse_month(written: str, *, within: Period, default: datetime.date) -> datetime.date:
    """The first day of a month written `2026-10`.

    The default's month when it makes no sense or begins outside the period, a school year.
    """
    try:
        year, month = (int(part) for part in written.split("-"))
        first_day = datetime.date(year, month, 1)
    except (ValueError, OverflowError):
        return default.replace(day=1)
    return first_day if within.contains(first_day) else default.replace(day=1)


def month_screen(
    enrolments: Sequence[Enrolment], *, month: datetime.date, at: datetime.datetime
) -> Month:
    """Lay out a month; a change of weekdays within it makes two enrolments."""
    today = wording.local_date(at)
    parts = [
        overviews.month_overview(enrolment, year=month.year, month=month.month, at=at)
        for enrolment in enrolments
    ]
    views = {view.day: view for part in parts for view in part.days}
    amounts = [part.amount_cents for part in parts]
    year = SchoolYear(enrolments[0].school_year).period if enrolments else None
    before, after = _neighbours(month)
    return Month(
        month=month,
        previous=before if year and month > year.start else None,
        following=after if year and year.end and after < year.end else None,
        weekday_names=tuple(str(name) for name in wording.WEEKDAYS[:SCHOOL_WEEKDAYS]),
        days=tuple(_cell(day, month, views.get(day), today) for day in _grid(month)),
        meal_count=sum(part.meal_count for part in parts),
        amount_cents=None if None in amounts else sum(cents or 0 for cents in amounts),
        next_cancellable=_next_cancellable(views.values()),
        has_example_price=any(part.has_example_price for part in parts),
        has_example_rules=any(part.has_example_rules for part in parts),
    )


def _neighbours(month: datetime.date) -> tuple[datetime.date, datetime.date]:
    before = (month - datetime.timedelta(days=1)).replace(day=1)
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return before, last + datetime.timedelta(days=1)


def _grid(month: datetime.date) -> list[datetime.date]:
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    shown = [week[:SCHOOL_WEEKDAYS] for week in weeks]
    return [day for week in shown if any(day.month == month.month for day in week) for day in week]


def _next_cancellable(views: object) -> DayView | None:
    possible = [view for view in views if view.can_cancel and not view.is_late_cancel]  # type: ignore[attr-defined]
    return min(possible, key=lambda view: view.day, default=None)


def _cell(
    day: datetime.date, month: datetime.date, view: DayView | None, today: datetime.date
) -> Day:
    if day.month != month.month:
        return Day(date=day, is_blank=True)
    if view is None:
        note = _("Jour férié") if day in public_holidays(day.year) else _("Pas de cantine")
        return Day(date=day, is_today=day == today, note=note)
    act, label, note = _offer(view)
    return Day(
        date=day,
        is_today=day == today,
        state=_STATES[view.status],
        note=note,
        act=act,
        act_label=label,
    )


_STATES = {
    DayStatus.MEAL: "BOOKED",
    DayStatus.EXTRA: "EXTRA",
    DayStatus.CANCELLED: "CANCELLED",
    DayStatus.CANCELLED_LATE: "CANCELLED_LATE",
    DayStatus.NO_MEAL: "NONE",
    DayStatus.CLOSED: "CLOSED",
}


def _offer(view: DayView) -> tuple[str, str, str]:
    """What can be done with a day: the act, its label, and what to know before."""
    if view.status is DayStatus.CLOSED:
        return "", "", view.closed_reason or _("Cantine fermée")
    # A cell is narrow: its line may break after the weekday.
    moment = wording.last_moment(view.change_before).replace(wording.NO_BREAK_SPACE, " ", 1)
    limit = _("Jusqu'au %(limit)s") % {"limit": moment}
    if view.can_cancel and view.is_late_cancel:
        return "cancel", _("Signaler l'absence"), _("Trop tard pour annuler")
    if view.can_cancel:
        return "cancel", _("Annuler"), limit
    if view.can_add and view.status is DayStatus.CANCELLED_LATE:
        return "add", _("Remettre"), _("Ce repas reste compté")
    if view.can_add:
        label = _("Remettre") if view.status is DayStatus.CANCELLED else _("Ajouter")
        return "add", label, limit
    if view.status is DayStatus.CANCELLED_LATE:
        return "", "", _("Ce repas reste compté")
    return "", "", ""
