"""Tickets: made, validated, given up. Each changes the books and the ticket together, once.

Locks: the ticket, then the accounts in the order of their ids. What is available in a purse is read
under the lock of its account, so that two tickets at once never hold more than it has.
"""

from __future__ import annotations

import datetime
import secrets

from django.db import transaction

from billing.ledger import operations as ledger
from billing.ledger.operations import TransferKind, TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id
from federation.passplus.engine import spending
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.refusals import OtherPartner, TicketMade, TicketOver, TicketUnknown
from federation.passplus.engine.spending import Destination, Return
from federation.passplus.models import Campaign, Card, Partner, Purse, Ticket, available_in

# No letter that reads as a figure, no vowel that makes a word.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
CODE_LENGTH = 8


class PartnerEnded(DomainError):
    """The partner no longer takes tickets."""

    code = "PASSPLUS_PARTNER_ENDED"


@transaction.atomic(durable=True)
def make_ticket(
    *,
    card: Card,
    purse: str,
    cents: int,
    key: str,
    actor: Actor,
    at: datetime.datetime,
    partner: Partner | None = None,
) -> Ticket:
    """
    Keep an amount of one purse for a partner, whoever or a given one. The same key gives the first.

    :raises TicketMade: if the key made another ticket
    :raises DomainError: as `engine.spending.check_ticket`
    """
    rules = card.campaign.rules
    described = spending.purse_of(rules, purse)
    owned = card.purses.get(code=purse)
    available_cents = _lock_available(owned)
    made = Ticket.objects.filter(purse=owned, key=key).first()
    if made is not None:
        if (made.cents, made.made_out_to) != (cents, partner):
            raise TicketMade(ticket=made.code)
        return made
    owned.refresh_from_db()  # as it is under the lock
    spending.check_ticket(
        rules,
        described,
        cents=cents,
        available_cents=available_cents,
        at=at,
        usable_before=owned.usable_before,
        partner_domains=None if partner is None else _domains(partner),
    )
    public_id = new_public_id()
    hold = ledger.hold(
        debit_account_id=owned.account_id,
        credit_account_id=card.campaign.captured_account_id,
        amount_cents=cents,
        timeout_at=None,  # `deadlines` ends it, with the ticket
        code="ticket",
        reference=f"ticket:{public_id}",
        actor=actor,
        at=at,
    )
    ticket = Ticket.objects.create(
        public_id=public_id,
        purse=owned,
        made_out_to=partner,
        code=_new_code(),
        key=key,
        cents=cents,
        hold=hold,
        made_at=at,
    )
    _tell(ticket, "made", actor=actor, at=at, cents=cents)
    return ticket


@transaction.atomic(durable=True)
def capture_ticket(
    *,
    code: str,
    partner: Partner,
    actor: Actor,
    at: datetime.datetime,
    cents: int | None = None,
) -> Ticket:
    """
    Validate a ticket, in full or in part: the partner is owed that much.

    Validating it again for the same partner and amount changes nothing and gives the same ticket.

    :raises TicketUnknown: if no ticket bears this code
    :raises TicketOver: if it was validated otherwise, given up, or is too old
    :raises OtherPartner: if it is made out to somebody else
    :raises PartnerEnded: if the partner takes no ticket any more
    :raises DomainError: as `engine.spending.capture` and `check_domain`
    """
    if partner.ended_at is not None and partner.ended_at <= at:
        raise PartnerEnded(partner=partner.name)
    ticket = _lock_ticket(typed(code))
    taken = ticket.cents if cents is None else cents
    if (ticket.captured_by_id, ticket.captured_cents) == (partner.pk, taken):
        return ticket
    if ticket.state != Ticket.State.MADE:
        raise TicketOver(ticket=ticket.code, state=ticket.state)
    if ticket.made_out_to_id not in (None, partner.pk):
        raise OtherPartner(ticket=ticket.code)
    campaign = ticket.purse.card.campaign
    spending.check_domain(spending.purse_of(campaign.rules, ticket.purse.code), _domains(partner))
    rest = spending.capture(campaign.rules, held_cents=ticket.cents, cents=taken, at=at)
    moves = [
        TransferRequest(
            kind=TransferKind.POST_PENDING,
            pending_id=ticket.hold_id,
            amount_cents=taken,
            code="capture",
            reference=f"capture:{ticket.public_id}",
        ),
        TransferRequest(
            debit_account_id=campaign.captured_account_id,
            credit_account_id=partner.account_id,
            amount_cents=taken,
            code="due",
            reference=f"due:{ticket.public_id}",
        ),
    ]
    if rest is not None:
        moves += returned(ticket, campaign, ticket.cents - taken, rest)
    ledger.post(transfers=moves, actor=actor, at=at)
    if rest is not None:
        keep_longer(ticket, rest)
    ticket.state, ticket.ended_at = Ticket.State.CAPTURED, at
    ticket.captured_by, ticket.captured_cents = partner, taken
    ticket.save(update_fields=["state", "ended_at", "captured_by", "captured_cents"])
    _tell(ticket, "captured", actor=actor, at=at, cents=taken, partner=str(partner.public_id))
    return ticket


