"""A ticket of one département taken by a partner of another: who pays, who knows what, who owes what."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from django.utils import timezone

from billing.ledger import queries as ledger
from billing.ledger.models import Account
from commons.errors import DomainError
from commons.models import AuditEntry
from federation.passplus import clearing, taking, undoing
from federation.passplus import operations as passplus
from federation.passplus.directory import Search
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.spending import CaptureTooMuch, OutsideDomain
from federation.passplus.models import AwayTry, GuestCapture, Ticket
from federation.passplus.neighbours import neighbours_found
from federation.passplus.queries import due_cents, purses_of, standing_of
from federation.reciprocity import operations, queries
from federation.reciprocity.models import CrossCapture, ListedPartner, Statement
from tenants.registry import contexts
from tests.factories import tills
from tests.factories.passplus import AUTUMN, STRICT, make_card, make_partner, noon, publish
from tests.factories.reciprocity import agree, make_ticket, propose, sign_there, take, there
from tests.factories.tariffs import ACTOR

# Two départements read what the other wrote: it must be committed, each having a connection of its own.
pytestmark = pytest.mark.usefixtures("committed_tenant_db")

OCTOBER = datetime.date(2023, 10, 1)
AFTER = noon("2023-11-03")


def position(code: str) -> int:
    account = Account.objects.get(code=f"clearing:{code}")
    return account.debits_posted - account.credits_posted


def test_the_holders_departement_pays_and_the_partner_is_owed_by_its_own():
    agree()
    card = make_card()
    ticket = make_ticket(card)
    with there() as club:
        taken = take(club, f"92 {ticket.code}", 20_00)

        assert (taken.cents, taken.departement_code, taken.ticket) == (20_00, "92", None)
        assert due_cents(club) == 20_00
        assert position("92") == 20_00
        assert ledger.reconcile() == []
    ticket.refresh_from_db()

    assert (ticket.state, ticket.captured_cents, ticket.captured_by) == ("CAPTURED", 20_00, None)
    assert ticket.captured_away.partner_name == club.name
    assert position("94") == -20_00
    assert [(one.available_cents, one.held_cents) for one in purses_of(card)] == [
        (20_00, 0),
        (40_00, 0),
    ]
    assert standing_of(card.campaign).is_whole
    assert ledger.reconcile() == []


def test_taking_it_again_gives_the_same_and_moves_nothing():
    agree()
    ticket = make_ticket()
    with there() as club:
        first = take(club, f"92{ticket.code}")
        again = take(club, f"92-{ticket.code.lower()}")

        assert again.guest == first.guest
        assert due_cents(club) == 25_00
        assert CrossCapture.objects.count() == 1


def test_a_code_without_a_number_is_one_of_here():
    agree()
    ticket = make_ticket()
    with there() as club, pytest.raises(passplus.TicketUnknown):
        take(club, ticket.code)

    assert take(make_partner(), f"92 {ticket.code}").ticket == ticket


def test_what_is_not_taken_elsewhere_is_answered_in_one_way():
    """Unknown, used, given up, made out to a club of there, of no agreement, of no département."""
    card = make_card()
    tickets = {name: make_ticket(card, 5_00) for name in ("used", "given up", "unsigned")}
    passplus.cancel_ticket(ticket=tickets["given up"], actor=ACTOR, at=AUTUMN)
    passplus.capture_ticket(
        code=tickets["used"].code, partner=make_partner(), actor=ACTOR, at=AUTUMN
    )
    answers = []

    def ask(code: str) -> None:
        with pytest.raises(DomainError) as refused:
            take(club, code)
        answers.append((refused.value.code, refused.value.details))

    with there() as club:
        ask(f"92 {tickets['unsigned'].code}")
    propose()
    with contexts.tenant("d94"):
        ask(f"92 {tickets['unsigned'].code}")
    sign_there()
    with contexts.tenant("d94"):
        ask("92 BBBBBBBB")
        ask(f"95 {tickets['unsigned'].code}")
        ask(f"92 {tickets['used'].code}")
        ask(f"92 {tickets['given up'].code}")
        assert (GuestCapture.objects.count(), AwayTry.objects.count()) == (0, 6)

    assert answers == [("PASSPLUS_TICKET_NOT_TAKEN_ELSEWHERE", {})] * 6
    assert Ticket.objects.get(pk=tickets["unsigned"].pk).state == "MADE"


def test_only_what_the_agreement_opens_is_taken():
    """Sport of ours there, to the day before one side ended it."""
    agreement = agree(operations.Directions(ours_there=["SPORT"]))
    tickets = dataclasses.replace(STRICT.tickets, captured_before=datetime.date(2099, 1, 1))
    card = make_card(publish(dataclasses.replace(STRICT, tickets=tickets)))
    with there() as club:
        cinema = make_partner(Domain.CULTURE)
    sport, culture, later = (
        make_ticket(card),
        make_ticket(card, purse="culture"),
        make_ticket(card, 1_00),
    )
    operations.end_agreement(
        agreement=agreement,
        ends_on=datetime.date(2098, 10, 3),  # partners are shown until then, by PostgreSQL's clock
        reason="Budget",
        actor=ACTOR,
        at=AUTUMN,
    )

    with contexts.tenant("d94"):
        with pytest.raises(OutsideDomain):
            take(cinema, f"92 {culture.code}")
        with pytest.raises(CaptureTooMuch):
            take(club, f"92 {sport.code}", 25_01)
        with pytest.raises(passplus.TicketNotTakenElsewhere):
            take(club, f"92 {later.code}", at=noon("2098-10-03"))
        assert take(club, f"92 {sport.code}", at=noon("2098-10-02")).cents == 25_00


def test_a_partner_that_types_many_codes_in_vain_waits():
    agree()
    ticket = make_ticket()
    with there() as club:
        for _ in range(taking.TRIES):
            with pytest.raises(passplus.TicketNotTakenElsewhere):
                take(club, "92 BBBBBBBB")
        with pytest.raises(passplus.TooManyTries):
            take(club, f"92 {ticket.code}")

        assert take(club, f"92 {ticket.code}", at=AUTUMN + taking.TRIES_WITHIN).cents == 25_00


def test_what_a_dead_process_left_is_booked_by_the_worker(monkeypatch):
    agree()
    ticket = make_ticket()
    with there() as club:
        monkeypatch.setattr(
            taking, "book_guest", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            take(club, f"92 {ticket.code}")
        assert due_cents(club) == 0

        assert passplus.book_guests(actor=ACTOR, at=AUTUMN) == 1
        assert passplus.book_guests(actor=ACTOR, at=AUTUMN) == 0
        monkeypatch.undo()
        assert take(club, f"92 {ticket.code}").cents == due_cents(club) == 25_00


def test_what_the_partners_departement_keeps_says_nothing_of_the_child():
    agree()
    card = make_card()
    ticket = make_ticket(card)
    with there() as club:
        take(club, f"92 {ticket.code}")
        kept = [
            *CrossCapture.objects.values(),
            *GuestCapture.objects.values(),
            *AuditEntry.objects.filter(action__startswith="passplus.guest").values(),
        ]
    said = repr(kept)

    assert len(kept) == 3
    secrets = (
        ticket.code, ticket.public_id, card.public_id, card.pupil.public_id,
        card.pupil.first_name, card.pupil.last_name, card.pupil.birth_date.isoformat(),
    )  # fmt: skip
    assert [secret for secret in secrets if str(secret) in said] == []


def make_month() -> Statement:
    """Two captures one way, one the other, and the statement of October, prepared by d92."""
    agree()
    card = make_card()
    with there() as club:
        theirs = make_ticket(make_card(), 7_00)
    for cents in (25_00, 10_00):
        ticket = make_ticket(card, cents)
        with contexts.tenant("d94"):
            take(club, f"92 {ticket.code}")
    take(make_partner(), f"94 {theirs.code}")
    return operations.prepare_statement(departement_code="94", month=OCTOBER, actor=ACTOR, at=AFTER)


def sign(statement: Statement) -> Statement:
    return passplus.sign_statement(
        statement=statement, signatory="Le payeur", actor=ACTOR, at=AFTER
    )


def test_a_month_is_stated_signed_by_both_and_paid_and_the_sum_is_zero():
    statement = make_month()
    sign(statement)

    assert (statement.first_owes_cents, statement.second_owes_cents) == (35_00, 7_00)
    with contexts.tenant("d94"):
        (theirs,) = queries.statements()
        agreed = sign(theirs)
        positions = [signature.position_cents for signature in agreed.signatures.all()]
        passplus.record_settlement(
            statement=agreed,
            reference="VIR 2023-11",
            received_on=datetime.date(2023, 11, 10),
            actor=ACTOR,
            at=AFTER,
        )
        assert position("92") == 0
        assert clearing.standing_with("d92").is_agreed

    assert sorted(positions) == [-28_00, 28_00]
    assert position("94") == -28_00
    assert passplus.book_settlements(actor=ACTOR, at=AFTER) == 1
    assert passplus.book_settlements(actor=ACTOR, at=AFTER) == 0
    assert position("94") == 0
    assert clearing.standing_with("d94").is_agreed
    assert ledger.reconcile() == []


def test_a_month_is_stated_once_and_what_comes_late_goes_to_the_next():
    statement = make_month()
    late = make_ticket()
    with contexts.tenant("d94"):
        club = ListedPartner.objects.get(published_by="d94")
        take(make_partner(), f"92 {late.code}", at=noon("2023-10-31"))
        again = operations.prepare_statement(
            departement_code="92", month=OCTOBER, actor=ACTOR, at=AFTER
        )
        following = operations.prepare_statement(
            departement_code="92",
            month=datetime.date(2023, 11, 1),
            actor=ACTOR,
            at=noon("2023-12-01"),
        )
        assert club.public_id
        assert again.public_id == statement.public_id
        assert [line.signed_cents for line in queries.lines_of(following)] == [25_00]


def test_a_line_that_our_books_do_not_hold_is_not_signed(monkeypatch):
    statement = make_month()
    monkeypatch.setattr(clearing, "_reference", lambda line: f"absent:{line.capture.public_id}")

    with pytest.raises(operations.StatementDiffers):
        sign(statement)
    assert len(clearing.lines_to_question(statement=statement, actor=ACTOR, at=AFTER)) == 3


def test_only_who_is_owed_says_that_it_was_paid():
    statement = sign(make_month())

    def settle(one: Statement) -> None:
        passplus.record_settlement(
            statement=one, reference="VIR", received_on=OCTOBER, actor=ACTOR, at=AFTER
        )

    with pytest.raises(operations.NotToReceive):
        settle(statement)
    with contexts.tenant("d94"), pytest.raises(operations.NotToReceive):
        settle(Statement.objects.get())


def test_there_is_one_agreement_at_a_time_and_a_proposal_may_be_declined():
    propose()
    with pytest.raises(operations.AgreementOpen):
        propose()
    with contexts.tenant("d94"):
        (proposal,) = queries.agreements()
        operations.end_agreement(
            agreement=proposal, ends_on=OCTOBER, reason="Non", actor=ACTOR, at=AUTUMN
        )
        with pytest.raises(operations.AgreementOver):
            operations.sign_agreement(agreement=proposal, signatory="X", actor=ACTOR, at=AUTUMN)

    agree()
    assert queries.is_in_force(queries.agreements()[0], on=OCTOBER)


def test_partners_are_shown_where_an_agreement_opens_them():
    agree(operations.Directions(ours_there=["SPORT"]))
    ours = make_partner()
    passplus.list_partners(at=AUTUMN)
    with there() as club:
        assert passplus.list_partners(at=AUTUMN) == 1
        assert passplus.list_partners(at=AUTUMN) == 0
        assert list(queries.listed_partners(at=AUTUMN)) == []
        assert [one.public_id for one in ListedPartner.objects.all()] == [club.public_id]

    assert [one.name for one in queries.listed_partners(at=AUTUMN)] == [club.name]
    now = timezone.now()
    (found,) = neighbours_found(Search(text="club"), at=now)
    assert (found.row.name, found.departement.code, found.domains) == (club.name, "94", ("SPORT",))
    assert neighbours_found(Search(domain=Domain.CULTURE), at=now) == []
    assert neighbours_found(Search(text="piano"), at=now) == []
    assert ours.public_id in {one.public_id for one in ListedPartner.objects.all()}


@pytest.mark.parametrize("dies", [False, True])
def test_what_a_till_undoes_in_its_minute_is_put_back_in_both_books(monkeypatch, dies):
    """Even when the process dies before the other département is asked: the worker asks it."""
    agree()
    card = make_card()
    ticket = make_ticket(card)
    with contexts.tenant("d94"):
        member = tills.make_member(make_partner(Domain.SPORT, Domain.CULTURE))
        validated = tills.take(member, f"92 {ticket.code}", 20_00)
        if dies:
            with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
                patched.setattr(undoing, "put_back_for_neighbour", _die)
                tills.undo(validated, member)
            assert due_cents(member.partner) == 20_00
            assert passplus.finish_undoing(actor=ACTOR, at=AUTUMN) == 1
        else:
            tills.undo(validated, member)
        tills.undo(validated, member)
        assert passplus.finish_undoing(actor=ACTOR, at=AUTUMN) == 0
        assert (due_cents(member.partner), position("92")) == (0, 0)
        assert clearing.standing_with("d92").is_agreed
        again = tills.take(member, f"92 {ticket.code}")
        assert again.cents == 25_00
        assert ledger.reconcile() == []

    assert clearing.standing_with("d94").is_agreed
    assert standing_of(card.campaign).is_whole
    assert ledger.reconcile() == []
    statement = operations.prepare_statement(
        departement_code="94", month=OCTOBER, actor=ACTOR, at=AFTER
    )
    assert sorted(line.signed_cents for line in queries.lines_of(statement)) == [
        -20_00,
        20_00,
        25_00,
    ]
    assert sign(statement).signatures.get().position_cents == -25_00


def _die(**_asked: object) -> None:
    raise KeyboardInterrupt
