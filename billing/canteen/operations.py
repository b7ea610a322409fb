"""Acts on the calendar and the rules of the canteen; acts on enrolments are in `enrolling` and
`paying`, acts on meals in `booking_acts`, and all are re-exported here: this module is the door.

A service day is a teaching day of a collège. Closing one takes its meals away from everybody who
had one; opening one gives a meal to everybody whose weekday it is. Both are refused once the month
is issued (a correction is then a new document).
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import Q

from billing.canteen.booking_acts import (
    AbsenceNotPast,
    ExcuseMissing,
    MealAlreadyBooked,
    MealNotBooked,
    MealTooLate,
    add_meal,
    cancel_meals,
    excuse_absences,
)
from billing.canteen.enrolling import (
    AlreadyEnrolled,
    DaysNoLongerChangeable,
    EnrolmentNotOpen,
    InvalidStart,
    InvalidWeekdays,
    NotSchooledThere,
    change_weekdays,
    end_enrolment,
    enrol,
    save_enrolment_draft,
)
from billing.canteen.models import CanteenRules, ServiceDay
from billing.canteen.paying import InvalidPayers, Payer, change_payers
from billing.canteen.rules import RulesDefinition, WednesdayPolicy
from billing.canteen.standing import EnrolmentNotActive
from billing.tariffs.issued_months import AlreadyBilled, refuse_billed_days
from billing.tariffs.queries import on_day
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, NotFound
from commons.school_calendar import SchoolYear, teaching_days
from tenants.people.models import College

WEDNESDAY = 3


class CanteenRulesOverlap(DomainError):
    """Other rules start later, or end inside the period."""

    code = "CANTEEN_RULES_OVERLAP"


@transaction.atomic(durable=True)
def set_canteen_rules(
    *,
    definition: RulesDefinition,
    valid_from: datetime.date,
    valid_until: datetime.date | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> CanteenRules:
    """
    Set the canteen rules from a day on; open rules that stand end that day.

    Setting the same rules twice changes nothing.

    :raises CanteenRulesOverlap: if other rules start later, or end inside the period
    """
    standing = CanteenRules.objects.select_for_update(of=("self",), no_key=True).filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from)
    )
    for row in standing.order_by("valid_from"):
        is_same = row.definition == definition.as_dict() and row.valid_from == valid_from
        if is_same and row.valid_until == valid_until:
            return row
        if valid_until is not None and row.valid_from >= valid_until:
            continue
        if row.valid_until is not None or row.valid_from >= valid_from:
            raise CanteenRulesOverlap(valid_from=row.valid_from)
        row.valid_until = valid_from
        row.save(update_fields=["valid_until"])
    rules = CanteenRules.objects.create(
        definition=definition.as_dict(), valid_from=valid_from, valid_until=valid_until
    )
    record_audit(
        actor=actor,
        action="canteen.rules.set",
        subject_type="CanteenRules",
        subject_id=rules.pk,
        at=at,
        valid_from=valid_from.isoformat(),
    )
    return rules


@transaction.atomic(durable=True)
def open_service_days(
    *,
    college: College,
    school_year: int,
    since: datetime.date | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> int:
    """
    Open the canteen of a collège on every teaching day of a school year; return how many are new.

    Days that exist are left as they are, closed ones included, and so are those before `since`.
    Where the rules close the canteen on Wednesdays, those days are not opened.

    :raises SchoolCalendarUnknown: if the holidays of that school year are not known
    :raises AlreadyBilled: if one of the new days is in an invoiced month
    """
    period = SchoolYear(school_year).period
    rules = CanteenRules.objects.filter(on_day(period.start)).order_by("valid_from").first()
    is_closed_on_wednesday = (
        rules is not None and rules.definition.get("wednesday") == WednesdayPolicy.CLOSED
    )
    days = [
        day
        for day in teaching_days(period)
        if not (is_closed_on_wednesday and day.isoweekday() == WEDNESDAY)
        and (since is None or day >= since)
    ]
    known = set(
        ServiceDay.objects.filter(college=college, day__in=days).values_list("day", flat=True)
    )
    missing = [ServiceDay(college=college, day=day) for day in days if day not in known]
    if missing:
        refuse_billed_days(missing[0].day, at=at)
        ServiceDay.objects.bulk_create(missing, ignore_conflicts=True)
        record_audit(
            actor=actor,
            action="canteen.service_days.opened",
            subject_type="College",
            subject_id=college.public_id,
            at=at,
            school_year=school_year,
            days=len(missing),
        )
    return len(missing)


@transaction.atomic(durable=True)
def close_service_day(
    *,
    college: College,
    day: datetime.date,
    reason: str,
    actor: Actor,
    at: datetime.datetime,
) -> ServiceDay:
    """
    Close the canteen of a collège on a day: nobody has a meal there, nobody pays one.

    :raises NotFound: if that is no teaching day of the collège
    :raises AlreadyBilled: if the day is in an invoiced month
    """
    service_day = _lock_service_day(college, day)
    refuse_billed_days(day, at=at)
    service_day.is_open = False
    service_day.closed_reason = reason
    service_day.save(update_fields=["is_open", "closed_reason"])
    record_audit(
        actor=actor,
        action="canteen.service_day.closed",
        subject_type="ServiceDay",
        subject_id=service_day.pk,
        at=at,
        college=str(college.public_id),
        day=day.isoformat(),
    )
    return service_day


def _lock_service_day(college: College, day: datetime.date) -> ServiceDay:
    try:
        return ServiceDay.objects.select_for_update(of=("self",), no_key=True).get(
            college=college, day=day
        )
    except ServiceDay.DoesNotExist as error:
        raise NotFound(college=str(college.public_id), day=day) from error


__all__ = [
    "AbsenceNotPast",
    "AlreadyBilled",
    "AlreadyEnrolled",
    "CanteenRulesOverlap",
    "DaysNoLongerChangeable",
    "EnrolmentNotActive",
    "EnrolmentNotOpen",
    "ExcuseMissing",
    "InvalidPayers",
    "InvalidStart",
    "InvalidWeekdays",
    "MealAlreadyBooked",
    "MealNotBooked",
    "MealTooLate",
    "NotSchooledThere",
    "Payer",
    "add_meal",
    "cancel_meals",
    "change_payers",
    "change_weekdays",
    "close_service_day",
    "end_enrolment",
    "enrol",
    "excuse_absences",
    "open_service_days",
    "save_enrolment_draft",
    "set_canteen_rules",
]
