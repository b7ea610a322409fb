"""Acts on single meals: cancel some, add one. Called through `operations`.

A meal cancelled in time is not billed. A meal cancelled too late is noted and still billed: the
kitchen knows, the family is told. Taking back is possible while the deadline has not passed: adding
a cancelled meal removes its cancellation, cancelling an added meal removes it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction

from billing.canteen import queries
from billing.canteen.booking import WEDNESDAY, BookedDays, falls_on, weekday_bit
from billing.canteen.deadlines import PARIS, is_too_late
from billing.canteen.models import BookingException, Enrolment
from billing.canteen.rules import RulesDefinition, WednesdayPolicy
from billing.month_locks import hold_months
from billing.tariffs.issued_months import refuse_billed_days
from billing.tariffs.models import Service
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from commons.periods import Period

Kind = BookingException.Kind
ONE_DAY = datetime.timedelta(days=1)


class MealNotBooked(DomainError):
    """There is no meal to cancel on that day, or none can be: closed, outside, or past."""

    code = "CANTEEN_MEAL_NOT_BOOKED"


class MealAlreadyBooked(DomainError):
    """A meal is already booked on that day."""

    code = "CANTEEN_MEAL_ALREADY_BOOKED"


class MealTooLate(DomainError):
    """The kitchen can no longer add or take back this meal."""

    code = "CANTEEN_MEAL_TOO_LATE"


class AbsenceNotPast(DomainError):
    """The day is not over: its meal is cancelled, not excused."""

    code = "CANTEEN_ABSENCE_NOT_PAST"


class ExcuseMissing(DomainError):
    """A meal taken off afterwards has a reason."""

    code = "CANTEEN_EXCUSE_MISSING"


@transaction.atomic(durable=True)
def cancel_meals(
    *, enrolment: Enrolment, days: Iterable[datetime.date], actor: Actor, at: datetime.datetime
) -> list[BookingException]:
    """
    Cancel the meals of some days; a late one is noted, and stays billed. All or none.

    Cancelling again changes nothing. The answer holds one exception per cancelled day of the
    weekly rule; a meal that had been added outside it is simply taken back.

    :raises MealNotBooked: if there is no meal to cancel on one of the days, or it is past
    :raises MealTooLate: if an added meal can no longer be taken back
    :raises AlreadyBilled: if one of the days is in an invoiced month
    """
    wanted = sorted(set(days))
    if not wanted:
        return []
    standing = _lock_enrolment(enrolment)
    refuse_billed_days(wanted[0], at=at)
    if wanted[0] < at.astimezone(PARIS).date():
        raise MealNotBooked(day=wanted[0], reason="PAST")
    period = Period(wanted[0], wanted[-1] + ONE_DAY)
    booked, rules_of = queries.booked_days(standing, period), queries.rules_over(period)
    cancelled = [
        _cancel(standing, day, booked, rules_of(day), actor=actor, at=at) for day in wanted
    ]
    kept = [exception for exception, _is_new in cancelled if exception is not None]
    if any(is_new for _exception, is_new in cancelled):
        record_event(
            "canteen.meal.cancelled",
            aggregate=f"enrolment:{standing.public_id}",
            occurred_at=at,
            enrolment=standing.public_id,
            first_day=wanted[0].isoformat(),
            count=len(wanted),
            late_count=sum(exception.is_late for exception in kept),
        )
        record_audit(
            actor=actor,
            action="canteen.meal.cancelled",
            subject_type="Enrolment",
            subject_id=standing.public_id,
            at=at,
            days=[day.isoformat() for day in wanted],
            late_days=[exception.day.isoformat() for exception in kept if exception.is_late],
        )
    return kept


def _cancel(
    enrolment: Enrolment,
    day: datetime.date,
    booked: BookedDays,
    rules: RulesDefinition,
    *,
    actor: Actor,
    at: datetime.datetime,
) -> tuple[BookingException | None, bool]:
    """Cancel one day: the exception that stands, and whether anything changed."""
    is_late = is_too_late(rules.cancellation, day, at)
    if day in booked.cancelled_in_time | booked.cancelled_late:
        return enrolment.exceptions.get(day=day), False
    if day not in booked.meals(enrolment.weekdays):
        raise MealNotBooked(day=day, reason="NO_MEAL")
    if day in booked.added:
        is_by_rule = falls_on(enrolment.weekdays, day)
        if is_late and not is_by_rule:
            raise MealTooLate(day=day)
        enrolment.exceptions.filter(day=day, kind=Kind.EXTRA).delete()
        if not is_by_rule:
            return None, True
    exception = BookingException.objects.create(
        enrolment=enrolment,
        day=day,
        kind=Kind.CANCELLED,
        is_late=is_late,
        requested_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    return exception, True


@transaction.atomic(durable=True)
def excuse_absences(
    *,
    enrolment: Enrolment,
    days: Iterable[datetime.date],
    reason: str,
    actor: Actor,
    at: datetime.datetime,
) -> list[datetime.date]:
    """
    Take off meals of days that are over: an absence that was justified afterwards. All or none.

    In an invoiced month too: its invoice stands, and a corrective run gives the meal back. A meal that
    is not counted already is passed over. Answers the days that were counted, and no longer are.

    :raises ExcuseMissing: if no reason is said
    :raises AbsenceNotPast: if one of the days is not over
    :raises MealNotBooked: if no meal was booked on one of the days
    """
    wanted = sorted(set(days))
    if not reason.strip():
        raise ExcuseMissing(field="reason")
    if not wanted:
        return []
    if wanted[-1] >= at.astimezone(PARIS).date():
        raise AbsenceNotPast(day=wanted[-1])
    standing = _lock_enrolment(enrolment)
    hold_months(wanted[0], at=at)
    booked = queries.booked_days(standing, Period(wanted[0], wanted[-1] + ONE_DAY))
    counted = [day for day in wanted if day not in booked.cancelled_in_time]
    for day in counted:
        if day not in booked.meals(standing.weekdays):
            raise MealNotBooked(day=day, reason="NO_MEAL")
        standing.exceptions.filter(day=day).delete()
        if falls_on(standing.weekdays, day):
            BookingException.objects.create(
                enrolment=standing,
                day=day,
                kind=Kind.CANCELLED,
                requested_at=at,
                actor_kind=actor.kind,
                actor_id=actor.id,
            )
    record_audit(
        actor=actor,
        action="canteen.absence.excused",
        subject_type="Enrolment",
        subject_id=standing.public_id,
        at=at,
        days=[day.isoformat() for day in counted],
        reason=reason.strip(),
    )
    return counted


@transaction.atomic(durable=True)
def add_meal(
    *,
    enrolment: Enrolment,
    day: datetime.date,
    actor: Actor,
    at: datetime.datetime,
    by_agent: bool = False,
    correcting: bool = False,
) -> BookingException | None:
    """
    Add a meal on an open day without one, or take back a cancellation (the answer is then None).

    One that corrects (`correcting`) may be of an invoiced month: a corrective run bills it.

    :raises MealAlreadyBooked: if there already is a meal
    :raises MealNotBooked: if that day cannot have one: closed, outside the enrolment, or Wednesday
    :raises MealTooLate: if the deadline has passed, unless an agent does it or it was billed anyway
    :raises AlreadyBilled: if the day is in an invoiced month, and this corrects nothing
    """
    standing = _lock_enrolment(enrolment)
    refuse_billed_days(day, at=at, correcting=correcting)
    booked = queries.booked_days(standing, Period(day, day + ONE_DAY))
    rules = queries.rules_on(day)
    if day in booked.cancelled_late and falls_on(standing.weekdays, day):
        _take_back(standing, day)
        exception = None
    else:
        _check_can_add(standing, day, booked, rules)
        if not by_agent and is_too_late(rules.cancellation, day, at):
            raise MealTooLate(day=day)
        exception = _add(standing, day, booked, actor=actor, at=at)
    record_audit(
        actor=actor,
        action="canteen.meal.added",
        subject_type="Enrolment",
        subject_id=standing.public_id,
        at=at,
        day=day.isoformat(),
    )
    return exception


def _check_can_add(
    enrolment: Enrolment, day: datetime.date, booked: BookedDays, rules: RulesDefinition
) -> None:
    if day not in booked.open_days:
        raise MealNotBooked(day=day, reason="CLOSED")
    if day in booked.meals(enrolment.weekdays):
        raise MealAlreadyBooked(day=day)
    is_for_boarders = rules.wednesday is not WednesdayPolicy.ALLOWED
    if weekday_bit(day) == WEDNESDAY and is_for_boarders and enrolment.service != Service.BOARDER:
        raise MealNotBooked(day=day, reason="WEDNESDAY")


def _add(
    enrolment: Enrolment,
    day: datetime.date,
    booked: BookedDays,
    *,
    actor: Actor,
    at: datetime.datetime,
) -> BookingException | None:
    if day in booked.cancelled_in_time | booked.cancelled_late:
        _take_back(enrolment, day)
        if falls_on(enrolment.weekdays, day):
            return None
    return BookingException.objects.create(
        enrolment=enrolment,
        day=day,
        kind=Kind.EXTRA,
        requested_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
    )


def _take_back(enrolment: Enrolment, day: datetime.date) -> None:
    enrolment.exceptions.filter(day=day, kind=Kind.CANCELLED).delete()


def _lock_enrolment(enrolment: Enrolment) -> Enrolment:
    locked = Enrolment.objects.select_for_update(of=("self",), no_key=True)
    standing = locked.select_related("college", "pupil").get(pk=enrolment.pk)
    if standing.state == Enrolment.State.DRAFT:
        raise MealNotBooked(reason="DRAFT")
    return standing
