"""The enrolment that holds, and the one that follows it. Called by acts, inside their transaction.

An enrolment is never rewritten for days that passed: what changes from a day on (its weekdays, its
payers) ends it that day and starts its successor, which keeps the rest and takes the exceptions of
the days to come. One that has not begun changes in place. An added meal that the new weekdays hold
anyway is one no more: were it kept, cancelling that day would only take the addition back.
"""

from __future__ import annotations

import datetime

from billing.canteen.booking import falls_on
from billing.canteen.models import BookingException, Enrolment, EnrolmentPayer
from billing.tariffs import decisions
from commons.errors import DomainError, NotFound
from tenants.people.models import Pupil

State = Enrolment.State


class EnrolmentNotActive(DomainError):
    """The enrolment is a draft, or over on that day."""

    code = "CANTEEN_ENROLMENT_NOT_ACTIVE"


def lock_pupil(pupil: Pupil) -> Pupil:
    """Lock the pupil an enrolment and its price belong to.

    :raises NotFound: if the pupil is gone
    """
    try:
        return decisions.lock_pupil(pupil.public_id)
    except Pupil.DoesNotExist as error:
        raise NotFound(pupil=str(pupil.public_id)) from error


def lock_enrolment(enrolment: Enrolment) -> Enrolment:
    """Lock an enrolment, and read it again."""
    locked = Enrolment.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related("college").get(pk=enrolment.pk)


def lock_active(enrolment: Enrolment, day: datetime.date) -> Enrolment:
    """Lock an enrolment that is to change from a day on.

    :raises EnrolmentNotActive: if it is a draft, or over on that day
    """
    standing = lock_enrolment(enrolment)
    is_over = standing.valid_until is not None and standing.valid_until <= day
    if standing.state != State.ACTIVE or is_over:
        raise EnrolmentNotActive(enrolment=str(standing.public_id))
    return standing


def successor(
    standing: Enrolment,
    effective_on: datetime.date,
    *,
    weekdays: int | None = None,
    at: datetime.datetime,
) -> Enrolment:
    """The enrolment that holds from a day on, with these weekdays: itself, if it has not begun."""
    kept_or_new = standing.weekdays if weekdays is None else weekdays
    if standing.valid_from is not None and effective_on <= standing.valid_from:
        standing.weekdays = kept_or_new
        standing.save(update_fields=["weekdays"])
        _forget_needless_extras(standing)
        return standing
    valid_until = standing.valid_until
    standing.valid_until = effective_on
    standing.state = State.ENDED
    standing.save(update_fields=["valid_until", "state"])
    following = Enrolment.objects.create(
        pupil_id=standing.pupil_id,
        college=standing.college,
        school_year=standing.school_year,
        service=standing.service,
        weekdays=kept_or_new,
        state=State.ACTIVE,
        valid_from=effective_on,
        valid_until=valid_until,
        created_at=at,
    )
    EnrolmentPayer.objects.bulk_create(
        EnrolmentPayer(enrolment=following, guardian_id=payer.guardian_id, share_bp=payer.share_bp)
        for payer in standing.payers.order_by("pk")
    )
    standing.exceptions.filter(day__gte=effective_on).update(enrolment=following)
    _forget_needless_extras(following)
    return following


def _forget_needless_extras(enrolment: Enrolment) -> None:
    """Added meals on days the weekly rule holds: the rule gives them already."""
    extras = enrolment.exceptions.filter(kind=BookingException.Kind.EXTRA)
    needless = [extra.pk for extra in extras if falls_on(enrolment.weekdays, extra.day)]
    enrolment.exceptions.filter(pk__in=needless).delete()


def carry_cancellations(enrolment: Enrolment) -> None:
    """Take over the cancellations of its days that an enrolment ended before kept to itself.

    A family that cancelled a day in time, ended, and enrols again, still has it cancelled.
    """
    days = BookingException.objects.filter(
        enrolment__pupil_id=enrolment.pupil_id,
        kind=BookingException.Kind.CANCELLED,
        day__gte=enrolment.valid_from,
        day__lt=enrolment.valid_until,
    ).exclude(enrolment=enrolment)
    newest: dict[datetime.date, int] = {}
    for exception in days.order_by("requested_at", "pk"):
        newest[exception.day] = exception.pk
    BookingException.objects.filter(pk__in=newest.values()).update(enrolment=enrolment)
