"""Acts on enrolments: begin, enrol, change the weekdays, end. Called through `operations`.

The pupil is locked first: an enrolment and its price belong to the pupil. Before it, the choice of
the highest price locks the household, since it ends what the household proved. An enrolment is
never rewritten for days that passed (`standing`); who pays is in `paying`. A pupil has one enrolment
a day, whatever the service. Families are held to the cancellation deadline and to the dates of the
rules; an agent of the département or the collège (`by_agent`) is held only to invoiced months.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q

from billing.canteen import deadlines, queries
from billing.canteen.booking import ALL_WEEKDAYS, WEDNESDAY
from billing.canteen.models import Enrolment
from billing.canteen.paying import Payer, check_payers, write_payers
from billing.canteen.rules import RulesDefinition, WednesdayPolicy
from billing.canteen.standing import (
    EnrolmentNotActive,
    carry_cancellations,
    lock_active,
    lock_enrolment,
    lock_pupil,
    successor,
)
from billing.tariffs import decisions, recording
from billing.tariffs.issued_months import refuse_billed_days
from billing.tariffs.models import Service
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, RetryLater
from commons.outbox import record_event
from commons.school_calendar import SchoolYear
from tenants.people.models import College, Household, Pupil, Schooling

BOARDER_REGIME = "BOARDER"
State = Enrolment.State


class InvalidWeekdays(DomainError):
    """No day, a day that does not exist, or a Wednesday this pupil may not take."""

    code = "CANTEEN_INVALID_WEEKDAYS"


class InvalidStart(DomainError):
    """The day is outside the school year, or too close for the kitchen."""

    code = "CANTEEN_INVALID_START"


class NotSchooledThere(DomainError):
    """The pupil does not go to that collège that school year, or has left it by that day."""

    code = "CANTEEN_NOT_SCHOOLED_THERE"


class AlreadyEnrolled(DomainError):
    """The pupil already has an enrolment on some of these days."""

    code = "CANTEEN_ALREADY_ENROLLED"


class EnrolmentNotOpen(DomainError):
    """Enrolments for this school year open later."""

    code = "CANTEEN_ENROLMENT_NOT_OPEN"


class DaysNoLongerChangeable(DomainError):
    """Families may no longer change the weekdays: the collège does it."""

    code = "CANTEEN_DAYS_NO_LONGER_CHANGEABLE"


@transaction.atomic(durable=True)
def save_enrolment_draft(  # noqa: PLR0913  one argument per answer of the form
    *,
    pupil: Pupil,
    college: College,
    school_year: int,
    service: str = Service.HALF_BOARD,
    weekdays: int | None = None,
    start_on: datetime.date | None = None,
    payers: Sequence[Payer] | None = None,
    actor: Actor,
    at: datetime.datetime,
) -> Enrolment:
    """
    Save the steps of an enrolment answered so far; what is None is left as it was.

    :raises NotSchooledThere: if the pupil does not go to that collège that year, or left it
    :raises InvalidWeekdays: if the days given are impossible
    :raises InvalidStart: if the day given is outside the school year
    :raises InvalidPayers: if the payers given are impossible
    """
    locked = lock_pupil(pupil)
    today = at.astimezone(deadlines.PARIS).date()
    likely_start = start_on or max(today, SchoolYear(school_year).period.start)
    schooling = _schooling(locked, college, school_year, on=likely_start)
    draft = _draft(locked, college, school_year=school_year, service=service, at=at)
    if weekdays is not None:
        day = start_on or draft.valid_from or SchoolYear(school_year).period.start
        _check_weekdays(weekdays, schooling, service=service, rules=queries.rules_on(day))
        draft.weekdays = weekdays
    if start_on is not None:
        _check_within_year(start_on, school_year)
        draft.valid_from = start_on
    draft.save(update_fields=["college", "weekdays", "valid_from"])
    if payers is not None:
        check_payers(locked, payers, on=likely_start)
        write_payers(draft, payers)
    record_audit(
        actor=actor,
        action="canteen.enrolment.draft_saved",
        subject_type="Enrolment",
        subject_id=draft.public_id,
        at=at,
    )
    return draft


@transaction.atomic(durable=True)
def enrol(  # noqa: PLR0913  one argument per answer of the form
    *,
    pupil: Pupil,
    college: College,
    school_year: int,
    service: str = Service.HALF_BOARD,
    weekdays: int,
    start_on: datetime.date,
    payers: Sequence[Payer],
    choose_maximum: bool = False,
    actor: Actor,
    at: datetime.datetime,
    by_agent: bool = False,
) -> Enrolment:
    """
    Enrol a pupil from a day to the end of the school year, and decide the price from that day.

    A draft of the same enrolment becomes this one. A price that already rests on the same facts
    stays. Before a tariff is published the pupil is enrolled without a price: publishing decides it.
    What was cancelled in time on days of an enrolment that ended stays cancelled.
    `choose_maximum` ends what the household proved, from the same day on; for a pupil
    without a household there is nothing to end, and the highest price applies by itself.

    :raises NotSchooledThere: if the pupil does not go to that collège that year, or left it
    :raises EnrolmentNotOpen: if families cannot enrol yet
    :raises InvalidWeekdays: if the days are impossible for this pupil
    :raises InvalidStart: if the first day is outside the year, or too close for a family
    :raises InvalidPayers: if the payers are not guardians that day, or the shares not the whole
    :raises AlreadyEnrolled: if another enrolment holds on some of these days, of any service
    :raises AlreadyBilled: if the first day is in an invoiced month
    :raises MaximumNotOffered: if the highest price is chosen where the tariff offers no choice
    :raises ResourcesOverlap: if it is, and the household has resources that start later
    """
    household = _lock_household(pupil) if choose_maximum else None
    locked = lock_pupil(pupil)
    schooling = _schooling(locked, college, school_year, on=start_on)
    rules = queries.rules_on(start_on)
    _check_within_year(start_on, school_year)
    _check_weekdays(weekdays, schooling, service=service, rules=rules)
    if not by_agent:
        _check_open_for_families(rules, start_on, at)
    refuse_billed_days(start_on, at=at)
    valid_until = SchoolYear(school_year).period.end
    _refuse_overlap(locked, start_on, valid_until)
    check_payers(locked, payers, on=start_on)

    enrolment = _draft(locked, college, school_year=school_year, service=service, at=at)
    write_payers(enrolment, payers)
    enrolment.weekdays = weekdays
    enrolment.valid_from = start_on
    enrolment.valid_until = valid_until
    enrolment.state = State.ACTIVE
    enrolment.save(update_fields=["college", "weekdays", "valid_from", "valid_until", "state"])
    carry_cancellations(enrolment)
    if choose_maximum:
        _choose_maximum(locked, household, start_on, actor=actor, at=at)
    decisions.decide_from(pupil=locked, service=service, start=start_on, actor=actor, at=at)
    record_event(
        "canteen.enrolment.created",
        aggregate=f"enrolment:{enrolment.public_id}",
        occurred_at=at,
        enrolment=enrolment.public_id,
        pupil=locked.public_id,
    )
    record_audit(
        actor=actor,
        action="canteen.enrolment.created",
        subject_type="Enrolment",
        subject_id=enrolment.public_id,
        at=at,
        weekdays=weekdays,
        valid_from=start_on.isoformat(),
    )
    return enrolment


@transaction.atomic(durable=True)
def change_weekdays(
    *,
    enrolment: Enrolment,
    weekdays: int,
    effective_on: datetime.date,
    actor: Actor,
    at: datetime.datetime,
    by_agent: bool = False,
) -> Enrolment:
    """
    Change the weekdays from a day on, and return the enrolment that holds from that day.

    :raises EnrolmentNotActive: if it is a draft, or over on that day
    :raises NotSchooledThere: if the pupil has left that collège by that day
    :raises InvalidWeekdays: if the days are impossible for this pupil
    :raises InvalidStart: if the day is too close for a family
    :raises DaysNoLongerChangeable: if families may no longer change them
    :raises AlreadyBilled: if that day is in an invoiced month
    """
    pupil = lock_pupil(enrolment.pupil)
    standing = lock_active(enrolment, effective_on)
    rules = queries.rules_on(effective_on)
    schooling = _schooling(pupil, standing.college, standing.school_year, on=effective_on)
    _check_weekdays(weekdays, schooling, service=standing.service, rules=rules)
    if not by_agent:
        _check_changeable_by_families(rules, effective_on, at)
    refuse_billed_days(effective_on, at=at)
    if weekdays == standing.weekdays:
        return standing
    changed = successor(standing, effective_on, weekdays=weekdays, at=at)
    record_audit(
        actor=actor,
        action="canteen.enrolment.weekdays_changed",
        subject_type="Enrolment",
        subject_id=changed.public_id,
        at=at,
        weekdays=weekdays,
        effective_on=effective_on.isoformat(),
        before=str(standing.public_id),
    )
    return changed


@transaction.atomic(durable=True)
def end_enrolment(
    *,
    enrolment: Enrolment,
    end_on: datetime.date,
    actor: Actor,
    at: datetime.datetime,
    by_agent: bool = False,
) -> Enrolment:
    """
    End an enrolment: `end_on` is the first day without a meal. Its earlier days still count.

    :raises EnrolmentNotActive: if it is a draft, or already over on that day
    :raises InvalidStart: if the day is too close for a family
    :raises AlreadyBilled: if that day is in an invoiced month
    """
    lock_pupil(enrolment.pupil)
    standing = lock_enrolment(enrolment)
    if standing.state == State.DRAFT or standing.valid_from is None:
        raise EnrolmentNotActive(enrolment=str(standing.public_id))
    if standing.valid_until is not None and end_on >= standing.valid_until:
        raise EnrolmentNotActive(enrolment=str(standing.public_id))
    if not by_agent:
        _check_not_too_close(queries.rules_on(end_on), end_on, at)
    refuse_billed_days(end_on, at=at)
    standing.valid_until = max(end_on, standing.valid_from)
    standing.state = State.ENDED
    standing.save(update_fields=["valid_until", "state"])
    record_audit(
        actor=actor,
        action="canteen.enrolment.ended",
        subject_type="Enrolment",
        subject_id=standing.public_id,
        at=at,
        end_on=end_on.isoformat(),
    )
    return standing


# --- what the acts are made of ----------------------------------------------------------------


def _lock_household(pupil: Pupil) -> Household | None:
    return recording.lock_household(pupil.household.public_id) if pupil.household else None


def _choose_maximum(
    locked: Pupil,
    household: Household | None,
    start_on: datetime.date,
    *,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """The household was locked before the pupil, who may have joined another in between."""
    if locked.household_id != (household.pk if household else None):
        raise RetryLater(pupil=str(locked.public_id))
    if household is not None:
        recording.record_maximum(household=household, valid_from=start_on, actor=actor, at=at)


def _schooling(pupil: Pupil, college: College, school_year: int, *, on: datetime.date) -> Schooling:
    """The schooling that is not over on a day. It may begin later: a feed comes after the pupil."""
    schooling = (
        Schooling.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=on),
            pupil=pupil,
            college=college,
            school_year=school_year,
        )
        .order_by("-valid_from", "-pk")
        .first()
    )
    has_left = pupil.missing_since is not None and pupil.missing_since <= on
    if schooling is None or has_left:
        raise NotSchooledThere(
            pupil=str(pupil.public_id), college=college.uai, school_year=school_year
        )
    return schooling


def _check_weekdays(
    weekdays: int, schooling: Schooling, *, service: str, rules: RulesDefinition
) -> None:
    if not 1 <= weekdays <= ALL_WEEKDAYS:
        raise InvalidWeekdays(reason="NO_DAY" if weekdays == 0 else "UNKNOWN_DAY")
    if not weekdays & WEDNESDAY:
        return
    is_boarder = service == Service.BOARDER or schooling.regime == BOARDER_REGIME
    if rules.wednesday is WednesdayPolicy.CLOSED:
        raise InvalidWeekdays(reason="WEDNESDAY_CLOSED")
    if rules.wednesday is WednesdayPolicy.BOARDERS_ONLY and not is_boarder:
        raise InvalidWeekdays(reason="WEDNESDAY_FOR_BOARDERS")


def _check_within_year(day: datetime.date, school_year: int) -> None:
    if not SchoolYear(school_year).period.contains(day):
        raise InvalidStart(reason="OUTSIDE_SCHOOL_YEAR", day=day)


def _check_not_too_close(rules: RulesDefinition, day: datetime.date, at: datetime.datetime) -> None:
    first_free = deadlines.first_free_day(rules.cancellation, at)
    if day < first_free:
        raise InvalidStart(reason="TOO_CLOSE", day=day, first_free_day=first_free)


def _check_open_for_families(
    rules: RulesDefinition, start_on: datetime.date, at: datetime.datetime
) -> None:
    opens_on = rules.enrolment_opens_on
    if opens_on is not None and at.astimezone(deadlines.PARIS).date() < opens_on:
        raise EnrolmentNotOpen(opens_on=opens_on)
    _check_not_too_close(rules, start_on, at)


def _check_changeable_by_families(
    rules: RulesDefinition, effective_on: datetime.date, at: datetime.datetime
) -> None:
    until = rules.weekdays_change_until
    if until is not None and at.astimezone(deadlines.PARIS).date() > until:
        raise DaysNoLongerChangeable(until=until)
    _check_not_too_close(rules, effective_on, at)


def _refuse_overlap(
    pupil: Pupil, start_on: datetime.date, valid_until: datetime.date | None
) -> None:
    clashing = (
        Enrolment.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=start_on),
            pupil=pupil,
            valid_from__lt=valid_until,
        )
        .exclude(state=State.DRAFT)
        .exclude(valid_until=F("valid_from"))
    )
    first = clashing.order_by("valid_from").first()
    if first is not None:
        raise AlreadyEnrolled(enrolment=str(first.public_id))


def _draft(
    pupil: Pupil, college: College, *, school_year: int, service: str, at: datetime.datetime
) -> Enrolment:
    """The draft of the pupil for that year, made if need be."""
    draft = queries.draft_of(pupil, school_year=school_year, service=service)
    if draft is None:
        return Enrolment.objects.create(
            pupil=pupil,
            college=college,
            school_year=school_year,
            service=service,
            state=State.DRAFT,
            created_at=at,
        )
    draft.college = college
    return draft
