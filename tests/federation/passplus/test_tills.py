"""At a till: validated once, told why not, and put back within a minute, to the cent."""

from __future__ import annotations

import datetime
import uuid

import pytest

from billing.ledger import queries as ledger
from commons.errors import Forbidden
from commons.models import AuditEntry
from federation.passplus import operations, till_queries
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import PartnerRole, Ticket, TillCapture
from federation.passplus.queries import due_cents, purses_of, standing_of
from tests.factories.passplus import AUTUMN, kind, make_card, make_partner, noon, publish
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket, take, text_of, till_of, undo

pytestmark = pytest.mark.usefixtures("tenant_db")
SOON = AUTUMN + datetime.timedelta(seconds=50)
LATER = AUTUMN + datetime.timedelta(seconds=61)


def sport(card) -> tuple[int, int]:
    standing = purses_of(card)[0]
    return standing.available_cents, standing.held_cents


def books_are_right(card) -> bool:
    return standing_of(card.campaign).is_whole and ledger.reconcile() == []


def now_of(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


@pytest.mark.parametrize("as_scanned", [False, True])
def test_a_ticket_is_validated_as_typed_or_scanned_and_the_till_is_known(as_scanned):
    card, member = make_card(), make_member()
    ticket = make_ticket(card)
    written = text_of(ticket) if as_scanned else f" {ticket.code[:4].lower()}-{ticket.code[4:]} "

    seen = till_queries.ticket_at_till(member.partner, written, at=AUTUMN)
    capture = take(member, written, 20_00)

    assert (seen.cents, seen.code) == (25_00, ticket.code)
    assert (capture.till, capture.cents, capture.member) == (till_of(member), 20_00, member)
    assert now_of(ticket).state == Ticket.State.CAPTURED
    assert due_cents(member.partner) == 20_00
    assert till_queries.day_of_partner(member.partner, on=AUTUMN.date()).cents == 20_00


def test_the_same_request_twice_is_one_validation_and_another_till_is_told_where():
    card, member = make_card(), make_member()
    ticket, key = make_ticket(card), uuid.uuid4()
    pool = operations.open_till(name="Bassin", by=member, actor=ACTOR, at=AUTUMN)
    first = take(member, ticket.code, key=key)

    assert take(member, ticket.code, key=key, at=SOON) == first
    with pytest.raises(operations.TicketTaken) as refusal:
        take(member, ticket.code, till=pool, at=SOON)
    assert refusal.value.details["till"] == "Accueil"
    assert refusal.value.details["taken_at"] == AUTUMN
    with pytest.raises(operations.ValidationReused):
        take(make_member(), ticket.code, key=key)
    assert TillCapture.objects.count() == 1
    assert due_cents(member.partner) == 25_00


def test_who_left_or_a_closed_till_validates_nothing():
    card, member = make_card(), make_member()
    ticket, other = make_ticket(card), make_member()
    helper = make_member(member.partner, PartnerRole.TILL)
    pool = operations.open_till(name="Bassin", by=member, actor=ACTOR, at=AUTUMN)
    operations.close_till(till=pool, by=member, actor=ACTOR, at=AUTUMN)
    operations.end_member(member=helper, by=member, actor=ACTOR, at=AUTUMN)

    with pytest.raises(Forbidden):
        take(helper, ticket.code)
    for till in (pool, till_of(other)):
        with pytest.raises(operations.TillClosed):
            take(member, ticket.code, till=till)
    assert now_of(ticket).state == Ticket.State.MADE


@pytest.mark.parametrize("cents", [25_00, 10_00])
def test_what_is_undone_within_a_minute_is_on_the_ticket_again(cents):
    card, member = make_card(), make_member()
    ticket = make_ticket(card)
    capture = take(member, ticket.code, cents)

    for _ in range(2):
        assert undo(capture, member, at=SOON).undone_by == member

    again = now_of(ticket)
    assert (again.state, again.cents, again.captured_by) == (Ticket.State.MADE, 25_00, None)
    assert sport(card) == (15_00, 25_00)
    assert due_cents(member.partner) == 0
    assert standing_of(card.campaign).captured == 0
    assert books_are_right(card)
    assert AuditEntry.objects.filter(action="passplus.ticket.capture_undone").count() == 1

    take(member, ticket.code, at=SOON)
    assert due_cents(member.partner) == 25_00
    assert standing_of(card.campaign).captured == 25_00
    assert books_are_right(card)


def test_a_ticket_put_back_can_be_given_up():
    card, member = make_card(), make_member()
    ticket = make_ticket(card)
    undo(take(member, ticket.code), member, at=SOON)

    operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=SOON)

    assert sport(card) == (40_00, 0)
    assert books_are_right(card)


