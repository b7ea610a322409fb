"""What must be true after a batch, whatever was asked, twice, late, or by a process that died.

Questions are asked of whole tables, by one statement each; cards and tickets are compared one by one with
the engine's when they moved since the batch before, and all of them at the end.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Collection, Iterator
from typing import Any

from django.db import connection

from billing.ledger import queries as ledger
from federation.passplus.clearing import standing_with
from federation.passplus.engine.life import CAPTURED, TicketState
from federation.passplus.guests import waiting_guests
from federation.passplus.models import GuestCapture
from federation.passplus.queries import standing_of
from federation.passplus.reimbursing.queries import owed_back_cents
from tenants.registry import contexts
from tests.federation.passplus.simulation.world import Side, World

CHUNK = 5_000
# Each is one statement, and names what it finds; nothing is found when all is well.
NOTHING_LIKE_THAT = {
    "accounts below zero": """
        SELECT code FROM ledger_account
        WHERE debits_must_not_exceed_credits AND debits_posted + debits_pending > credits_posted
           OR credits_must_not_exceed_debits AND credits_posted + credits_pending > debits_posted""",
    "tickets whose state is not what the ledger did of their hold": """
        SELECT ticket.key FROM passplus_ticket AS ticket
        JOIN passplus_purse AS purse ON purse.id = ticket.purse_id
        JOIN ledger_transfer AS hold ON hold.id = ticket.hold_id
        LEFT JOIN ledger_transfer AS ending ON ending.pending_id = hold.id
        WHERE (hold.kind, hold.amount_cents, hold.debit_account_id)
                  IS DISTINCT FROM ('PENDING', ticket.cents, purse.account_id)
           OR ending.kind IS DISTINCT FROM CASE ticket.state
                  WHEN 'MADE' THEN NULL WHEN 'CAPTURED' THEN 'POST_PENDING' ELSE 'VOID_PENDING' END
           OR ticket.state = 'CAPTURED' AND ending.amount_cents IS DISTINCT FROM ticket.captured_cents
           OR ticket.captured_cents > ticket.cents""",
    "holds of no ticket": """
        SELECT hold.reference FROM ledger_transfer AS hold
        WHERE hold.code = 'ticket' AND hold.kind = 'PENDING'
          AND NOT EXISTS (SELECT FROM ledger_transfer AS ending WHERE ending.pending_id = hold.id)
          AND NOT EXISTS (SELECT FROM passplus_ticket AS ticket WHERE ticket.hold_id = hold.id)""",
    "tickets validated at no till and at two": """
        SELECT ticket_id::text FROM passplus_tillcapture
        WHERE refusal = '' AND undone_at IS NULL AND ticket_id IS NOT NULL
        GROUP BY ticket_id HAVING count(*) > 1""",
    "tickets on two statements": """
        SELECT reference FROM passplus_statementline WHERE is_live
        GROUP BY source, reference HAVING count(*) > 1""",
    "lines that pay what is not validated": """
        SELECT line.label FROM passplus_statementline AS line
        JOIN passplus_partnerstatement AS statement ON statement.id = line.statement_id
        JOIN passplus_ticket AS ticket ON ticket.id = line.ticket_id
        WHERE line.is_live AND (ticket.state, ticket.captured_by_id, ticket.captured_cents)
            IS DISTINCT FROM ('CAPTURED', statement.partner_id, line.gross_cents)""",
    "statements that are not their lines": """
        SELECT statement.id::text FROM passplus_partnerstatement AS statement
        LEFT JOIN passplus_statementline AS line ON line.statement_id = statement.id
        GROUP BY statement.id
        HAVING statement.gross_cents <> coalesce(sum(line.gross_cents), 0)
            OR statement.gross_cents - statement.kept_cents <> coalesce(sum(line.due_cents), 0)
            OR statement.gross_cents <>
                statement.due_cents + statement.kept_cents + statement.withheld_cents""",
    "tickets taken back from who did not validate them": """
        SELECT ticket.key FROM passplus_correctionline AS line
        JOIN passplus_correction AS correction ON correction.id = line.correction_id
        JOIN passplus_ticket AS ticket ON ticket.id = line.ticket_id
        WHERE correction.kind = 'TICKETS' AND correction.state = 'DONE'
          AND line.partner_id IS DISTINCT FROM ticket.captured_by_id
          AND NOT EXISTS (SELECT FROM passplus_correction AS undoing
                          WHERE undoing.undoes_id = correction.id AND undoing.state = 'DONE')""",
    "statements paid twice": """
        SELECT statement_id::text FROM passplus_payout WHERE state = 'ORDERED'
        GROUP BY statement_id HAVING count(*) > 1""",
    "guests that the ledger does not know, or not so": """
        SELECT guest.public_id::text FROM passplus_guestcapture AS guest
        LEFT JOIN ledger_transfer AS came ON came.reference = 'guest:' || guest.public_id
        LEFT JOIN ledger_transfer AS left_again ON left_again.reference = 'guest-undone:' || guest.public_id
        WHERE came.amount_cents IS DISTINCT FROM guest.cents
           OR (guest.reversed_at IS NOT NULL) <> (left_again.id IS NOT NULL)""",
}
# What left a partner's account, and why; what came back on it.
_MOVED = """
    SELECT code, sum(amount_cents) FILTER (WHERE credit_account_id = %(account)s) AS come,
        sum(amount_cents) FILTER (WHERE debit_account_id = %(account)s) AS gone
    FROM ledger_transfer
    WHERE %(account)s IN (debit_account_id, credit_account_id) AND kind IN ('POSTED', 'POST_PENDING')
    GROUP BY code"""
_PURSES = """
    SELECT purse.card_id, purse.code,
        account.credits_posted - account.debits_posted - account.debits_pending, account.debits_pending
    FROM passplus_purse AS purse JOIN ledger_account AS account ON account.id = purse.account_id
    WHERE purse.card_id = ANY(%s) ORDER BY purse.card_id, purse.code DESC"""
_TICKETS = """
    SELECT code, state, cents, coalesce(captured_cents, 0) FROM passplus_ticket WHERE code = ANY(%s)"""
_COUNTED = """
    SELECT (SELECT count(*) FROM passplus_card WHERE campaign_id = %s),
        (SELECT count(*) FROM passplus_ticket)"""
_JOURNAL = """
    SELECT action, count(*), max(id) FROM commons_auditentry
    WHERE id > %s AND subject_type = 'Ticket' GROUP BY action"""


def check(world: World, *, is_whole: bool = False) -> None:
    """Every cent is in one place, in the books of each side as in the engine, and all sides agree."""
    positions: dict[tuple[str, str], int] = {}
    for side in world.sides:
        with contexts.tenant(side.schema):
            _books(side)
            for what, question in NOTHING_LIKE_THAT.items():
                _same(f"{what}, in {side.code}", [row[0] for row in _rows(question)][:20], [])
            _cards_and_tickets(side, is_whole=is_whole)
            _journal(side)
            _partners(world, side)
            for other in world.sides:
                if other is not side:
                    positions[side.code, other.code] = _position(side, other)
            _guests(world, side)
    for (one, other), cents in positions.items():
        _same(f"what {one} and {other} owe each other", cents + positions[other, one], 0)


def _rows(question: str, values: Any = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def _same(what: str, found: object, expected: object) -> None:
    assert found == expected, f"{what}: {found}, not {expected}"


def _books(side: Side) -> None:
    _same("accounts that differ from their transfers", ledger.reconcile(), [])
    _same("resolutions that differ from their hold", ledger.broken_resolutions(), [])
    assert ledger.trial_balance().is_balanced
    found, standing = side.life.whereabouts(), standing_of(side.campaign)
    assert found.is_whole, f"the engine itself is wrong: {found}"
    assert standing.is_whole, f"euros are lost or made: {standing}"
    engine = (found.granted, found.purses, found.held, found.captured, found.returned)
    _same(f"where the euros of {side.code} are", dataclasses.astuple(standing), engine)


def _cards_and_tickets(side: Side, *, is_whole: bool) -> None:
    life = side.life
    cards: Collection[str] = life.cards if is_whole else life.moved_cards
    tickets: Collection[str] = life.tickets if is_whole else life.moved_tickets
    assert set(side.cards) == set(life.cards)
    _same("cards and tickets", _rows(_COUNTED, [side.campaign.pk]),
          [(len(life.cards), len(life.tickets))])  # fmt: skip
    for some in _by_chunks(cards):
        _same_cards(side, some)
    for some in _by_chunks(tickets):
        codes = {side.codes[name]: name for name in some}
        found = {codes[code]: told for code, *told in _rows(_TICKETS, [list(codes)])}
        for name in some:
            ticket = life.tickets[name]
            expected = [str(ticket.state), ticket.cents, ticket.captured_cents]
            _same(f"ticket {name} of {side.code}", found.get(name), expected)
    life.moved_cards.clear()
    life.moved_tickets.clear()


def _by_chunks(names: Collection[str]) -> Iterator[list[str]]:
    every = sorted(names)
    return (every[first : first + CHUNK] for first in range(0, len(every), CHUNK))


def _same_cards(side: Side, some: Collection[str]) -> None:
    names = {side.cards[name].pk: name for name in some}
    purses: dict[str, list[tuple[str, int, int]]] = collections.defaultdict(list)
    for card, *purse in _rows(_PURSES, [list(names)]):
        purses[names[card]].append((purse[0], purse[1], purse[2]))
    for name in some:
        expected = list(side.life.purses_of(name))
        _same(f"purses of card {name} of {side.code}", purses[name], expected)


def _journal(side: Side) -> None:
    """One line for each act that was done, and for none that was not; each line is read once."""
    since = side.read_until
    for action, count, latest in _rows(_JOURNAL, [since]):
        side.told[action.removeprefix("passplus.ticket.")] += count
        side.read_until = max(side.read_until, latest)
    states = collections.Counter(ticket.state for ticket in side.life.tickets.values())
    told = side.told
    expected = {
        "made": len(side.life.tickets),
        "captured": states[TicketState.CAPTURED] + side.life.undone,
        "cancelled": states[TicketState.CANCELLED] + states[TicketState.LOST],
        "capture_undone": side.life.undone,
    }
    found = {what: told[what] for what in expected}
    found["captured"] += told["captured_elsewhere"]
    _same(f"lines of the journal of {side.code}", found, expected)


def _partners(world: World, side: Side) -> None:
    """What came to a partner is what it validated here and, once booked, of elsewhere, and what was added.

    Each cent of it was paid, was kept by the rules or withheld for what was paid too much, or is owed.
    """
    waiting: collections.Counter[str] = collections.Counter()
    for one in waiting_guests():
        waiting[str(one.partner_public_id)] += one.cents
    for name, counter in side.counters.items():
        partner = counter.partner
        moved = {
            code: (int(come or 0), int(gone or 0))
            for code, come, gone in _rows(_MOVED, {"account": partner.account_id})
        }
        here = side.life.books.balance(f"{CAPTURED}{name}") + _taken_back(side, name)
        elsewhere = sum(
            other.life.books.balance(f"{CAPTURED}{side.code}:{name}")
            for other in world.sides
            if other is not side
        )
        _same(f"what {name} of {side.code} validated here", _net(moved, "due", "undo-due"), here)
        _same(
            f"what {name} of {side.code} validated of elsewhere",
            _net(moved, "guest", "guest-undone"),
            elsewhere - waiting[str(partner.public_id)],
        )
        _paid(side, name, moved)


def _net(moved: dict[str, tuple[int, int]], *codes: str) -> int:
    found = [moved.get(code, (0, 0)) for code in codes]
    return sum(come - gone for come, gone in found)


def _taken_back(side: Side, partner: str) -> int:
    tickets = side.life.tickets
    return sum(
        cents
        for name, cents in side.life.taken_back.items()
        if tickets[name].captured_by == partner
    )


_STATED = """
    SELECT coalesce(sum(statement.gross_cents), 0), coalesce(sum(statement.kept_cents), 0),
        coalesce(sum(statement.withheld_cents), 0),
        coalesce(sum(statement.due_cents) FILTER (WHERE EXISTS (
            SELECT FROM passplus_payout AS payout
            WHERE payout.statement_id = statement.id AND payout.state = 'ORDERED')), 0)
    FROM passplus_partnerstatement AS statement
    WHERE statement.partner_id = %s AND statement.issued_at IS NOT NULL"""
_CORRECTED = """
    SELECT coalesce(sum(line.partner_cents) FILTER (WHERE kind IN ('TICKETS', 'LESS')), 0),
        coalesce(sum(line.partner_cents - line.credited_cents)
            FILTER (WHERE kind = 'UNDO' AND line.ticket_id IS NOT NULL), 0),
        coalesce(sum(line.credited_cents), 0), coalesce(sum(line.cents) FILTER (WHERE kind = 'MORE'), 0),
        coalesce(sum(line.cents) FILTER (WHERE kind = 'LESS'), 0)
    FROM passplus_correctionline AS line JOIN passplus_correction AS correction
        ON correction.id = line.correction_id
    WHERE line.partner_id = %s AND correction.state = 'DONE'"""


def _paid(side: Side, name: str, moved: dict[str, tuple[int, int]]) -> None:
    """What left a partner's account is what statements say; what it has to give back, what corrections do."""
    partner = side.counters[name].partner
    ((gross, kept, withheld, paid),) = _rows(_STATED, [partner.pk])
    _same(f"kept of what {name} of {side.code} validated", -_net(moved, "kept"), kept)
    _same(f"withheld of {name} of {side.code}", -_net(moved, "withheld"), withheld)
    _same(f"paid to {name} of {side.code}", -_net(moved, "payout", "payout-returned"), paid)
    ((added, given_up, credited, more, less),) = _rows(_CORRECTED, [partner.pk])
    asked = (side.paid_more.get(name, 0), side.paid_less.get(name, 0))
    _same(f"corrections of {name} of {side.code}", (more, less), asked)
    _same(f"added to what {name} of {side.code} is due", _net(moved, "correction"), credited)
    _same(
        f"what {name} of {side.code} has to give back",
        owed_back_cents(partner),
        added - given_up - withheld,
    )
    come = _net(moved, "due", "undo-due", "guest", "guest-undone", "correction")
    assert gross <= come, f"{name} of {side.code} is stated {gross} of {come}"
    owed = come - kept - withheld - paid
    _same(f"codes of what moved for {name} of {side.code}", sum(map(_one, moved.values())), owed)


def _one(moved: tuple[int, int]) -> int:
    return moved[0] - moved[1]


def _position(side: Side, other: Side) -> int:
    """What the other owes us by our books, and what is on its way to them; negative when we owe."""
    standing = standing_with(other.schema)
    taken = side.owed_by_holders_of(other) - other.owed_by_holders_of(side)
    _same(
        f"what {other.code} owes {side.code}",
        standing.shared.cents + standing.shared.settled_cents,
        taken,
    )
    return standing.shared.cents


def _guests(world: World, side: Side) -> None:
    """What our partners took of elsewhere is in our books, or on its way to them."""
    booked = GuestCapture.objects.filter(reversed_at__isnull=True)
    found = sum(booked.values_list("cents", flat=True))
    on_its_way = sum(one.cents for one in waiting_guests())
    owed = sum(side.owed_by_holders_of(other) for other in world.sides if other is not side)
    _same(f"guests of {side.code}", found + on_its_way, owed)
