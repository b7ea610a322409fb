"""Tills of a partner: the places where it takes tickets. Managers open, name and close them."""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, Forbidden
from federation.passplus.models import Partner, PartnerMember, PartnerRole, Till
from federation.passplus.permits import lock_partner

MOST_TILLS = 100
LONGEST_NAME = 60


class TillNameInvalid(DomainError):
    """A till has a name, and no other open till of the partner bears it."""

    code = "PASSPLUS_TILL_NAME_INVALID"


class TooManyTills(DomainError):
    """The partner has as many open tills as one may."""

    code = "PASSPLUS_TOO_MANY_TILLS"


class LastTill(DomainError):
    """Without a till nothing can be validated."""

    code = "PASSPLUS_LAST_TILL"


@transaction.atomic(durable=True)
def open_till(*, name: str, by: PartnerMember, actor: Actor, at: datetime.datetime) -> Till:
    """
    Open a till.

    :raises Forbidden: if `by` is no manager
    :raises TillNameInvalid: if it has no name, or an open till bears it
    :raises TooManyTills: if there are too many
    """
    partner = lock_partner(by.partner_id)
    check_manager(by)
    if Till.objects.filter(partner=partner, closed_at__isnull=True).count() >= MOST_TILLS:
        raise TooManyTills(most=MOST_TILLS)
    return add_till(partner, name=name, actor=actor, at=at)


def add_till(partner: Partner, *, name: str, actor: Actor, at: datetime.datetime) -> Till:
    """Open a till, in the transaction of an act that needs one.

    :raises TillNameInvalid: if it has no name, or an open till bears it
    """
    try:
        with transaction.atomic():
            till = Till.objects.create(partner=partner, name=_checked(name), opened_at=at)
    except IntegrityError as error:
        raise TillNameInvalid(field="name") from error
    _tell(till, "opened", actor=actor, at=at)
    return till


@transaction.atomic(durable=True)
def rename_till(
    *, till: Till, name: str, by: PartnerMember, actor: Actor, at: datetime.datetime
) -> Till:
    """
    Give a till another name.

    :raises Forbidden: if `by` is no manager
    :raises TillNameInvalid: if it has no name, or an open till bears it
    """
    lock_partner(by.partner_id)
    check_manager(by)
    held = Till.objects.get(pk=till.pk, partner_id=by.partner_id)
    former, held.name = held.name, _checked(name)
    if held.name != former:
        try:
            with transaction.atomic():
                held.save(update_fields=["name"])
        except IntegrityError as error:
            raise TillNameInvalid(field="name") from error
        _tell(held, "renamed", actor=actor, at=at, former=former)
    return held


@transaction.atomic(durable=True)
def close_till(*, till: Till, by: PartnerMember, actor: Actor, at: datetime.datetime) -> Till:
    """
    Close a till; what was validated there stays. Again changes nothing.

    :raises Forbidden: if `by` is no manager
    :raises LastTill: if it is the only one
    """
    lock_partner(by.partner_id)
    check_manager(by)
    held = Till.objects.get(pk=till.pk, partner_id=by.partner_id)
    if held.closed_at is not None:
        return held
    others = Till.objects.filter(partner_id=by.partner_id, closed_at__isnull=True)
    if not others.exclude(pk=held.pk).exists():
        raise LastTill(till=held.name)
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    _tell(held, "closed", actor=actor, at=at)
    return held


def check_manager(member: PartnerMember) -> None:
    """Refuse who does not manage the partner now. In the caller's transaction.

    :raises Forbidden: if they do not
    """
    still = PartnerMember.objects.filter(
        pk=member.pk, ended_at__isnull=True, role=PartnerRole.MANAGER
    )
    if not still.exists():
        raise Forbidden(member=str(member.public_id))


def _checked(name: str) -> str:
    written = " ".join(name.split())
    if not 0 < len(written) <= LONGEST_NAME:
        raise TillNameInvalid(field="name")
    return written


def _tell(till: Till, what: str, *, actor: Actor, at: datetime.datetime, **details: str) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.till.{what}",
        subject_type="Till",
        subject_id=till.public_id,
        at=at,
        **details,
    )
