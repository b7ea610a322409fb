"""A partner takes a ticket, of here or of another département: the one act behind a scan or a typed code.

Elsewhere, three transactions follow one another, each in one tenant's own context, whether tenants log in
apart or not (ADR 0057). Here: the partner may take tickets, an agreement opens that département. There:
the ticket is locked and debited, and a shared row says what is owed, in the same transaction. Here again:
the partner is credited, by the reference of that row. If this process dies in between, `book_guests` does
the last; and whoever types the code again is given the same answer.

What comes back from there is the name of the shared row: nothing of the ticket, of the card or of the child.
A code that is not taken there is answered in one way, whatever it is, and a partner that tries many waits.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid

from django.db import transaction

from billing.ledger import operations as ledger
from billing.ledger.operations import TransferKind, TransferRequest
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id
from commons.tenancy import current_schema, require_tenant
from federation.passplus import codes, listing, ticketing
from federation.passplus.engine import spending
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.spending import Return
from federation.passplus.guests import book_guest, clearing_account
from federation.passplus.models import AwayCapture, AwayTry, GuestCapture, Partner, Ticket
from federation.reciprocity import queries as reciprocity
from federation.reciprocity.models import CrossCapture, ListedPartner
from tenants.registry import contexts, directory

NEIGHBOUR = Actor.system("reciprocity")
TRIES = 10
TRIES_WITHIN = datetime.timedelta(minutes=15)


class TicketNotTakenElsewhere(DomainError):
    """A code of another département that is not taken: unknown, used, given up, too old or not agreed."""

    code = "PASSPLUS_TICKET_NOT_TAKEN_ELSEWHERE"


class TooManyTries(DomainError):
    """Too many codes of elsewhere were refused to this partner in a short while."""

    code = "PASSPLUS_TOO_MANY_TRIES"


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """What a partner took: one of `ticket` and `guest`; the département whose ticket it was."""

    cents: int
    captured_at: datetime.datetime
    departement_code: str
    ticket: Ticket | None = None
    guest: GuestCapture | None = None


def take_ticket(
    *,
    text: str,
    partner: Partner,
    actor: Actor,
    at: datetime.datetime,
    cents: int | None = None,
) -> Taken:
    """
    Take a ticket by what was scanned or typed, in full or in part, wherever it is from.

    Taking it again for the same partner and amount changes nothing and gives the same.

    :raises TicketUnreadable: if it cannot be a ticket's code
    :raises PartnerEnded: if the partner takes no ticket any more
    :raises TicketNotTakenElsewhere: if it names another département, and is not taken there
    :raises TooManyTries: if the partner tried many such codes
    :raises DomainError: as `capture_ticket`, for a ticket of here
    """
    read = codes.read(text)
    here = require_tenant()
    if read.departement in (None, here.code):
        ticket = ticketing.capture_ticket(
            code=read.code, partner=partner, actor=actor, at=at, cents=cents
        )
        assert ticket.captured_cents is not None
        return Taken(ticket.captured_cents, ticket.ended_at or at, here.code, ticket=ticket)
    guest = _take_elsewhere(read, partner=partner, actor=actor, at=at, cents=cents)
    return Taken(guest.cents, guest.captured_at, guest.departement_code, guest=guest)


def _take_elsewhere(
    read: codes.TicketCode,
    *,
    partner: Partner,
    actor: Actor,
    at: datetime.datetime,
    cents: int | None,
) -> GuestCapture:
    if partner.ended_at is not None and partner.ended_at <= at:
        raise ticketing.PartnerEnded(partner=partner.name)
    _refuse_many_tries(partner, at=at)
    here, other = require_tenant(), directory.neighbour(read.departement or "")
    is_open = other is not None and bool(
        reciprocity.domains_open(
            holder=other.schema_name, partner=here.schema_name, on=spending.day_of(at)
        )
    )
    if other is None or not is_open:
        _remember_try(partner, at=at)
        raise TicketNotTakenElsewhere
    listing.list_partner(partner=partner, at=at)
    asked = partner.public_id
    try:
        with contexts.tenant(other.schema_name):
            named = capture_for_neighbour(
                code=read.code,
                neighbour_code=here.code,
                partner_public_id=asked,
                cents=cents,
                actor=NEIGHBOUR,
                at=at,
            )
    except TicketNotTakenElsewhere:
        _remember_try(partner, at=at)
        raise
    return book_guest(public_id=named, actor=actor, at=at)


@transaction.atomic(durable=True)
def capture_for_neighbour(
    *,
    code: str,
    neighbour_code: str,
    partner_public_id: uuid.UUID,
    cents: int | None,
    actor: Actor,
    at: datetime.datetime,
) -> uuid.UUID:
    """
    Validate one of our tickets for a partner of a neighbour; the name of the shared row that says so.

    :raises TicketNotTakenElsewhere: if no such ticket can be taken there, whatever the reason
    :raises OutsideDomain: if its purse pays for nothing that the partner offers and the agreement opens
    :raises CaptureTooMuch: if the ticket holds less
    """
    listed = _listed(neighbour_code, partner_public_id, at=at)
    ticket = _lock_ticket(code)
    at = max(at, ticket.made_at)  # the clock of another département may be behind ours
    taken = ticket.cents if cents is None else cents
    away = ticket.captured_away
    if away is not None:
        if (away.partner_public_id, ticket.captured_cents) == (partner_public_id, taken):
            return away.public_id
        raise TicketNotTakenElsewhere
    if ticket.state != Ticket.State.MADE or ticket.made_out_to_id is not None:
        raise TicketNotTakenElsewhere
    domain = _domain_paid(ticket, listed, at=at)
    rest = _rest(ticket, taken, at=at)
    capture = CrossCapture(
        public_id=new_public_id(),
        holder=current_schema(),
        partner=listed.published_by,
        partner_public_id=partner_public_id,
        partner_name=listed.name,
        domain=str(domain),
        cents=taken,
        captured_at=at,
    )
    moves = _moves(ticket, capture, rest, owing=clearing_account(neighbour_code))
    ledger.post(transfers=moves, actor=actor, at=at)
    if rest is not None:
        ticketing.keep_longer(ticket, rest)
    _write(capture, ticket, neighbour_code)
    record_audit(
        actor=actor,
        action="passplus.ticket.captured_elsewhere",
        subject_type="Ticket",
        subject_id=ticket.public_id,
        at=at,
        cents=taken,
        departement=neighbour_code,
        capture=str(capture.public_id),
    )
    return capture.public_id


def _domain_paid(ticket: Ticket, listed: ListedPartner, *, at: datetime.datetime) -> Domain:
    """What the purse pays for, the partner offers and the agreement opens."""
    purse = spending.purse_of(ticket.purse.card.campaign.rules, ticket.purse.code)
    opened = reciprocity.domains_open(
        holder=current_schema(), partner=listed.published_by, on=spending.day_of(at)
    )
    offered = set(map(Domain, opened)) & set(map(Domain, listed.domains))
    common = sorted(offered & set(purse.domains))
    if not common:
        raise spending.OutsideDomain(purse=purse.label)
    return common[0]


def _rest(ticket: Ticket, taken: int, *, at: datetime.datetime) -> Return | None:
    rules = ticket.purse.card.campaign.rules
    try:
        return spending.capture(rules, held_cents=ticket.cents, cents=taken, at=at)
    except spending.CaptureTooLate:
        raise TicketNotTakenElsewhere from None


def _moves(
    ticket: Ticket, capture: CrossCapture, rest: Return | None, *, owing: int
) -> list[TransferRequest]:
    """The ticket's money reaches what we owe that département; its rest goes where the rules say."""
    campaign = ticket.purse.card.campaign
    moves = [
        TransferRequest(
            kind=TransferKind.POST_PENDING,
            pending_id=ticket.hold_id,
            amount_cents=capture.cents,
            code="capture",
            reference=ticket.reference("capture"),
        ),
        TransferRequest(
            debit_account_id=campaign.captured_account_id,
            credit_account_id=owing,
            amount_cents=capture.cents,
            code="away",
            reference=f"away:{capture.public_id}",
        ),
    ]
    if rest is not None:
        moves += ticketing.returned(ticket, campaign, ticket.cents - capture.cents, rest)
    return moves


