"""Reads of the canteen: rules in force, enrolments, the meals of a period."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet

from billing.canteen.booking import BookedDays, meal_days
from billing.canteen.models import BookingException, CanteenRules, Enrolment, ServiceDay
from billing.canteen.rules import RulesDefinition, parse_rules
from billing.tariffs.enrolled_periods import EnrolledPeriod
from billing.tariffs.models import Service
from billing.tariffs.queries import on_day
from commons.errors import DomainError
from commons.periods import Period
from commons.school_calendar import school_year_of

if TYPE_CHECKING:
    from tenants.people.models import College, Pupil

Kind = BookingException.Kind


class NoCanteenRules(DomainError):
    """The département has no canteen rules in force on that day."""

    code = "CANTEEN_NO_RULES"


@functools.lru_cache(maxsize=64)
def _rules(canonical: str) -> RulesDefinition:
    return parse_rules(json.loads(canonical))


def rules_of_definition(definition: object) -> RulesDefinition:
    """The rules a stored definition says, parsed once per process and content."""
    return _rules(json.dumps(definition, sort_keys=True))


def rules_on(day: datetime.date) -> RulesDefinition:
    """The canteen rules in force on a day.

    :raises NoCanteenRules: if there are none
    """
    row = CanteenRules.objects.filter(on_day(day)).order_by("valid_from").first()
    if row is None:
        raise NoCanteenRules(day=day)
    return rules_of_definition(row.definition)


def rules_over(period: Period) -> Callable[[datetime.date], RulesDefinition]:
    """The rules of each day of a period, read in one query."""
    rows = CanteenRules.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=period.start), *_from_before(period.end)
    )
    standing = [
        (row.valid_from, row.valid_until, rules_of_definition(row.definition))
        for row in rows.order_by("valid_from")
    ]

    def rules_of(day: datetime.date) -> RulesDefinition:
        for start, end, rules in standing:
            if start <= day and (end is None or day < end):
                return rules
        raise NoCanteenRules(day=day)

    return rules_of


def _from_before(end: datetime.date | None) -> list[Q]:
    return [] if end is None else [Q(valid_from__lt=end)]


def enrolments_of(*pupils: Pupil, school_year: int) -> QuerySet[Enrolment]:
    """The enrolments of some pupils for a school year that are no draft, in order of their days."""
    return (
        Enrolment.objects.filter(pupil__in=pupils, school_year=school_year)
        .exclude(state=Enrolment.State.DRAFT)
        .select_related("college")
        .order_by("valid_from", "pk")
    )


def held_or_to_come(*, on: datetime.date) -> QuerySet[Enrolment]:
    """The enrolments that hold on a day or begin later in its school year, in order of their days.

    The first of a pupil's is the one that counts: what holds, else what comes next.
    """
    rows = Enrolment.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        school_year=school_year_of(on).start_year,
    )
    return rows.exclude(state=Enrolment.State.DRAFT).order_by("valid_from", "pk")


def enrolment_on(
    pupil: Pupil, day: datetime.date, *, service: str = Service.HALF_BOARD
) -> Enrolment | None:
    """The enrolment of a pupil that holds on a day."""
    return (
        Enrolment.objects.filter(on_day(day), pupil=pupil, service=service)
        .exclude(state=Enrolment.State.DRAFT)
        .select_related("college")
        .order_by("valid_from")
        .first()
    )


def enrolments_on(
    pupil_ids: Iterable[int], day: datetime.date, *, service: str = Service.HALF_BOARD
) -> dict[int, Enrolment]:
    """The enrolments that hold on a day for several pupils, by the pupil's primary key."""
    found = (
        Enrolment.objects.filter(on_day(day), pupil_id__in=list(pupil_ids), service=service)
        .exclude(state=Enrolment.State.DRAFT)
        .select_related("college")
    )
    return {enrolment.pupil_id: enrolment for enrolment in found}


