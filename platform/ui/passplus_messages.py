"""Handlers that write about a Pass+, to those who answer for the pupil and to the pupil. As `ui.messages`."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse

from commons.models import OutboxEvent
from commons.money import format_euros
from commons.outbox import handles
from federation.passplus import holding, queries
from federation.passplus.engine.spending import day_of
from federation.passplus.holding import HeldCard
from federation.passplus.models import Ticket
from tenants.people.models import Pupil, Relation
from tenants.people.queries import guardianships_of
from ui import mail, wording
from ui.messages import recipient_of

PARENTS = (1, 2)  # `legal_role` of who holds parental authority


@dataclasses.dataclass(frozen=True, slots=True)
class Spent:
    """A ticket that was used, in words: where, and how much."""

    where: str
    amount: str


@handles("passplus.credit.ending")
def tell_credit_ending(event: OutboxEvent) -> None:
    """Say how much will go back and when, unless it was spent meanwhile."""
    held = _card_of(event)
    if held.spendable_cents:
        _write("pass_credit_ending", held, event, last_day=_last_day(held))


@handles("passplus.tickets.ending")
def tell_tickets_ending(event: OutboxEvent) -> None:
    """Say which tickets will be too old and when, unless they were used meanwhile."""
    held = _card_of(event)
    waiting = holding.ready_tickets([held.row])
    if waiting:
        cents = sum(ticket.cents for ticket in waiting)
        _write(
            "pass_tickets_ending", held, event,
            count=len(waiting), cents=cents, last_day=held.used_until,
        )  # fmt: skip


@handles("passplus.card.used")
def tell_card_used(event: OutboxEvent) -> None:
    """Say what was spent on a day, and where: who did not spend it should know."""
    held = _card_of(event)
    day = datetime.date.fromisoformat(event.payload["day"])
    used = queries.captured_on(held.row, day)
    spent = [
        Spent(where=queries.place_of(one) or "", amount=format_euros(one.captured_cents or 0))
        for one in used
    ]
    if spent:
        _write("pass_used", held, event, day=day, spent=spent)


@handles("passplus.ticket.put_back")
def tell_ticket_put_back(event: OutboxEvent) -> None:
    """Say that a validation was undone, unless the ticket was used or given up meanwhile."""
    ticket = queries.ticket_by_id(uuid.UUID(event.payload["ticket"]))
    if ticket.state == Ticket.State.MADE:
        page = reverse("portal:ticket", args=[ticket.public_id])
        _write(
            "pass_put_back", _card_of(event), event,
            page=page, ticket=ticket, taken_cents=event.payload["cents"],
        )  # fmt: skip


@handles("passplus.ticket.corrected")
def tell_ticket_corrected(event: OutboxEvent) -> None:
    """Say what a correction gave back of a ticket that was used, or takes again, and to whom."""
    said = event.payload
    ticket = queries.ticket_by_id(uuid.UUID(said["ticket"]))
    _write(
        "pass_corrected", _card_of(event), event,
        where=queries.place_of(ticket) or "",
        cents=said["cents"],
        is_undone=said["is_undone"],
        is_to_purse=said["is_to_purse"],
    )  # fmt: skip


def _card_of(event: OutboxEvent) -> HeldCard:
    card = queries.card_by_id(uuid.UUID(event.payload["card"]))
    return holding.held_card(card, on=day_of(event.occurred_at))


def _last_day(held: HeldCard) -> datetime.date:
    """The first of the last days of what is left: what comes first is what one must know."""
    return min(purse.until for purse in held.purses if purse.spendable_cents)


def _write(name: str, held: HeldCard, event: OutboxEvent, *, page: str = "", **more: Any) -> None:
    pupil = held.row.pupil
    page = page or reverse("portal:pass-plus-child", args=[pupil.public_id])
    context = {
        "child": pupil,
        "held": held,
        "purses": _purses(held),
        "action_url": mail.portal_address(page),
        **more,
    }
    for part, recipient in _recipients(pupil, on=day_of(event.occurred_at)):
        mail.compose(name, event=event, recipient=recipient, part=part, context=context).send()


def _purses(held: HeldCard) -> Sequence[str]:
    return [
        wording.typographic(f"{purse.label} : {format_euros(purse.spendable_cents)}")
        for purse in held.purses
        if purse.spendable_cents
    ]


def _recipients(pupil: Pupil, *, on: datetime.date) -> Iterator[tuple[str, mail.Recipient]]:
    """Those who hold parental authority, then the pupil: each address once."""
    seen = set()
    for link in guardianships_of(pupil, on=on):
        recipient = recipient_of(link.guardian)
        answers = link.legal_role in PARENTS or link.relation == Relation.ASE
        if answers and recipient is not None and recipient.email not in seen:
            seen.add(recipient.email)
            yield str(link.guardian.public_id), recipient
    email = pupil.user.email if pupil.user else ""
    if email and email not in seen:
        yield str(pupil.public_id), mail.Recipient(email=email, first_name=pupil.first_name)
