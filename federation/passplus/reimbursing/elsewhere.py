"""Corrections of tickets of another département: its own part, done in its own books.

A correction that takes such a ticket back is posted here as any other: the partner owes what it was paid,
and the other département owes us that much less. There, the money returns to the purse, or to the
département, and a shared row says that the capture is undone. Undoing that correction is taking the ticket
again: there first, since the money may be spent, under the name of the undoing; here it is then due as a
validation is. Each is one transaction in one tenant (ADR 0057), doing it again changes nothing, and what a
dead process left is done by `finish_returns`, or by who approves again.

A ticket of elsewhere is taken back whole, by a correction of its own: what two départements do in turn
cannot be all or nothing with others.
"""

from __future__ import annotations

import datetime
import functools
import uuid
from typing import Protocol

from django.db import transaction
from django.db.models import QuerySet

from billing.ledger import operations as ledger
from billing.ledger.operations import InsufficientBalance, TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.tenancy import current_schema
from federation.passplus.guests import clearing_account
from federation.passplus.models import AwayCapture, Correction, CorrectionLine, Ticket
from federation.passplus.reimbursing.righting import CorrectionSpent, is_to_purse, standing_lines
from federation.passplus.telling import tell_corrected
from federation.reciprocity import queries as reciprocity
from federation.reciprocity.models import CrossCapture, Reversal
from tenants.registry import contexts, directory

NEIGHBOUR = Actor.system("reciprocity")


class CorrectionElsewhere(DomainError):
    """A ticket of another département is corrected whole, and alone."""

    code = "PASSPLUS_CORRECTION_ELSEWHERE"


class NeighbourClosed(DomainError):
    """The other département does not answer now; nothing was changed."""

    code = "PASSPLUS_NEIGHBOUR_CLOSED"


class Approves(Protocol):
    """An act on a correction."""

    def __call__(
        self, *, correction: Correction, actor: Actor, at: datetime.datetime
    ) -> Correction: ...


def with_neighbours(act: Approves) -> Approves:
    """Around the approval here: what another département does before an undoing, and after the rest."""

    @functools.wraps(act)
    def both(*, correction: Correction, actor: Actor, at: datetime.datetime) -> Correction:
        is_asked = correction.state == Correction.State.ASKED and correction.asked_by != actor.id
        if correction.kind == Correction.Kind.UNDO and is_asked:
            _take_again_there(correction, at=at)
        done = act(correction=correction, actor=actor, at=at)
        for line in _waiting().filter(correction=done):
            _return_there(line, at=at)
        return done

    return both


def is_taken_again(correction: Correction) -> bool:
    """Whether the other département has done its part of an undoing."""
    return bool(reciprocity.captures_named([correction.public_id]))


def finish_returns(*, at: datetime.datetime) -> int:
    """Have the other départements do what a process left undone; how many."""
    return sum(_return_there(line, at=at) for line in _waiting())


@transaction.atomic(durable=True)
def return_for_neighbour(*, public_id: uuid.UUID, actor: Actor, at: datetime.datetime) -> None:
    """
    Give back the money of one of our tickets, that a neighbour's correction takes back from its partner.

    To its purse while it may be used, as for a partner of here; else to the département.
    """
    capture = CrossCapture.objects.get(public_id=public_id, holder=current_schema())
    ticket = _lock_ticket(public_id)
    if ticket is None or Reversal.objects.filter(capture=capture).exists():
        return  # given back, and perhaps taken again since
    away, campaign = ticket.captured_away, ticket.purse.card.campaign
    assert away is not None
    away.is_to_purse = is_to_purse(campaign, ticket.purse, at=at)
    away.returned_at = at
    away.save(update_fields=["is_to_purse", "returned_at"])
    _post(away, ticket, capture.cents, reference=f"away-undone:{public_id}", actor=actor, at=at)
    Reversal.objects.create(capture=capture, reversed_at=at)
    _journal("returned_elsewhere", ticket, capture, actor=actor, at=at)
    tell_corrected(
        ticket, cents=capture.cents, is_undone=False, is_to_purse=bool(away.is_to_purse), at=at
    )


