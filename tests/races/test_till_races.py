"""At the tills: two phones, one that undoes while another validates, a permit while a ticket is given up."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from billing.ledger import queries as ledger
from commons.errors import DomainError
from federation.passplus import capturing, operations, permits, ticketing
from federation.passplus.models import (
    Correction,
    CorrectionLine,
    PartnerMember,
    Ticket,
    TillCapture,
)
from federation.passplus.queries import due_cents, purses_of, standing_of
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.reimbursing import righting
from federation.passplus.reimbursing.operations import Wrong
from tests.factories.passplus import AUTUMN, make_card
from tests.factories.reimbursing import ANNE, BRUNO
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket, shown, take, till_of, undo
from tests.threads import meeting, run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
HOUR = datetime.timedelta(hours=1)


def said(act: Callable[[], Any], done: str) -> str:
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return done


def taking(member: PartnerMember, ticket: Ticket, cents: int | None = None) -> Callable[[], str]:
    return lambda: said(lambda: take(again(member), ticket.code, cents), "captured")


def undoing(member: PartnerMember, capture: TillCapture) -> Callable[[], str]:
    return lambda: said(
        lambda: undo(TillCapture.objects.get(pk=capture.pk), again(member)), "undone"
    )


def sending(member: PartnerMember, one: operations.Shown) -> Callable[[], str]:
    def send() -> str:
        (sent,) = operations.send_captures(
            member=again(member), till=till_of(member), shown=[one], actor=ACTOR, at=AUTUMN + HOUR
        )
        return sent.refusal or "captured"

    return send


def again(member: PartnerMember) -> PartnerMember:
    """The row as a thread of its own reads it."""
    return PartnerMember.objects.select_related("partner").get(pk=member.pk)


def at_once(monkeypatch, first: Callable[[], str], second: Callable[[], str]) -> list[str]:
    """The first stops once it has its ticket, until the second waits for it."""
    acts = iter((first, second))
    return meeting(monkeypatch, capturing, "_lock_ticket")(lambda: next(acts)())


def books_are_right(card) -> bool:
    return standing_of(card.campaign).is_whole and ledger.reconcile() == []


def test_one_phone_that_sends_twice_at_once_is_answered_twice_and_owed_once(monkeypatch):
    card, member = make_card(), make_member()
    one = shown(make_ticket(card, partner=member.partner))

    assert at_once(monkeypatch, sending(member, one), sending(member, one)) == ["captured"] * 2
    assert due_cents(member.partner) == 25_00
    assert TillCapture.objects.count() == 1


def test_two_phones_that_send_the_same_ticket_at_once_are_told_apart(monkeypatch):
    card, member = make_card(), make_member()
    ticket = make_ticket(card, partner=member.partner)
    both = [sending(member, shown(ticket)) for _ in range(2)]

    assert at_once(monkeypatch, *both) == ["captured", "PASSPLUS_TICKET_TAKEN"]
    assert due_cents(member.partner) == 25_00
    assert books_are_right(card)


def test_two_people_undo_once(monkeypatch):
    card, member = make_card(), make_member()
    capture = take(member, make_ticket(card).code)

    assert at_once(monkeypatch, undoing(member, capture), undoing(member, capture)) == [
        "undone",
        "undone",
    ]
    assert purses_of(card)[0].held_cents == 25_00
    assert due_cents(member.partner) == 0
    assert books_are_right(card)


def correcting(ticket: Ticket) -> Correction:
    return reimbursing.ask_correction(
        kind="TICKETS", wrongs=[Wrong(ticket.code)], reason="Annulé", actor=ANNE, at=AUTUMN
    )


def approving(correction: Correction) -> Callable[[], str]:
    return lambda: said(
        lambda: reimbursing.approve_correction(
            correction=Correction.objects.get(pk=correction.pk), actor=BRUNO, at=AUTUMN
        ),
        "taken back",
    )


def test_a_ticket_put_back_while_it_is_taken_back_is_one_or_the_other(monkeypatch):
    """The till has the ticket first: who takes it back waits, and reads it once it was put back."""
    card, member = make_card(), make_member()
    ticket = make_ticket(card)
    capture = take(member, ticket.code)
    acts = undoing(member, capture), approving(correcting(ticket))

    assert at_once(monkeypatch, *acts) == ["undone", "PASSPLUS_CORRECTION_TOO_MUCH"]
    assert (purses_of(card)[0].available_cents, purses_of(card)[0].held_cents) == (15_00, 25_00)
    assert books_are_right(card)


def test_without_the_order_a_ticket_is_both_put_back_and_taken_back(monkeypatch):
    """If this fails, the test above proves nothing: lines are read before their tickets are locked."""
    card, member = make_card(), make_member()
    ticket = make_ticket(card)
    capture = take(member, ticket.code)
    lock = righting._locked_lines

    def read_then_lock(correction: Correction) -> list[CorrectionLine]:
        lines = list(
            correction.lines.select_related("partner", "ticket__purse__card__campaign").order_by(
                "pk"
            )
        )
        lock(correction)
        return lines

    monkeypatch.setattr(righting, "_locked_lines", read_then_lock)

    acts = undoing(member, capture), approving(correcting(ticket))
    assert at_once(monkeypatch, *acts) == ["undone", "taken back"]
    assert purses_of(card)[0].available_cents == 40_00  # and 25 € are held beside: 65 € of 40
    assert purses_of(card)[0].held_cents == 25_00


def test_a_permit_and_a_cancellation_meet_on_the_partner(monkeypatch):
    """Given up first: the phone is told of it. Begun first: the cancellation waits."""
    card, member = make_card(), make_member()
    ticket = make_ticket(card, partner=member.partner)

    def beginning() -> str:
        operations.begin_offline(
            member=again(member), till=till_of(member), hours=4, actor=ACTOR, at=AUTUMN
        )
        return "begun"

    def cancelling() -> str:
        return said(
            lambda: operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=AUTUMN), "cancelled"
        )

    acts = iter((beginning, cancelling))
    results = meeting(monkeypatch, permits, "lock_partner")(lambda: next(acts)())

    assert results == ["begun", "PASSPLUS_CANCELLATION_WAITS"]
    assert Ticket.objects.get().state == Ticket.State.MADE


def test_many_phones_at_once_never_overdraw_nor_lose():
    """Validations, undoings, new tickets and what was taken without network, on one purse."""
    card, member = make_card(), make_member()
    colleague = make_member(member.partner)
    tickets = [make_ticket(card, 6_00, partner=member.partner) for _ in range(5)]
    captures = [take(member, ticket.code, 5_00) for ticket in tickets[:3]]
    acts = [undoing(member, capture) for capture in captures]
    acts += [taking(colleague, ticket, 4_00) for ticket in tickets]
    acts += [sending(member, shown(ticket, cents=3_00)) for ticket in tickets]
    acts += [
        lambda ticket=ticket: said(
            lambda: ticketing.cancel_ticket(ticket=ticket, actor=ACTOR, at=AUTUMN), "cancelled"
        )
        for ticket in tickets
    ]

    results = run_in_threads(acts, timeout=90)

    assert all(isinstance(result, str) for result in results), results
    standing = standing_of(card.campaign)
    assert standing.is_whole
    assert standing.captured == due_cents(member.partner)
    kept = TillCapture.objects.filter(refusal="", undone_at=None)
    assert sum(kept.values_list("cents", flat=True)) == due_cents(member.partner)
    assert (ledger.reconcile(), ledger.broken_resolutions()) == ([], [])