def test_what_was_spent_beside_it_meanwhile_is_not_held_again():
    card, member = make_card(), make_member()
    ticket = make_ticket(card)
    capture = take(member, ticket.code, 20_00)
    make_ticket(card, 18_00)

    undo(capture, member, at=SOON)

    assert now_of(ticket).cents == 22_00  # the 20 validated, and the 2 that were left of the purse
    assert sport(card) == (0, 40_00)
    assert books_are_right(card)


@pytest.mark.parametrize(("rules", "left"), [(None, 0), (kind(), 0)])
def test_late_in_the_year_what_went_back_to_the_departement_comes_again(rules, left):
    """92 keeps the rest of a late validation; undone, all of it is on the ticket again."""
    card, member = make_card(publish(rules) if rules else None), make_member()
    ticket = make_ticket(card, 40_00)
    late = noon("2024-09-10")
    operations.keep_deadlines(actor=ACTOR, at=late)
    capture = take(member, ticket.code, 30_00, at=late)

    undo(capture, member, at=late + datetime.timedelta(seconds=30))

    standing = standing_of(card.campaign)
    assert (now_of(ticket).cents, sport(card)) == (40_00, (left, 40_00))
    assert (standing.granted, standing.returned, standing.captured) == (80_00, 40_00, 0)
    assert books_are_right(card)


def test_after_a_minute_or_for_another_partner_nothing_is_undone():
    card, member = make_card(), make_member()
    capture = take(member, make_ticket(card).code)

    with pytest.raises(operations.UndoTooLate):
        undo(capture, member, at=LATER)
    with pytest.raises(Forbidden):
        undo(capture, make_member(), at=SOON)
    assert due_cents(member.partner) == 25_00
    assert TillCapture.objects.get().undone_at is None


def test_what_the_partner_was_paid_is_not_undone(monkeypatch):
    """Paid within the minute: the account of the partner no longer has it."""
    from billing.ledger import operations as books

    card, member = make_card(), make_member()
    capture = take(member, make_ticket(card).code)
    paid = books.open_account(code="paid", kind=books.AccountKind.CLEARING)
    books.post(
        transfers=[
            books.TransferRequest(
                debit_account_id=member.partner.account_id,
                credit_account_id=paid.pk,
                amount_cents=1,
                code="payout",
                reference="payout:1",
            )
        ],
        actor=ACTOR,
        at=AUTUMN,
    )

    with pytest.raises(operations.UndoTooLate):
        undo(capture, member, at=SOON)
    assert sport(card) == (15_00, 0)
    assert books_are_right(card)


def test_on_the_last_night_nothing_is_undone_to_be_lost():
    card, member = make_card(), make_member()
    ticket = make_ticket(card)
    last = datetime.datetime.fromisoformat("2025-06-30T23:59:40+02:00")
    capture = take(member, ticket.code, at=last)

    with pytest.raises(operations.UndoTooLate):
        undo(capture, member, at=last + datetime.timedelta(seconds=40))
    assert due_cents(member.partner) == 25_00


def test_a_till_is_told_of_a_ticket_what_it_needs_and_refused_what_it_cannot_take():
    card, member = make_card(), make_member()
    cinema = make_member(make_partner(Domain.CULTURE))
    mine = make_ticket(card, 10_00, partner=member.partner)
    free = make_ticket(card, 10_00)

    with pytest.raises(operations.OtherPartner):
        till_queries.ticket_at_till(make_member().partner, mine.code, at=AUTUMN)
    with pytest.raises(Exception, match="OUTSIDE_DOMAIN"):
        till_queries.ticket_at_till(cinema.partner, free.code, at=AUTUMN)
    with pytest.raises(operations.TicketUnknown):
        till_queries.ticket_at_till(member.partner, "ZZZZ-2222", at=AUTUMN)
    with pytest.raises(operations.TicketTextInvalid):
        till_queries.ticket_at_till(member.partner, text_of(mine)[:-3] + "AAA", at=AUTUMN)
    seen = till_queries.ticket_at_till(member.partner, mine.code, at=AUTUMN)
    assert (seen.is_made_out, seen.purse, seen.last_day) == (
        True, "Sport", datetime.date(2025, 6, 30),
    )  # fmt: skip