@transaction.atomic(durable=True)
def take_again_for_neighbour(
    *, public_id: uuid.UUID, former: uuid.UUID, actor: Actor, at: datetime.datetime
) -> None:
    """
    Take again, under another name, what `return_for_neighbour` gave back: the correction was an error.

    :raises CorrectionSpent: if the money was spent, or went back to the département, meanwhile
    """
    before = CrossCapture.objects.get(public_id=former, holder=current_schema())
    ticket = _lock_ticket(former)
    if ticket is None:  # taken again already
        return
    away = ticket.captured_away
    assert away is not None
    capture = CrossCapture(
        public_id=public_id,
        holder=before.holder,
        partner=before.partner,
        partner_public_id=before.partner_public_id,
        partner_name=before.partner_name,
        domain=before.domain,
        cents=before.cents,
        captured_at=before.captured_at,
    )
    try:
        _post(away, ticket, -capture.cents, reference=f"away:{public_id}", actor=actor, at=at)
    except InsufficientBalance as error:
        raise CorrectionSpent from error
    capture.save(force_insert=True)
    ticket.captured_away = AwayCapture.objects.create(
        public_id=public_id,
        departement_code=away.departement_code,
        partner_public_id=away.partner_public_id,
        partner_name=away.partner_name,
        captured_at=away.captured_at,
    )
    ticket.save(update_fields=["captured_away"])
    _journal("captured_elsewhere", ticket, capture, actor=actor, at=at)
    tell_corrected(
        ticket, cents=capture.cents, is_undone=True, is_to_purse=bool(away.is_to_purse), at=at
    )


def _waiting() -> QuerySet[CorrectionLine]:
    """What was taken back here, and that the other département has not given back yet."""
    lines = standing_lines().filter(guest__isnull=False).select_related("guest")
    returned = Reversal.objects.values("capture__public_id")
    return lines.exclude(guest__public_id__in=returned).order_by("pk")


def _return_there(line: CorrectionLine, *, at: datetime.datetime) -> bool:
    assert line.guest is not None
    code, public_id = line.guest.departement_code, line.guest.public_id
    other = directory.neighbour(code)
    if other is None:  # closed for the moment: the worker tries again
        return False
    with contexts.tenant(other.schema_name):
        return_for_neighbour(public_id=public_id, actor=NEIGHBOUR, at=at)
    return True


def _take_again_there(undoing: Correction, *, at: datetime.datetime) -> None:
    """
    :raises CorrectionSpent: if it cannot be taken again there
    :raises NeighbourClosed: if that département does not answer
    """
    name = undoing.public_id
    for line in undoing.lines.filter(guest__isnull=False).select_related("guest"):
        assert line.guest is not None
        former = line.guest.public_id
        other = directory.neighbour(line.guest.departement_code)
        if other is None:
            raise NeighbourClosed(departement=line.guest.departement_code)
        with contexts.tenant(other.schema_name):
            return_for_neighbour(public_id=former, actor=NEIGHBOUR, at=at)
            take_again_for_neighbour(public_id=name, former=former, actor=NEIGHBOUR, at=at)


def _lock_ticket(public_id: uuid.UUID) -> Ticket | None:
    """Our ticket that this capture, and none that followed it, is of."""
    return (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("purse__card__campaign", "captured_away")
        .filter(captured_away__public_id=public_id)
        .first()
    )


def _post(
    away: AwayCapture,
    ticket: Ticket,
    cents: int,
    *,
    reference: str,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    """What the neighbour is owed goes to where the money returns; the opposite when `cents` is negative."""
    campaign = ticket.purse.card.campaign
    kept = ticket.purse.account_id if away.is_to_purse else campaign.budget_account_id
    accounts = [clearing_account(away.departement_code), kept]
    ledger.lock_accounts(account_ids=accounts)
    debited, credited = accounts if cents > 0 else reversed(accounts)
    ledger.post(
        transfers=[
            TransferRequest(
                debit_account_id=debited,
                credit_account_id=credited,
                amount_cents=abs(cents),
                code="correction",
                reference=reference,
            )
        ],
        actor=actor,
        at=at,
    )


def _journal(
    what: str, ticket: Ticket, capture: CrossCapture, *, actor: Actor, at: datetime.datetime
) -> None:
    away = ticket.captured_away
    assert away is not None
    record_audit(
        actor=actor,
        action=f"passplus.ticket.{what}",
        subject_type="Ticket",
        subject_id=ticket.public_id,
        at=at,
        cents=capture.cents,
        departement=away.departement_code,
        capture=str(capture.public_id),
    )
