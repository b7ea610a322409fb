"""Where partners are paid. An IBAN is sealed, and counts once an agent has confirmed it.

Changing an account by a message is how money is stolen: what a partner gives waits, the contact of the
partner is told, and the account before it keeps being paid until somebody has checked.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from commons import sealing
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.models import Partner, PartnerIban

PURPOSE = "passplus.iban"
LONGEST_HOLDER = 140  # of a name in pain.001
# Where SEPA reaches (EPC409-09), by the countries an IBAN begins with.
SEPA = frozenset(
    {
        "AD", "AL", "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB",
        "GI", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME", "MK",
        "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "VA",
    }
)  # fmt: skip


class IbanInvalid(DomainError):
    """No account of SEPA bears this number; `field` names what is wrong."""

    code = "PASSPLUS_IBAN_INVALID"


class IbanMissing(DomainError):
    """No account of this partner was confirmed yet."""

    code = "PASSPLUS_IBAN_MISSING"


class IbanNotWaiting(DomainError):
    """This account waits for nobody: it was confirmed, or another was given since."""

    code = "PASSPLUS_IBAN_NOT_WAITING"


class IbanOfOneself(DomainError):
    """Who gave an account does not confirm it."""

    code = "PASSPLUS_IBAN_OF_ONESELF"


def read_iban(typed: str) -> str:
    """
    An IBAN as it is kept: without spaces, in capitals.

    :raises IbanInvalid: if it cannot be one, or SEPA does not reach it
    """
    try:
        number = str(ibans.validate(typed))
    except ValidationError as error:
        raise IbanInvalid(field="iban") from error
    if number[:2] not in SEPA:
        raise IbanInvalid(field="iban")
    return number


def read_holder(typed: str) -> str:
    """
    The name of an account's holder.

    :raises IbanInvalid: if there is none, or it is too long for a transfer
    """
    holder = " ".join(typed.split())
    if not holder or len(holder) > LONGEST_HOLDER:
        raise IbanInvalid(field="account_holder")
    return holder


def sealed(number: str) -> bytes:
    """An IBAN as it may be stored."""
    return sealing.seal(number, purpose=PURPOSE)


def iban_of(partner: Partner) -> PartnerIban:
    """
    The account that a partner is paid to.

    :raises IbanMissing: if none was confirmed
    """
    found = partner.ibans.filter(confirmed_at__isnull=False, closed_at__isnull=True).first()
    if found is None:
        raise IbanMissing(partner=str(partner.public_id))
    return found


def open_iban(partner: Partner) -> str:
    """
    The IBAN that a partner is paid to, opened. For the file that pays, and nothing else.

    :raises IbanMissing: if none was confirmed
    """
    return sealing.unseal(bytes(iban_of(partner).sealed_iban), purpose=PURPOSE)


@transaction.atomic(durable=True)
def give_iban(
    *, partner: Partner, iban: str, holder: str, actor: Actor, at: datetime.datetime
) -> PartnerIban:
    """
    Give another account to be paid to; it waits for an agent, in place of one that waited.

    :raises IbanInvalid: if it cannot be one; `field` names what is wrong
    """
    number, named = read_iban(iban), read_holder(holder)
    Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner.pk)
    _close(partner, at=at, is_confirmed=False)
    given = PartnerIban.objects.create(
        partner=partner,
        holder=named,
        sealed_iban=sealed(number),
        ending=number[-4:],
        given_by=actor.id,
        given_at=at,
    )
    _record("passplus.iban.given", given, actor=actor, at=at)
    record_event(
        "passplus.iban.given",
        aggregate=f"partner:{partner.public_id}",
        occurred_at=at,
        iban_id=given.pk,
    )
    return given


@transaction.atomic(durable=True)
def confirm_iban(*, iban: PartnerIban, actor: Actor, at: datetime.datetime) -> PartnerIban:
    """
    Say that an account was checked: the partner is paid there from now on.

    :raises IbanNotWaiting: if it was confirmed, or another was given since
    :raises IbanOfOneself: if who gave it is who confirms it
    """
    Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=iban.partner_id)
    waiting = PartnerIban.objects.filter(
        pk=iban.pk, confirmed_at__isnull=True, closed_at__isnull=True
    ).first()
    if waiting is None:
        raise IbanNotWaiting(iban=str(iban.public_id))
    if waiting.given_by == actor.id:
        raise IbanOfOneself
    _close(waiting.partner, at=at, is_confirmed=True)
    waiting.confirmed_by, waiting.confirmed_at = actor.id, at
    waiting.save(update_fields=["confirmed_by", "confirmed_at"])
    _record("passplus.iban.confirmed", waiting, actor=actor, at=at)
    return waiting


def keep_checked(
    *, partner: Partner, holder: str, sealed_iban: bytes, ending: str, actor: Actor,
    checked_by: str, at: datetime.datetime,
) -> PartnerIban:  # fmt: skip
    """Keep the account of an application that an agent accepted. Inside the caller's transaction."""
    _close(partner, at=at, is_confirmed=False)
    _close(partner, at=at, is_confirmed=True)
    return PartnerIban.objects.create(
        partner=partner,
        holder=holder,
        sealed_iban=sealed_iban,
        ending=ending,
        given_by=actor.id,
        given_at=at,
        confirmed_by=checked_by,
        confirmed_at=at,
    )


def _close(partner: Partner, *, at: datetime.datetime, is_confirmed: bool) -> None:
    PartnerIban.objects.filter(
        partner=partner, closed_at__isnull=True, confirmed_at__isnull=not is_confirmed
    ).update(closed_at=at)


def _record(action: str, iban: PartnerIban, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject_type="Partner",
        subject_id=iban.partner.public_id,
        at=at,
        ending=iban.ending,
    )
