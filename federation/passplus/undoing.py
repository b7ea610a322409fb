"""A ticket of another département that a partner of ours took by mistake: put back, in three steps.

As it was taken (`taking`), each step is one transaction in one tenant. Here: within the minute, and while
the partner's account still holds the amount, the amount is held, and the validation no longer counts.
There: the ticket is on a hold again, and a shared row says that the capture is undone. Here: what was held
goes back to what that département owes us. What was begun is finished, by `finish_undoing` if need be: it
is given up only if that département refuses.
"""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from billing.ledger import operations as ledger
from billing.ledger.models import Transfer, TransferKind
from billing.ledger.operations import InsufficientBalance
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.tenancy import current_schema
from federation.passplus.engine import spending
from federation.passplus.guests import clearing_account
from federation.passplus.models import GuestCapture, Ticket, TillCapture
from federation.passplus.putting_back import UndoTooLate, put_back
from federation.passplus.reimbursing.righting import standing_lines
from federation.passplus.reimbursing_models import StatementLine
from federation.reciprocity.models import CrossCapture, Reversal
from tenants.registry import contexts, directory

NEIGHBOUR = Actor.system("reciprocity")
_HELD, _DONE = "guest-undo", "guest-undone"


def hold_guest(guest: GuestCapture, *, actor: Actor, at: datetime.datetime) -> None:
    """
    Begin to put a ticket of elsewhere back. Inside the transaction of who asks for it.

    :raises UndoTooLate: if the partner was paid for it, or a statement counts it already
    """
    locked = GuestCapture.objects.select_for_update(of=("self",), no_key=True).get(pk=guest.pk)
    stated = StatementLine.objects.filter(
        source="guest", is_live=True, reference=f"guest:{locked.public_id}"
    )
    corrected = standing_lines().filter(guest=locked)
    if locked.reversed_at is not None or stated.exists() or corrected.exists():
        raise UndoTooLate
    try:
        ledger.hold(
            debit_account_id=locked.partner.account_id,
            credit_account_id=clearing_account(locked.departement_code),
            amount_cents=locked.cents,
            timeout_at=None,
            code=_HELD,
            reference=f"{_HELD}:{locked.public_id}",
            actor=actor,
            at=at,
        )
    except InsufficientBalance:
        raise UndoTooLate from None
    locked.reversed_at = at
    locked.save(update_fields=["reversed_at"])


def finish(guest: GuestCapture, *, actor: Actor, at: datetime.datetime) -> None:
    """
    Have the other département put its ticket back, then book it here. Again changes nothing.

    :raises UndoTooLate: if it refuses: what was held here is released, and the validation stands
    """
    code, public_id = guest.departement_code, guest.public_id
    other = directory.neighbour(code)
    if other is None:  # closed for the moment: the worker tries again
        return
    try:
        with contexts.tenant(other.schema_name):
            put_back_for_neighbour(public_id=public_id, actor=NEIGHBOUR, at=at)
    except DomainError:
        _give_up(public_id, actor=actor, at=at)
        raise UndoTooLate from None
    _book(public_id, actor=actor, at=at)


def finish_undoing(*, actor: Actor, at: datetime.datetime) -> int:
    """Finish what a process left undone; how many."""
    resolved = Transfer.objects.filter(pending__isnull=False).values("pending_id")
    held = Transfer.objects.filter(
        kind=TransferKind.PENDING, code=_HELD, reference__startswith=f"{_HELD}:"
    ).exclude(pk__in=resolved)
    names = [uuid.UUID(one.reference.partition(":")[2]) for one in held]
    for guest in GuestCapture.objects.filter(public_id__in=names).order_by("pk"):
        try:
            finish(guest, actor=actor, at=at)
        except UndoTooLate:
            continue
    return len(names)


@transaction.atomic(durable=True)
def put_back_for_neighbour(*, public_id: uuid.UUID, actor: Actor, at: datetime.datetime) -> None:
    """
    Put back one of our tickets that a partner of a neighbour took, by the name of the shared row.

    :raises UndoTooLate: if it is not that capture's any more, or its last day is over
    """
    capture = CrossCapture.objects.get(public_id=public_id, holder=current_schema())
    ticket = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("purse__card__campaign", "captured_away")
        .filter(captured_away__public_id=public_id)
        .first()
    )
    if Reversal.objects.filter(capture=capture).exists():
        return
    if ticket is None or ticket.state != Ticket.State.CAPTURED or ticket.captured_away is None:
        raise UndoTooLate
    campaign = ticket.purse.card.campaign
    if spending.day_of(at) >= campaign.rules.tickets.captured_before:
        raise UndoTooLate
    put_back(
        ticket,
        campaign,
        owed_account_id=clearing_account(ticket.captured_away.departement_code),
        reference=f"away-undone:{public_id}",
        actor=actor,
        at=at,
    )
    Reversal.objects.create(capture=capture, reversed_at=at)
    record_audit(
        actor=actor,
        action="passplus.ticket.capture_undone",
        subject_type="Ticket",
        subject_id=ticket.public_id,
        at=at,
        cents=capture.cents,
        capture=str(public_id),
    )


@transaction.atomic(durable=True)
def _book(public_id: uuid.UUID, *, actor: Actor, at: datetime.datetime) -> None:
    guest = _lock(public_id)
    held = Transfer.objects.get(reference=f"{_HELD}:{public_id}")
    if Transfer.objects.filter(pending=held).exists():
        return
    ledger.capture(
        pending_id=held.pk, reference=f"{_DONE}:{public_id}", code=_DONE, actor=actor, at=at
    )
    record_audit(
        actor=actor,
        action="passplus.guest.undone",
        subject_type="Partner",
        subject_id=guest.partner.public_id,
        at=at,
        cents=guest.cents,
        departement=guest.departement_code,
        capture=str(public_id),
    )


@transaction.atomic(durable=True)
def _give_up(public_id: uuid.UUID, *, actor: Actor, at: datetime.datetime) -> None:
    """The other département refused: the validation stands, and so does what the till says of it."""
    guest = _lock(public_id)
    held = Transfer.objects.get(reference=f"{_HELD}:{public_id}")
    if Transfer.objects.filter(pending=held).exists():
        return
    ledger.release(
        pending_id=held.pk, reference=f"{_HELD}-released:{public_id}", actor=actor, at=at
    )
    guest.reversed_at = None
    guest.save(update_fields=["reversed_at"])
    TillCapture.objects.filter(guest=guest).update(undone_at=None, undone_by=None)


def _lock(public_id: uuid.UUID) -> GuestCapture:
    return (
        GuestCapture.objects.select_for_update(of=("self",), no_key=True)
        .select_related("partner")
        .get(public_id=public_id)
    )