@transaction.atomic(durable=True)
def cancel_ticket(*, ticket: Ticket, actor: Actor, at: datetime.datetime) -> Ticket:
    """
    Give a ticket up; its money goes where the rules of that day say. Again changes nothing.

    :raises TicketOver: if it was validated, or is too old
    :raises CancellationRefused: if it would be lost, in a campaign that does not allow that
    """
    held = _lock_ticket(ticket.code)
    if held.state in (Ticket.State.CANCELLED, Ticket.State.LOST):
        return held
    if held.state != Ticket.State.MADE:
        raise TicketOver(ticket=held.code, state=held.state)
    campaign = held.purse.card.campaign
    back = spending.cancel(campaign.rules, at=at)
    is_lost = back.to is Destination.DEPARTEMENT
    held.state = Ticket.State.LOST if is_lost else Ticket.State.CANCELLED
    held.ended_at = at
    ledger.post(transfers=given_back(held, campaign, back), actor=actor, at=at)
    keep_longer(held, back)
    held.save(update_fields=["state", "ended_at"])
    _tell(held, "cancelled", actor=actor, at=at, is_lost=is_lost)
    return held


def given_back(ticket: Ticket, campaign: Campaign, back: Return) -> list[TransferRequest]:
    """The movements that release all that a ticket holds, and take it where it goes."""
    release = TransferRequest(
        kind=TransferKind.VOID_PENDING,
        pending_id=ticket.hold_id,
        code="release",
        reference=f"release:{ticket.public_id}",
    )
    return [release, *returned(ticket, campaign, ticket.cents, back)]


def returned(ticket: Ticket, campaign: Campaign, cents: int, back: Return) -> list[TransferRequest]:
    """What a ticket released is in its purse: leave it there, or give it back to the département."""
    if back.to is Destination.PURSE:
        return []
    return [
        TransferRequest(
            debit_account_id=ticket.purse.account_id,
            credit_account_id=campaign.budget_account_id,
            amount_cents=cents,
            code="return",
            reference=f"return:{ticket.public_id}",
        )
    ]


def typed(code: str) -> str:
    """A code as it is kept, whatever was typed between its letters."""
    return "".join(letter for letter in code.upper() if letter.isalnum())


def keep_longer(ticket: Ticket, back: Return) -> None:
    """A purse to which money came back late is usable some days more. Its account is locked."""
    if back.usable_before is None:
        return
    purse = Purse.objects.select_for_update(of=("self",), no_key=True).get(pk=ticket.purse_id)
    purse.usable_before = max(purse.usable_before or back.usable_before, back.usable_before)
    purse.save(update_fields=["usable_before"])


def _lock_available(purse: Purse) -> int:
    account = ledger.lock_accounts(account_ids=[purse.account_id])[purse.account_id]
    return available_in(account)


def _lock_ticket(code: str) -> Ticket:
    ticket = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("purse__card__campaign", "purse__account")
        .filter(code=code)
        .first()
    )
    if ticket is None:
        raise TicketUnknown(ticket=code[:CODE_LENGTH])
    return ticket


def _domains(partner: Partner) -> tuple[Domain, ...]:
    return tuple(map(Domain, partner.domains))


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _tell(
    ticket: Ticket, what: str, *, actor: Actor, at: datetime.datetime, **details: str | int
) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.ticket.{what}",
        subject_type="Ticket",
        subject_id=ticket.public_id,
        at=at,
        **details,
    )
