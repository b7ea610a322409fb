"""At a till: a ticket looked at, validated, and put back within a minute.

A validation and its till are written together or not at all. What undoes it are the opposite movements,
then a hold again: the ticket is what it was, under the same code. What was released beside it may have
been spent meanwhile; the ticket then keeps what is there, never less than what was validated.

Locks: the ticket, then the accounts in the order of their ids.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError, Forbidden
from commons.tenancy import require_tenant
from federation.passplus import codes, signing, taking, ticketing, undoing
from federation.passplus.engine import spending
from federation.passplus.engine.refusals import TicketUnknown
from federation.passplus.models import (
    GuestCapture,
    PartnerMember,
    Ticket,
    Till,
    TillCapture,
)
from federation.passplus.permits import check_at_work
from federation.passplus.putting_back import UndoTooLate, put_back
from federation.passplus.reimbursing import righting

UNDO_FOR = datetime.timedelta(minutes=1)
Way = TillCapture.Way


class TicketTaken(DomainError):
    """The partner validated this ticket already; the details say at which till, and when."""

    code = "PASSPLUS_TICKET_TAKEN"


class ValidationReused(DomainError):
    """The key of this validation served for another one."""

    code = "PASSPLUS_VALIDATION_REUSED"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A validation asked for, once what was written is read; `taken_at` when a phone had no network."""

    code: str
    cents: int | None
    key: uuid.UUID
    way: Way
    taken_at: datetime.datetime | None = None


def capture_at_till(
    *,
    member: PartnerMember,
    till: Till,
    written: str,
    key: uuid.UUID,
    way: Way,
    actor: Actor,
    at: datetime.datetime,
    cents: int | None = None,
) -> TillCapture:
    """
    Validate a ticket at a till, in full or in part. The same key gives the first answer.

    :param written: its code as somebody typed it, or the text of its picture
    :raises Forbidden: if they no longer work there
    :raises TillClosed: if the till is closed
    :raises TicketUnreadable: if it can be no code of a ticket
    :raises TicketTextInvalid: if the picture names us, and is no ticket of ours
    :raises TicketTaken: if this partner validated it before
    :raises DomainError: as `taking.take_ticket`
    """
    read = codes.read(written)
    if read.departement not in (None, require_tenant().code):
        return _capture_guest(
            member, till, written, Asked(read.code, cents, key, way), actor=actor, at=at
        )
    return _capture_ours(member, till, Asked(code_in(written), cents, key, way), actor=actor, at=at)


@transaction.atomic(durable=True)
def _capture_ours(
    member: PartnerMember, till: Till, asked: Asked, *, actor: Actor, at: datetime.datetime
) -> TillCapture:
    return capture(member, till, asked, actor=actor, at=at)


def _capture_guest(
    member: PartnerMember,
    till: Till,
    written: str,
    asked: Asked,
    *,
    actor: Actor,
    at: datetime.datetime,
) -> TillCapture:
    """A ticket of another département, taken there, then written here (docs/adr/0057).

    If this process dies in between, the same page sent again writes it.
    """
    if check_at_work(member, till, key=asked.key):
        before = _asked_before(member, asked)
        assert before is not None
        return before
    taken = taking.take_ticket(
        text=written, partner=member.partner, cents=asked.cents, actor=actor, at=at
    )
    guest = taken.guest
    assert guest is not None
    return _write_guest(member, till, asked, guest, at=at)


@transaction.atomic(durable=True)
def _write_guest(
    member: PartnerMember,
    till: Till,
    asked: Asked,
    guest: GuestCapture,
    *,
    at: datetime.datetime,
) -> TillCapture:
    GuestCapture.objects.select_for_update(of=("self",), no_key=True).get(pk=guest.pk)
    before = TillCapture.objects.select_related("till").filter(guest=guest).first()
    if before is not None and before.key != asked.key:
        raise TicketTaken(ticket=asked.code, till=before.till.name, taken_at=before.taken_at)
    return before or TillCapture.objects.create(
        till=till,
        member=member,
        guest=guest,
        key=asked.key,
        code=asked.code,
        cents=guest.cents,
        way=asked.way,
        taken_at=at,
        booked_at=at,
    )


def capture(
    member: PartnerMember, till: Till, asked: Asked, *, actor: Actor, at: datetime.datetime
) -> TillCapture:
    """`capture_at_till`, in the caller's transaction. Its key is looked for under the lock of the ticket."""
    ticket = _lock_ticket(asked.code)
    if check_at_work(member, till, key=asked.key):
        before = _asked_before(member, asked)
        assert before is not None
        return before
    if ticket is None:
        raise TicketUnknown(ticket=asked.code[: ticketing.CODE_LENGTH])
    if ticket.captured_by_id == member.partner_id:
        raise TicketTaken(**where_taken(ticket))
    taken = ticketing.capture_locked(
        ticket=ticket,
        partner=member.partner,
        cents=asked.cents,
        actor=actor,
        at=at,
        shown_at=asked.taken_at,
    )
    assert taken.captured_cents is not None
    return TillCapture.objects.create(
        till=till,
        member=member,
        ticket=taken,
        key=asked.key,
        code=asked.code,
        cents=taken.captured_cents,
        way=asked.way,
        taken_at=asked.taken_at or at,
        booked_at=at,
    )


