"""Tickets: made, validated, given up. Each changes the books and the ticket together, once.

An act is two statements, or three: what it depends on is locked and read; the rules decide; one statement
moves the money, changes the ticket and writes the journal (`ledger.post_along`). No row is read by
the ORM on the way: what a till waits for is this (ADR 0058).

Locks: the ticket, then the accounts in the order of their ids. What is available in a purse is read
under the lock of its account, so that two tickets at once never hold more than it has.
"""

from __future__ import annotations

import dataclasses
import datetime
import secrets
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection, models, transaction
from psycopg.types.numeric import Int8

from billing.ledger import operations as ledger
from billing.ledger.operations import Along, TransferKind, TransferRequest
from commons.actors import Actor
from commons.audit import journal_line
from commons.errors import DomainError
from commons.querysets import refuse_foreign_row
from federation.passplus.engine import spending
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.refusals import OtherPartner, TicketMade, TicketOver, TicketUnknown
from federation.passplus.engine.spending import Destination, Return
from federation.passplus.models import Campaign, Card, Partner, Purse, Ticket
from federation.passplus.permits import refuse_while_offline
from federation.passplus.statements import named

ModelT = TypeVar("ModelT", bound=models.Model)
# No letter that reads as a figure, no vowel that makes a word.
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
CODE_LENGTH = 8
# The columns of `lock_ticket.sql` and `made_before.sql`, table after table, in the order of the models.
_TICKET = (
    "id", "public_id", "purse_id", "made_out_to_id", "code", "key", "cents", "hold_id", "state",
    "captured_by_id", "captured_cents", "undone", "made_at", "ended_at",
)  # fmt: skip
_PURSE = ("id", "card_id", "code", "account_id")
_CARD = ("id", "campaign_id")
_CAMPAIGN = ("id", "code", "digest", "budget_account_id", "captured_account_id")


class PartnerEnded(DomainError):
    """The partner no longer takes tickets."""

    code = "PASSPLUS_PARTNER_ENDED"


class LossNotAccepted(DomainError):
    """The money of the ticket would be lost, and nobody said that they accept it."""

    code = "PASSPLUS_LOSS_NOT_ACCEPTED"


@dataclasses.dataclass(frozen=True, slots=True)
class _Locked:
    """A purse whose account cannot move, and what it has left."""

    purse_id: int
    account_id: int
    available_cents: int


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
    refuse_foreign_row(card)
    refuse_foreign_row(partner)
    rules = card.campaign.rules
    described = spending.purse_of(rules, purse)
    owned = _lock_purse(card, purse)
    usable_before, made = _made_before(owned, key)
    partner_id = None if partner is None else partner.pk
    if made is not None:
        if (made.cents, made.made_out_to_id) != (cents, partner_id):
            raise TicketMade(ticket=made.code)
        return made
    spending.check_ticket(
        rules,
        described,
        cents=cents,
        available_cents=owned.available_cents,
        at=at,
        usable_before=usable_before,
        partner_domains=None if partner is None else _domains(partner),
    )
    ticket = Ticket(
        purse_id=owned.purse_id,
        made_out_to_id=partner_id,
        code=_new_code(),
        key=key,
        cents=cents,
        made_at=at,
    )
    _write_made(ticket, owned, card.campaign, actor=actor)
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
    ticket = lock_ticket(typed(code))
    return capture_locked(ticket=ticket, partner=partner, cents=cents, actor=actor, at=at)


def capture_locked(
    *,
    ticket: Ticket,
    partner: Partner,
    actor: Actor,
    at: datetime.datetime,
    cents: int | None = None,
    shown_at: datetime.datetime | None = None,
) -> Ticket:
    """`capture_ticket`, in the transaction of an act that locked the ticket and writes more: a till's.

    :param shown_at: when it was shown to a phone without network, where the partner still took tickets
    """
    refuse_foreign_row(partner)
    if partner.ended_at is not None and partner.ended_at <= (shown_at or at):
        raise PartnerEnded(partner=partner.name)
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
            reference=ticket.reference("capture"),
        ),
        TransferRequest(
            debit_account_id=campaign.captured_account_id,
            credit_account_id=partner.account_id,
            amount_cents=taken,
            code="due",
            reference=ticket.reference("due"),
        ),
    ]
    if rest is not None:
        moves += returned(ticket, campaign, ticket.cents - taken, rest)
    ticket.state, ticket.ended_at = Ticket.State.CAPTURED, _after(ticket, at)
    ticket.captured_by, ticket.captured_cents = partner, taken
    told = {"cents": taken, "partner": str(partner.public_id)}
    _write_end(ticket, moves, "captured", told, actor=actor)
    if rest is not None:
        keep_longer(ticket, rest)
    return ticket


@transaction.atomic(durable=True)
def cancel_ticket(
    *, ticket: Ticket, actor: Actor, at: datetime.datetime, accepts_loss: bool = True
) -> Ticket:
    """
    Give a ticket up; its money goes where the rules of that day say. Again changes nothing.

    :param accepts_loss: whether who asks for it accepts that its money is lost, should it be
    :raises LossNotAccepted: if it would be lost, and that is not accepted
    :raises TicketOver: if it was validated, or is too old
    :raises CancellationRefused: if it would be lost, in a campaign that does not allow that
    :raises CancellationWaits: while its partner works without network, and may have taken it
    """
    refuse_foreign_row(ticket)
    held = lock_ticket(ticket.code)
    if held.state in (Ticket.State.CANCELLED, Ticket.State.LOST):
        return held
    if held.state != Ticket.State.MADE:
        raise TicketOver(ticket=held.code, state=held.state)
    refuse_while_offline(held, at=at)
    campaign = held.purse.card.campaign
    back = spending.cancel(campaign.rules, at=at)
    is_lost = back.to is Destination.DEPARTEMENT
    if is_lost and not accepts_loss:
        raise LossNotAccepted(cents=held.cents)
    held.state = Ticket.State.LOST if is_lost else Ticket.State.CANCELLED
    held.ended_at = _after(held, at)
    moves = given_back(held, campaign, back)
    _write_end(held, moves, "cancelled", {"is_lost": is_lost}, actor=actor)
    keep_longer(held, back)
    return held