def _write(capture: CrossCapture, ticket: Ticket, neighbour_code: str) -> None:
    capture.save(force_insert=True)
    ticket.captured_away = AwayCapture.objects.create(
        public_id=capture.public_id,
        departement_code=neighbour_code,
        partner_public_id=capture.partner_public_id,
        partner_name=capture.partner_name,
        captured_at=capture.captured_at,
    )
    ticket.state, ticket.ended_at = Ticket.State.CAPTURED, capture.captured_at
    ticket.captured_cents = capture.cents
    ticket.save(update_fields=["state", "ended_at", "captured_away", "captured_cents"])


def _listed(
    neighbour_code: str, partner_public_id: uuid.UUID, *, at: datetime.datetime
) -> ListedPartner:
    """The partner, as its own département lists it, if an agreement shows it to us."""
    neighbour = directory.neighbour(neighbour_code)
    if neighbour is None:
        raise TicketNotTakenElsewhere
    found = reciprocity.listed_partner(
        published_by=neighbour.schema_name, public_id=partner_public_id
    )
    if found is None or (found.ended_at is not None and found.ended_at <= at):
        raise TicketNotTakenElsewhere
    return found


def _lock_ticket(code: str) -> Ticket:
    ticket = (
        Ticket.objects.select_for_update(of=("self",), no_key=True)
        .select_related("purse__card__campaign", "purse__account", "captured_away")
        .filter(code=code)
        .first()
    )
    if ticket is None:
        raise TicketNotTakenElsewhere
    return ticket


def _refuse_many_tries(partner: Partner, *, at: datetime.datetime) -> None:
    tried = AwayTry.objects.filter(partner=partner, tried_at__gt=at - TRIES_WITHIN)
    if tried.count() >= TRIES:
        oldest = tried.earliest("tried_at").tried_at
        raise TooManyTries(until=oldest + TRIES_WITHIN)


@transaction.atomic(durable=True)
def _remember_try(partner: Partner, *, at: datetime.datetime) -> None:
    AwayTry.objects.filter(partner=partner, tried_at__lte=at - TRIES_WITHIN).delete()
    AwayTry.objects.create(partner=partner, tried_at=at)
