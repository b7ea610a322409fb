"""What must be true between two acts, whatever was asked, twice, late, or by a process that died."""

from __future__ import annotations

import collections
import dataclasses

from billing.ledger import queries as ledger
from billing.ledger.models import Account, Transfer
from commons.models import AuditEntry
from federation.passplus.clearing import standing_with
from federation.passplus.engine.life import CAPTURED, TicketState
from federation.passplus.guests import waiting_guests
from federation.passplus.models import GuestCapture, Payout, Purse, Ticket, available_in
from federation.passplus.queries import standing_of
from tenants.registry import contexts
from tests.federation.passplus.simulation.world import Side, World


def check(world: World) -> None:
    """Every cent is in one place, in the books of each side as in the engine, and both sides agree."""
    positions = []
    for side in world.sides:
        with contexts.tenant(side.schema):
            _books(side)
            _cards_and_tickets(side)
            _partners(world, side)
            positions.append(_position(world, side))
    assert sum(positions) == 0, f"what they owe each other does not add up: {positions}"


def _same(what: str, found: object, expected: object) -> None:
    assert found == expected, f"{what}: {found}, not {expected}"


def _books(side: Side) -> None:
    _same("accounts that differ from their transfers", ledger.reconcile(), [])
    _same("resolutions that differ from their hold", ledger.broken_resolutions(), [])
    assert ledger.trial_balance().is_balanced
    found, standing = side.life.whereabouts(), standing_of(side.campaign)
    assert standing.is_whole, f"euros are lost or made: {standing}"
    engine = (found.granted, found.purses, found.held, found.captured, found.returned)
    _same(f"where the euros of {side.code} are", dataclasses.astuple(standing), engine)


def _cards_and_tickets(side: Side) -> None:
    names = {card.pk: name for name, card in side.cards.items()}
    assert set(side.cards) == set(side.life.cards)
    purses = collections.defaultdict(list)
    mine = Purse.objects.filter(card__campaign=side.campaign).select_related("account")
    for purse in mine.order_by("card_id", "-code"):
        account = purse.account
        found = (purse.code, available_in(account), account.debits_pending)
        purses[names[purse.card_id]].append(found)
    assert purses == {name: list(side.life.purses_of(name)) for name in side.life.cards}

    rows = Ticket.objects.filter(purse__card__campaign=side.campaign).values_list(
        "key", "state", "captured_cents"
    )
    assert {key: (state, cents or 0) for key, state, cents in rows} == {
        name: (str(ticket.state), ticket.captured_cents)
        for name, ticket in side.life.tickets.items()
    }
    _journal(side)


def _journal(side: Side) -> None:
    """One line for each act that was done, and for none that was not."""
    told = collections.Counter(
        AuditEntry.objects.filter(subject_type="Ticket").values_list("action", flat=True)
    )
    states = collections.Counter(ticket.state for ticket in side.life.tickets.values())
    captured = told["passplus.ticket.captured"] + told["passplus.ticket.captured_elsewhere"]
    assert told["passplus.ticket.made"] == len(side.life.tickets)
    assert captured == states[TicketState.CAPTURED]
    assert (
        told["passplus.ticket.cancelled"]
        == states[TicketState.CANCELLED] + states[TicketState.LOST]
    )
    moved = (
        Transfer.objects.filter(code="due").count() + Transfer.objects.filter(code="away").count()
    )
    assert moved == captured


def _partners(world: World, side: Side) -> None:
    """A partner is owed, or was paid, what they took from holders of here and, once booked, of elsewhere."""
    other = world.other(side)
    waiting: collections.Counter[str] = collections.Counter()
    for one in waiting_guests():
        waiting[str(one.partner_public_id)] += one.cents
    for name, partner in side.partners.items():
        here = side.life.books.balance(f"{CAPTURED}{name}")
        elsewhere = other.life.books.balance(f"{CAPTURED}{side.code}:{name}")
        account = Account.objects.get(pk=partner.account_id)
        owed = account.credits_posted - account.debits_posted
        paid = sum(
            Payout.objects.filter(statement__partner=partner).values_list("amount_cents", flat=True)
        )
        expected = here + elsewhere - waiting[str(partner.public_id)]
        _same(f"owed and paid to {name} of {side.code}", owed + paid, expected)


def _position(world: World, side: Side) -> int:
    """What the other owes us by our books, and what is on its way to them; negative when we owe."""
    other = world.other(side)
    standing = standing_with(other.schema)
    on_its_way = sum(one.cents for one in waiting_guests())
    taken = side.owed_by_holders_of(other) - other.owed_by_holders_of(side)
    assert standing.shared.cents == taken - standing.shared.settled_cents
    guests = sum(GuestCapture.objects.values_list("cents", flat=True))
    assert guests + on_its_way == side.owed_by_holders_of(other)
    return standing.shared.cents