def given_back(ticket: Ticket, campaign: Campaign, back: Return) -> list[TransferRequest]:
    """The movements that release all that a ticket holds, and take it where it goes."""
    release = TransferRequest(
        kind=TransferKind.VOID_PENDING,
        pending_id=ticket.hold_id,
        code="release",
        reference=ticket.reference("release"),
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
            reference=ticket.reference("return"),
        )
    ]


def _after(ticket: Ticket, at: datetime.datetime) -> datetime.datetime:
    """When a ticket ends: not before it was made, though the clock of another process be behind."""
    return max(at, ticket.made_at)


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


def _lock_purse(card: Card, code: str) -> _Locked:
    """
    A purse of a card, locked with the accounts that its ticket will move.

    :raises Purse.DoesNotExist: if the card was not granted this purse
    """
    with connection.cursor() as cursor:
        captured = Int8(card.campaign.captured_account_id)
        cursor.execute(named("lock_purse"), [captured, Int8(card.pk), code])
        rows = cursor.fetchall()
    for is_purse, *row in rows:
        if is_purse:
            return _Locked(*row)
    raise Purse.DoesNotExist


def _made_before(owned: _Locked, key: str) -> tuple[datetime.date | None, Ticket | None]:
    """The last day of a locked purse, and the ticket that a key made of it before."""
    with connection.cursor() as cursor:
        cursor.execute(named("made_before"), [key, Int8(owned.purse_id)])
        usable_before, *row = cursor.fetchone()
    found = _read(Ticket, _TICKET, iter(row))
    return usable_before, None if found.pk is None else found


def lock_ticket(code: str) -> Ticket:
    """
    A ticket, locked until the transaction ends, with its purse, its card and its campaign.

    :raises TicketUnknown: if no ticket bears this code
    """
    with connection.cursor() as cursor:
        cursor.execute(named("lock_ticket"), [code])
        row = cursor.fetchone()
    if row is None:
        raise TicketUnknown(ticket=code[:CODE_LENGTH])
    values = iter(row)
    ticket = _read(Ticket, _TICKET, values)
    ticket.purse = _read(Purse, _PURSE, values)
    ticket.purse.card = _read(Card, _CARD, values)
    ticket.purse.card.campaign = _read(Campaign, _CAMPAIGN, values)
    return ticket


def _read(model: type[ModelT], names: Sequence[str], values: Iterator[Any]) -> ModelT:
    """A row of a model from the next values, which are of its columns in their order."""
    return model.from_db(connection.alias, names, [next(values) for _ in names])


def _write_made(ticket: Ticket, owned: _Locked, campaign: Campaign, *, actor: Actor) -> None:
    """Hold the money of a new ticket, and write it."""
    hold = TransferRequest(
        kind=TransferKind.PENDING,
        debit_account_id=owned.account_id,
        credit_account_id=campaign.captured_account_id,
        amount_cents=ticket.cents,
        timeout_at=None,  # `deadlines` ends it, with the ticket
        code="ticket",
        reference=f"ticket:{ticket.public_id}",
    )
    values = [
        *_line(ticket, "made", {"cents": ticket.cents}, actor=actor, at=ticket.made_at),
        ticket.public_id,
        Int8(ticket.purse_id),
        _number(ticket.made_out_to_id),
        ticket.code,
        ticket.key,
        Int8(ticket.cents),
        ticket.made_at,
    ]
    along = Along(named("along_made"), values)
    ticket.pk, ticket.hold_id = ledger.post_along(
        transfers=[hold], along=along, actor=actor, at=ticket.made_at
    )
    ticket._state.adding, ticket._state.db = False, connection.alias  # noqa: SLF001  it is written


def _write_end(
    ticket: Ticket,
    moves: Sequence[TransferRequest],
    what: str,
    told: dict[str, Any],
    *,
    actor: Actor,
) -> None:
    """Move the money of a ticket, and write the end that it was given."""
    at = ticket.ended_at
    assert at is not None
    values = [
        *_line(ticket, what, told, actor=actor, at=at),
        str(ticket.state),
        at,
        _number(ticket.captured_by_id),
        _number(ticket.captured_cents),
        Int8(ticket.pk),
    ]
    along = Along(named("along_ended"), values)
    ledger.post_along(transfers=moves, along=along, actor=actor, at=at)


def _number(value: int | None) -> Int8 | None:
    return None if value is None else Int8(value)


def _domains(partner: Partner) -> tuple[Domain, ...]:
    return tuple(map(Domain, partner.domains))


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _line(
    ticket: Ticket, what: str, told: dict[str, Any], *, actor: Actor, at: datetime.datetime
) -> tuple[Any, ...]:
    return journal_line(
        actor=actor,
        action=f"passplus.ticket.{what}",
        subject_type="Ticket",
        subject_id=ticket.public_id,
        at=at,
        **told,
    )
