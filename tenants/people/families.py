"""Households, accounts and payers of families: the acts that no feed does.

The feed says who answers for whom; it says nothing of tax households, of accounts, nor of how two
parents share a bill. Shares are in ten-thousandths of a pupil's bills and add up to the whole.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Greatest

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from tenants.accounts.models import User
from tenants.people import locks
from tenants.people.models import (
    WHOLE_SHARE_BP,
    Guardian,
    Guardianship,
    Household,
    HouseholdMember,
    Pupil,
)


class NotAGuardian(DomainError):
    """The person does not answer for this pupil."""

    code = "PEOPLE_NOT_A_GUARDIAN"


class SharesNotWhole(DomainError):
    """Shares are positive and add up to the whole."""

    code = "PEOPLE_SHARES_NOT_WHOLE"


class AlreadyConnected(DomainError):
    """The person has another account, or the account is another person's."""

    code = "PEOPLE_ALREADY_CONNECTED"


@transaction.atomic(durable=True)
def form_household(
    *,
    label: str,
    guardians: Sequence[Guardian],
    pupils: Sequence[Pupil],
    valid_from: datetime.date,
    actor: Actor,
    at: datetime.datetime,
) -> Household:
    """
    Form a tax household; its pupils are priced by its resources from now on.

    A member of another household leaves it on `valid_from`; a membership that was to begin later is
    taken back.
    """
    pupil_keys = [pupil.pk for pupil in pupils]
    locked = list(
        Pupil.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=pupil_keys)
        .order_by("pk")
    )
    _lock_guardians(guardians)
    household = Household.objects.create(label=label)
    HouseholdMember.objects.filter(guardian__in=guardians, valid_until__isnull=True).update(
        valid_until=Greatest("valid_from", Value(valid_from))
    )
    HouseholdMember.objects.bulk_create(
        HouseholdMember(household=household, guardian=guardian, valid_from=valid_from)
        for guardian in guardians
    )
    for pupil in locked:
        pupil.household = household
        pupil.save(update_fields=["household"])
    record_audit(
        actor=actor,
        action="people.household.formed",
        subject_type="household",
        subject_id=household.public_id,
        at=at,
        guardians=[str(guardian.public_id) for guardian in guardians],
        pupils=[str(pupil.public_id) for pupil in pupils],
    )
    return household


def _lock_guardians(guardians: Sequence[Guardian]) -> None:
    """Be the only one to move these guardians from household to household."""
    keys = [guardian.pk for guardian in guardians]
    rows = Guardian.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    list(rows.order_by("pk"))


@transaction.atomic(durable=True)
def share_bills(
    *, pupil: Pupil, shares: Mapping[int, int], actor: Actor, at: datetime.datetime
) -> None:
    """
    Say who pays a pupil's bills from now on: {guardian's primary key: share}.

    :raises SharesNotWhole: if shares are not positive or do not add up to the whole
    :raises NotAGuardian: if one does not answer for the pupil
    """
    if sum(shares.values()) != WHOLE_SHARE_BP or any(share <= 0 for share in shares.values()):
        raise SharesNotWhole(shares=list(shares.values()))
    locks.lock_shares()
    links = {
        link.guardian_id: link
        for link in Guardianship.objects.select_for_update(of=("self",), no_key=True)
        .filter(pupil=pupil, valid_until__isnull=True)
        .order_by("pk")
    }
    unknown = set(shares) - set(links)
    if unknown:
        raise NotAGuardian(guardians=sorted(unknown))
    for guardian_id, link in links.items():
        link.payer_share_bp = shares.get(guardian_id, 0)
        link.save(update_fields=["payer_share_bp"])
    record_audit(
        actor=actor,
        action="people.bills.shared",
        subject_type="pupil",
        subject_id=pupil.public_id,
        at=at,
        shares=sorted(shares.values()),
    )


@transaction.atomic(durable=True)
def connect_guardian(
    *, guardian: Guardian, user: User, actor: Actor, at: datetime.datetime
) -> Guardian:
    """
    Give a guardian their account; giving it again changes nothing.

    :raises AlreadyConnected: if either is already connected to another
    """
    locked = Guardian.objects.select_for_update(of=("self",), no_key=True).get(pk=guardian.pk)
    if locked.user_id == user.pk:
        return locked
    if locked.user_id is not None or Guardian.objects.filter(user=user).exists():
        raise AlreadyConnected(guardian=str(locked.public_id))
    locked.user = user
    locked.save(update_fields=["user"])
    record_audit(
        actor=actor,
        action="people.guardian.connected",
        subject_type="guardian",
        subject_id=locked.public_id,
        at=at,
        user=str(user.public_id),
    )
    return locked
