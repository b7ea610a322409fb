"""What a pupil sees of themselves: their class, their meals. Neither prices nor who pays."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from billing.canteen import queries as canteen
from billing.canteen.models import Enrolment
from billing.canteen.overviews import DayStatus, month_overview
from commons.school_calendar import school_year_of
from portal.screens import calendar as calendar_screen
from portal.screens import family
from tenants.activation.queries import school_line
from tenants.people.models import Pupil
from ui import wording

NEXT_MEALS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class PupilHome:
    """The page: where they go, which days they eat there, and the next ones."""

    public_id: uuid.UUID
    first_name: str
    school_line: str
    weekdays: int
    next_meals: tuple[datetime.date, ...]


def home_of(pupil: Pupil, *, at: datetime.datetime) -> PupilHome:
    """The home page of a pupil."""
    today = wording.local_date(at)
    year = school_year_of(today).start_year
    enrolments = list(canteen.enrolments_of(pupil, school_year=year))
    held = family.running(enrolments, on=today)
    return PupilHome(
        public_id=pupil.public_id,
        first_name=pupil.first_name,
        school_line=school_line(pupil, on=today),
        weekdays=held.weekdays if held else 0,
        next_meals=_next_meals(enrolments, at=at),
    )


def _next_meals(
    enrolments: Sequence[Enrolment], *, at: datetime.datetime
) -> tuple[datetime.date, ...]:
    """The first meals from today on, of this month and the next."""
    today = wording.local_date(at)
    following = (today.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    eaten = (DayStatus.MEAL, DayStatus.EXTRA)
    days = {
        view.day
        for enrolment in enrolments
        for month in (today, following)
        for view in month_overview(enrolment, year=month.year, month=month.month, at=at).days
        if view.day >= today and view.status in eaten
    }
    return tuple(sorted(days)[:NEXT_MEALS])


def month_of(
    enrolments: Sequence[Enrolment],
    *,
    month: datetime.date,
    at: datetime.datetime,
    may_cancel: bool,
) -> calendar_screen.Month:
    """A month without a price; each day to read, or to cancel for who may."""
    screen = calendar_screen.month_screen(enrolments, month=month, at=at)
    days = tuple(
        day
        if may_cancel and day.act == "cancel"
        else dataclasses.replace(day, act="", act_label="", note=day.note if not day.act else "")
        for day in screen.days
    )
    return dataclasses.replace(
        screen, days=days, amount_cents=None, has_example_price=False, next_cancellable=None
    )
