"""Who pays for an enrolment: guardians of the pupil, and shares that make the whole.

Shares are ten-thousandths and add up to 10,000. A guardian whose link with the pupil has ended pays
no longer. Parents separate within the year: payers change from a day on, the days before stay with
those who paid them, and an issued month never changes.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from billing.canteen import standing as standing_enrolments
from billing.canteen.models import WHOLE_SHARE_BP, Enrolment, EnrolmentPayer
from billing.tariffs.issued_months import refuse_billed_days
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from tenants.people.models import Guardian, Guardianship, Pupil


class InvalidPayers(DomainError):
    """A payer is no longer a guardian of the pupil, comes twice, or the shares miss the whole."""

    code = "CANTEEN_INVALID_PAYERS"


@dataclasses.dataclass(frozen=True, slots=True)
class Payer:
    """A guardian and the share of the price they pay, in ten-thousandths."""

    guardian: Guardian
    share_bp: int


@transaction.atomic(durable=True)
def change_payers(
    *,
    enrolment: Enrolment,
    payers: Sequence[Payer],
    effective_on: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> Enrolment:
    """
    Change who pays from a day on, and return the enrolment that holds from that day.

    The same payers and shares change nothing.

    :raises EnrolmentNotActive: if it is a draft, or over on that day
    :raises InvalidPayers: if the payers are not guardians that day, or the shares not the whole
    :raises AlreadyBilled: if that day is in an invoiced month
    """
    pupil = standing_enrolments.lock_pupil(enrolment.pupil)
    standing = standing_enrolments.lock_active(enrolment, effective_on)
    check_payers(pupil, payers, on=effective_on)
    refuse_billed_days(effective_on, at=at)
    asked = {payer.guardian.pk: payer.share_bp for payer in payers}
    if dict(standing.payers.values_list("guardian_id", "share_bp")) == asked:
        return standing
    following = standing_enrolments.successor(standing, effective_on, at=at)
    write_payers(following, payers)
    record_audit(
        actor=actor,
        action="canteen.enrolment.payers_changed",
        subject_type="Enrolment",
        subject_id=following.public_id,
        at=at,
        effective_on=effective_on.isoformat(),
        before=str(standing.public_id),
        payers=[{"guardian": str(p.guardian.public_id), "share_bp": p.share_bp} for p in payers],
    )
    return following


def check_payers(pupil: Pupil, payers: Sequence[Payer], *, on: datetime.date) -> None:
    """Check who is to pay from a day on.

    :raises InvalidPayers: if a payer is no guardian then, comes twice, or the shares miss the whole
    """
    guardians = {payer.guardian.pk for payer in payers}
    if not payers:
        raise InvalidPayers(reason="NO_PAYER")
    if len(guardians) != len(payers):
        raise InvalidPayers(reason="PAYER_TWICE")
    if any(payer.share_bp <= 0 for payer in payers):
        raise InvalidPayers(reason="SHARE_NOT_POSITIVE")
    total_bp = sum(payer.share_bp for payer in payers)
    if total_bp != WHOLE_SHARE_BP:
        raise InvalidPayers(reason="SHARES_MISS_THE_WHOLE", total_bp=total_bp)
    links = Guardianship.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        pupil=pupil,
        guardian_id__in=guardians,
    )
    if set(links.values_list("guardian_id", flat=True)) != guardians:
        raise InvalidPayers(reason="NOT_A_GUARDIAN")


def write_payers(enrolment: Enrolment, payers: Sequence[Payer]) -> None:
    """Write who pays, in place of those who did."""
    EnrolmentPayer.objects.filter(enrolment=enrolment).delete()
    EnrolmentPayer.objects.bulk_create(
        EnrolmentPayer(enrolment=enrolment, guardian=payer.guardian, share_bp=payer.share_bp)
        for payer in payers
    )
