"""Pass+ tickets that meet: two on one purse, two tills on one ticket, one given up while it is used."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from billing.ledger import queries as ledger
from commons.errors import DomainError
from federation.passplus import deadlines, operations, ticketing
from federation.passplus.models import Card, Partner, Purse, Ticket, available_in
from federation.passplus.queries import due_cents, purses_of, standing_of
from tests.factories.passplus import AUTUMN, PROVED, make_card, make_partner, new_key, noon
from tests.factories.tariffs import ACTOR
from tests.threads import meeting, run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
LAST_DAY, LATE = noon("2024-06-30"), noon("2024-07-01")


def said(act: Callable[[], Any], done: str) -> str:
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return done


def making(card: Card, cents: int, *, at=AUTUMN) -> Callable[[], str]:
    return lambda: said(
        lambda: operations.make_ticket(
            card=Card.objects.select_related("campaign").get(pk=card.pk), purse="sport",
            cents=cents, key=new_key(), actor=ACTOR, at=at,
        ),
        "made",
    )  # fmt: skip


def capturing(ticket: Ticket, partner: Partner, cents: int | None = None) -> Callable[[], str]:
    return lambda: said(
        lambda: operations.capture_ticket(
            code=ticket.code, partner=Partner.objects.get(pk=partner.pk), cents=cents,
            actor=ACTOR, at=AUTUMN,
        ),
        "captured",
    )  # fmt: skip


def cancelling(ticket: Ticket) -> Callable[[], str]:
    return lambda: said(
        lambda: operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=AUTUMN), "cancelled"
    )


def made(card: Card, cents: int = 25_00, *, at=AUTUMN) -> Ticket:
    return operations.make_ticket(
        card=card, purse="sport", cents=cents, key=new_key(), actor=ACTOR, at=at
    )


def sport(card: Card) -> tuple[int, int]:
    standing = purses_of(card)[0]
    return standing.available_cents, standing.held_cents


def at_once(
    monkeypatch, name: str, first: Callable[[], str], second: Callable[[], str]
) -> list[str]:
    """The first stops after `name`, in its transaction, until the second waits for it."""
    acts = iter((first, second))
    return meeting(monkeypatch, ticketing, name)(lambda: next(acts)())


def test_two_tickets_at_once_never_hold_more_than_the_purse_has(monkeypatch):
    card = make_card()

    results = at_once(monkeypatch, "_lock_purse", making(card, 25_00), making(card, 25_00))

    assert results == ["made", "PASSPLUS_PURSE_TOO_SMALL"]
    assert sport(card) == (15_00, 25_00)


def test_without_the_lock_both_read_the_same_purse_and_the_ledger_stops_the_second(monkeypatch):
    """If this fails, the test above proves nothing."""
    card, both = make_card(), threading.Barrier(2, timeout=20)

    def read(card: Card, code: str) -> ticketing._Locked:
        purse = Purse.objects.select_related("account").get(card=card, code=code)
        both.wait()
        return ticketing._Locked(purse.pk, purse.account_id, available_in(purse.account))

    monkeypatch.setattr(ticketing, "_lock_purse", read)

    results = run_in_threads([making(card, 25_00), making(card, 25_00)])

    assert sorted(map(str, results)) == ["LEDGER_INSUFFICIENT_BALANCE", "made"]
    assert sport(card) == (15_00, 25_00)


def test_a_ticket_made_while_another_is_used_waits_and_neither_is_undone(monkeypatch):
    """Both move the purse and what is validated: they lock these in one order."""
    card, partner = make_card(), make_partner()
    ticket = made(card)

    results = at_once(monkeypatch, "_lock_purse", making(card, 10_00), capturing(ticket, partner))

    assert results == ["made", "captured"]
    assert sport(card) == (5_00, 10_00)


def test_a_proof_that_comes_while_purses_are_emptied_waits_and_neither_is_undone(monkeypatch):
    """One takes from the budget what the other gives back to it."""
    card = make_card()

    def emptying() -> str:
        return str(operations.empty_purses(campaign=card.campaign, actor=ACTOR, at=LATE).cents)

    def proving() -> str:
        return said(
            lambda: operations.prove_status(card=card, facts=PROVED, actor=ACTOR, at=LAST_DAY),
            "proved",
        )

    acts = iter((emptying, proving))
    results = meeting(monkeypatch, deadlines.ledger, "lock_accounts")(lambda: next(acts)())

    assert results == [str(80_00), "proved"]
    assert sport(card) == (10_00, 0)


def test_two_tills_validate_a_ticket_once(monkeypatch):
    card, partner, other = make_card(), make_partner(), make_partner()
    ticket = made(card)

    results = at_once(
        monkeypatch, "lock_ticket", capturing(ticket, partner), capturing(ticket, other)
    )

    assert results == ["captured", "PASSPLUS_TICKET_OVER"]
    assert (due_cents(partner), due_cents(other)) == (25_00, 0)


def test_one_till_that_sends_twice_is_answered_twice_and_owed_once(monkeypatch):
    card, partner = make_card(), make_partner()
    ticket = made(card)

    results = at_once(
        monkeypatch, "lock_ticket", capturing(ticket, partner), capturing(ticket, partner)
    )

    assert results == ["captured", "captured"]
    assert due_cents(partner) == 25_00


def test_without_the_lock_two_tills_meet_and_the_ledger_stops_the_second(monkeypatch):
    """If this fails, the tests above prove nothing."""
    card, partner, other = make_card(), make_partner(), make_partner()
    ticket, both = made(card), threading.Barrier(2, timeout=20)

    def read(code: str) -> Ticket:
        found = Ticket.objects.select_related("purse__card__campaign").get(code=code)
        both.wait()
        return found

    monkeypatch.setattr(ticketing, "lock_ticket", read)

    results = run_in_threads([capturing(ticket, partner), capturing(ticket, other)])

    assert sorted(map(str, results)) == ["LEDGER_REFERENCE_REUSED", "captured"]
    assert due_cents(partner) + due_cents(other) == 25_00


@pytest.mark.parametrize("first", ["captured", "cancelled"])
def test_a_ticket_given_up_while_it_is_used_is_one_or_the_other(monkeypatch, first):
    card, partner = make_card(), make_partner()
    ticket = made(card)
    acts = [capturing(ticket, partner), cancelling(ticket)]
    if first == "cancelled":
        acts.reverse()

    results = at_once(monkeypatch, "lock_ticket", *acts)

    assert results == [first, "PASSPLUS_TICKET_OVER"]
    assert due_cents(partner) == (25_00 if first == "captured" else 0)
    assert standing_of(card.campaign).is_whole


def test_a_ticket_made_while_purses_are_emptied_keeps_its_money(monkeypatch):
    """The last ticket holds the purse: what is swept is what it left."""
    card = make_card()

    def sweeping() -> str:
        return str(operations.keep_deadlines(actor=ACTOR, at=LATE).cents)

    results = at_once(monkeypatch, "_lock_purse", making(card, 25_00, at=LAST_DAY), sweeping)

    assert results == ["made", str(55_00)]
    assert sport(card) == (0, 25_00)
    assert ledger.reconcile() == []


def test_a_ticket_that_is_being_used_is_passed_over_by_what_ends_tickets(monkeypatch):
    card, partner = make_card(), make_partner()
    ticket = made(card)
    is_held, is_ended = threading.Event(), threading.Event()
    lock = ticketing.lock_ticket

    def lock_and_stay(code: str) -> Ticket:
        found = lock(code)
        is_held.set()
        assert is_ended.wait(6)
        return found

    monkeypatch.setattr(ticketing, "lock_ticket", lock_and_stay)

    def ending() -> str:
        assert is_held.wait(20)
        try:
            over = noon("2025-07-01")
            return str(deadlines.end_tickets(campaign=card.campaign, actor=ACTOR, at=over).tickets)
        finally:
            is_ended.set()

    assert run_in_threads([capturing(ticket, partner), ending]) == ["captured", "0"]
    assert due_cents(partner) == 25_00


def test_many_at_once_never_overdraw_nor_lose(monkeypatch):
    """Tickets, validations and cancellations from eight threads on one purse."""
    card, partner = make_card(), make_partner()
    tickets = [made(card, 5_00) for _ in range(4)]
    acts = [making(card, 7_00) for _ in range(4)]
    acts += [capturing(ticket, partner, 3_00) for ticket in tickets]
    acts += [cancelling(ticket) for ticket in tickets]

    run_in_threads(acts, timeout=60)

    standing = standing_of(card.campaign)
    assert standing.is_whole
    assert standing.captured == due_cents(partner)
    assert all(left >= 0 for left in sport(card))
    assert (ledger.reconcile(), ledger.broken_resolutions()) == ([], [])
