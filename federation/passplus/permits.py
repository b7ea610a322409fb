"""Until when a till may validate without network, and what waits meanwhile.

A phone without network sees a signature, not the books. What it accepts must still be there when it
sends it, so while a permit runs no ticket made out to its partner is given up, and a permit never
crosses a day on which tickets end or credit goes back: what is sent in time finds its money. Permit and
cancellation meet on the partner's row, which both lock.
"""

from __future__ import annotations

import datetime
import uuid

from django.db import connection, transaction
from psycopg.types.numeric import Int8

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, Forbidden
from commons.querysets import refuse_foreign_row
from federation.passplus.engine.spending import start_of
from federation.passplus.models import (
    Campaign,
    OfflinePermit,
    Partner,
    PartnerMember,
    Ticket,
    Till,
)
from federation.passplus.queries import waits_until
from federation.passplus.statements import named

LONGEST = datetime.timedelta(hours=12)
SHORTEST = datetime.timedelta(minutes=30)
TIME_TO_SEND = datetime.timedelta(hours=12)


class CancellationWaits(DomainError):
    """The partner of this ticket works without network: it may have taken it."""

    code = "PASSPLUS_CANCELLATION_WAITS"


class OfflineNotNow(DomainError):
    """A day on which tickets end, or credit goes back, is too near."""

    code = "PASSPLUS_OFFLINE_NOT_NOW"


class TillClosed(DomainError):
    """The till takes no ticket any more, or belongs to somebody else."""

    code = "PASSPLUS_TILL_CLOSED"


@transaction.atomic(durable=True)
def begin_offline(
    *,
    member: PartnerMember,
    till: Till,
    hours: int,
    actor: Actor,
    at: datetime.datetime,
) -> OfflinePermit:
    """
    Let a till validate without network for some hours; it ends sooner before a day that ends tickets.

    :raises Forbidden: if they no longer work there
    :raises TillClosed: if the till is closed
    :raises OfflineNotNow: if such a day is too near
    """
    lock_partner(member.partner_id)
    check_at_work(member, till)
    until = _longest_until(at, min(datetime.timedelta(hours=max(hours, 1)), LONGEST))
    permit = OfflinePermit.objects.create(
        till=till, member=member, begun_at=at, until=until, sent_by=until + TIME_TO_SEND
    )
    _tell(permit, "begun", actor=actor, at=at, until=until.isoformat())
    return permit


@transaction.atomic(durable=True)
def end_offline(*, permit: OfflinePermit, actor: Actor, at: datetime.datetime) -> OfflinePermit:
    """Take a permit back, once the phone has sent all that it had. Again changes nothing."""
    held = OfflinePermit.objects.select_for_update(of=("self",), no_key=True).get(pk=permit.pk)
    if held.ended_at is None:
        held.ended_at = at
        held.save(update_fields=["ended_at"])
        _tell(held, "ended", actor=actor, at=at)
    return held


def refuse_while_offline(ticket: Ticket, *, at: datetime.datetime) -> None:
    """
    Refuse to give up a ticket that a phone without network may have taken. In the caller's transaction.

    :raises CancellationWaits: while a permit of its partner runs
    """
    if ticket.made_out_to_id is None:
        return
    lock_partner(ticket.made_out_to_id)
    until = waits_until(ticket, at=at)
    if until is not None:
        raise CancellationWaits(until=until)


def lock_partner(partner_id: int) -> Partner:
    """Hold a partner to the end of the transaction: its people, its tills, its permits."""
    return Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner_id)


def check_at_work(member: PartnerMember, till: Till, *, key: uuid.UUID | None = None) -> bool:
    """
    Refuse who no longer works there, and a till that is closed or another's; whether a key served before.

    One statement: it is asked at each validation (ADR 0058).

    :raises Forbidden: if they left
    :raises TillClosed: if the till takes no ticket
    """
    refuse_foreign_row(member)
    refuse_foreign_row(till)
    with connection.cursor() as cursor:
        asked = [Int8(member.pk), Int8(till.pk), Int8(member.partner_id), key]
        cursor.execute(named("at_till"), asked)
        works_there, takes_tickets, is_known = cursor.fetchone()
    if not works_there:
        raise Forbidden(member=str(member.public_id))
    if not takes_tickets:
        raise TillClosed(till=till.name)
    return bool(is_known)


def _longest_until(at: datetime.datetime, wanted: datetime.timedelta) -> datetime.datetime:
    ends = [
        start_of(day)
        for campaign in Campaign.objects.all()
        for day in (campaign.rules.tickets.issued_before, campaign.rules.tickets.captured_before)
    ]
    last = min([end - TIME_TO_SEND for end in ends if end > at], default=at + wanted)
    until = min(at + wanted, last)
    if until < at + SHORTEST:
        raise OfflineNotNow(on=(last + TIME_TO_SEND).date())
    return until


def _tell(
    permit: OfflinePermit, what: str, *, actor: Actor, at: datetime.datetime, **details: str
) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.offline.{what}",
        subject_type="Till",
        subject_id=permit.till.public_id,
        at=at,
        **details,
    )