def _asked_before(member: PartnerMember, asked: Asked) -> TillCapture | None:
    before = TillCapture.objects.select_related("till").filter(key=asked.key).first()
    if before is None:
        return None
    if (before.till.partner_id, before.code) != (member.partner_id, asked.code):
        raise ValidationReused
    return before


def undo_capture(
    *, capture: TillCapture, member: PartnerMember, actor: Actor, at: datetime.datetime
) -> TillCapture:
    """
    Put back what was validated a moment ago: the ticket can be used or given up again.

    Again changes nothing.

    :raises Forbidden: if it is another partner's, or they no longer work there
    :raises UndoTooLate: after a minute, once the partner was paid for it, or once it was taken back
    """
    if capture.guest_id is None:
        return _undo_ours(capture, member, actor=actor, at=at)
    held = _begin_undoing(capture, member, actor=actor, at=at)
    assert held.guest is not None
    undoing.finish(held.guest, actor=actor, at=at)
    return held


@transaction.atomic(durable=True)
def _begin_undoing(
    capture: TillCapture, member: PartnerMember, *, actor: Actor, at: datetime.datetime
) -> TillCapture:
    """A ticket of another département: held here, before it is put back there (docs/adr/0057)."""
    found = TillCapture.objects.select_for_update(of=("self",), no_key=True)
    held = found.select_related("till", "guest__partner").get(pk=capture.pk)
    if held.till.partner_id != member.partner_id:
        raise Forbidden(capture=str(capture.public_id))
    check_at_work(member, held.till)
    if held.undone_at is not None:
        return held
    if at > held.booked_at + UNDO_FOR or held.guest is None:
        raise UndoTooLate
    undoing.hold_guest(held.guest, actor=actor, at=at)
    held.undone_at, held.undone_by = at, member
    held.save(update_fields=["undone_at", "undone_by"])
    return held


@transaction.atomic(durable=True)
def _undo_ours(
    capture: TillCapture, member: PartnerMember, *, actor: Actor, at: datetime.datetime
) -> TillCapture:
    ticket = _lock_ticket(capture.code)
    held = TillCapture.objects.select_related("till").get(pk=capture.pk)
    if held.till.partner_id != member.partner_id:
        raise Forbidden(capture=str(capture.public_id))
    check_at_work(member, held.till)
    if held.undone_at is not None:
        return held
    if ticket is None or held.refusal or ticket.state != Ticket.State.CAPTURED:
        raise UndoTooLate
    campaign = ticket.purse.card.campaign
    is_over = spending.day_of(at) >= campaign.rules.tickets.captured_before
    is_settled = is_stated(ticket) or bool(righting.taken_back([ticket.pk]))
    if at > held.booked_at + UNDO_FOR or is_over or is_settled:
        raise UndoTooLate
    put_back(
        ticket,
        campaign,
        owed_account_id=member.partner.account_id,
        reference=ticket.reference("undo-due"),
        actor=actor,
        at=at,
    )
    held.undone_at, held.undone_by = at, member
    held.save(update_fields=["undone_at", "undone_by"])
    record_audit(
        actor=actor,
        action="passplus.ticket.capture_undone",
        subject_type="Ticket",
        subject_id=ticket.public_id,
        at=at,
        cents=held.cents,
        partner=str(member.partner.public_id),
    )
    return held


def is_stated(ticket: Ticket) -> bool:
    """Whether a statement of what is paid to the partner took this validation already."""
    return bool(ticket.statement_lines.filter(is_live=True).exists())


def code_in(written: str) -> str:
    """The code of a ticket of this département, typed or in the text of its picture.

    :raises TicketUnreadable: if it can be no code of a ticket
    :raises TicketTextInvalid: if the picture is no ticket of this département
    """
    text = written.strip()
    if not text.startswith(codes.PREFIX):
        return codes.read(text).code
    return signing.read_text(text, signing.published_keys()["keys"]).code


def where_taken(ticket: Ticket) -> dict[str, object]:
    """At which till of the partner a ticket was validated, and when, for who is refused it."""
    taken = ticket.till_captures.filter(refusal="", undone_at__isnull=True)
    found = taken.select_related("till").first()
    return {
        "ticket": ticket.code,
        "till": found.till.name if found else "",
        "taken_at": found.taken_at if found else ticket.ended_at,
    }


def _lock_ticket(code: str) -> Ticket | None:
    try:
        return ticketing.lock_ticket(code)
    except TicketUnknown:
        return None