def enrolled_periods(
    service: str, since: datetime.date, until: datetime.date | None
) -> list[EnrolledPeriod]:
    """Who is enrolled in a service on some day of `[since, until)`, for the tariffs."""
    rows = (
        Enrolment.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=since),
            Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            *_from_before(until),
            service=service,
            valid_from__isnull=False,
        )
        .exclude(state=Enrolment.State.DRAFT)
        .order_by("valid_from", "pk")
    )
    return [
        EnrolledPeriod(pupil_id, valid_from, valid_until)
        for pupil_id, valid_from, valid_until in rows.values_list(
            "pupil_id", "valid_from", "valid_until"
        )
        if valid_from is not None
    ]


def drafted_pupils(
    pupils: Iterable[Pupil], *, school_year: int, service: str = Service.HALF_BOARD
) -> set[int]:
    """Those of some pupils whose enrolment is begun and not finished, by primary key."""
    drafts = Enrolment.objects.filter(
        pupil__in=list(pupils),
        school_year=school_year,
        service=service,
        state=Enrolment.State.DRAFT,
    )
    return set(drafts.values_list("pupil_id", flat=True))


def draft_of(
    pupil: Pupil, *, school_year: int, service: str = Service.HALF_BOARD
) -> Enrolment | None:
    """The enrolment a family has begun and not finished."""
    return (
        Enrolment.objects.filter(
            pupil=pupil, school_year=school_year, service=service, state=Enrolment.State.DRAFT
        )
        .select_related("college")
        .first()
    )


def period_within(enrolment: Enrolment, period: Period) -> Period | None:
    """The days of a period that belong to an enrolment; None for a draft or an empty one."""
    start, end = enrolment.valid_from, enrolment.valid_until
    if enrolment.state == Enrolment.State.DRAFT or start is None or (end and end <= start):
        return None
    return Period(start, end).intersection(period)


def service_days(college: College, period: Period) -> QuerySet[ServiceDay]:
    """The teaching days of a collège over a period, in order."""
    days = ServiceDay.objects.filter(college=college, day__gte=period.start)
    if period.end is not None:
        days = days.filter(day__lt=period.end)
    return days.order_by("day")


def booked_days(enrolment: Enrolment, period: Period) -> BookedDays:
    """The open days and exceptions of an enrolment over a period."""
    within = period_within(enrolment, period)
    if within is None:
        return BookedDays(open_days=frozenset())
    opened = service_days(enrolment.college, within).filter(is_open=True)
    exceptions = _exceptions(enrolment, within)
    return BookedDays(
        open_days=frozenset(opened.values_list("day", flat=True)),
        cancelled_in_time=frozenset(
            row.day for row in exceptions if row.kind == Kind.CANCELLED and not row.is_late
        ),
        cancelled_late=frozenset(
            row.day for row in exceptions if row.kind == Kind.CANCELLED and row.is_late
        ),
        added=frozenset(row.day for row in exceptions if row.kind == Kind.EXTRA),
    )


def _exceptions(enrolment: Enrolment, period: Period) -> Sequence[BookingException]:
    rows = BookingException.objects.filter(
        Q(enrolment=enrolment), Q(day__gte=period.start), *_before(period.end)
    )
    return list(rows.order_by("day"))


def _before(end: datetime.date | None) -> list[Q]:
    return [] if end is None else [Q(day__lt=end)]


def meals_for(enrolment: Enrolment, period: Period) -> list[datetime.date]:
    """The days with a meal that is billed: rule × calendar − cancellations in time + extras."""
    booked = booked_days(enrolment, period)
    return meal_days(enrolment.weekdays, booked.open_days, booked.cancelled_in_time, booked.added)


def shares_of(enrolment: Enrolment) -> dict[int, int]:
    """What each payer of an enrolment pays of its price, in ten-thousandths, by guardian."""
    return dict(enrolment.payers.values_list("guardian_id", "share_bp"))
