"""A ticket of another département is taken back after the fact, and again: opposite entries in both books."""

from __future__ import annotations

import datetime

import pytest
from django.db import transaction

from billing.ledger import queries as ledger
from commons.errors import DomainError
from commons.models import OutboxEvent
from federation.passplus import clearing, undoing
from federation.passplus import operations as passplus
from federation.passplus.models import Correction, GuestCapture, Partner, Ticket
from federation.passplus.queries import due_cents, purses_of, standing_of
from federation.passplus.reimbursing import elsewhere, operations, righting
from federation.passplus.reimbursing.operations import Wrong
from federation.passplus.reimbursing.queries import owed_back_cents
from federation.reciprocity import operations as reciprocity
from federation.reciprocity import queries
from tenants.registry import contexts
from tests.factories.passplus import AUTUMN, make_card, noon
from tests.factories.reciprocity import agree, make_ticket, take, there
from tests.factories.reimbursing import ANNE, BRUNO, NOVEMBER, approved, paying, with_account
from tests.factories.tariffs import ACTOR
from tests.federation.passplus.test_reciprocity import position, sign

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
JANUARY = noon("2024-01-08")


@pytest.fixture
def taken():
    """A ticket of 20 € of d92, that a club of d94 took: the card and the club."""
    agree()
    card = make_card()
    ticket = make_ticket(card, 20_00)
    with there() as club:
        take(club, f"92 {ticket.code}")
    return card, club


def ask(*, at: datetime.datetime = NOVEMBER, cents: int | None = None) -> Correction:
    guest = GuestCapture.objects.order_by("-pk")[0]
    return operations.ask_correction(
        kind="TICKETS", wrongs=[Wrong(str(guest.public_id), cents)], reason="Erreur",
        actor=ANNE, at=at,
    )  # fmt: skip


def correct(*, at: datetime.datetime = NOVEMBER) -> Correction:
    return operations.approve_correction(correction=ask(at=at), actor=BRUNO, at=at)


def undo(correction: Correction, *, at: datetime.datetime = NOVEMBER) -> Correction:
    asked = operations.ask_undoing(correction=correction, reason="Non", actor=ANNE, at=at)
    return operations.approve_correction(correction=asked, actor=BRUNO, at=at)


def sport(card) -> int:
    return next(one.available_cents for one in purses_of(card) if one.code == "sport")


def is_right(card) -> bool:
    """Nothing is lost here, and our position is what the shared rows say."""
    whole = standing_of(card.campaign).is_whole and ledger.reconcile() == []
    return whole and clearing.standing_with("d94").is_agreed


def stated(month: str, at: str) -> list[int]:
    """The lines of the statement of a month, that both accept: their positions add up to zero."""
    found = reciprocity.prepare_statement(
        departement_code="94", month=datetime.date.fromisoformat(month), actor=ACTOR, at=noon(at)
    )
    sign(found)
    with contexts.tenant("d94"):
        sign(found_there := queries.statements().get(public_id=found.public_id))
        both = queries.statements().get(pk=found_there.pk).signatures.all()
        assert sum(one.position_cents for one in both) == 0
    return [line.signed_cents for line in queries.lines_of(found)]


def test_it_is_given_back_in_both_books_then_taken_again_and_each_month_says_so(taken):
    card, club = taken
    assert stated("2023-10-01", "2023-11-02") == [20_00]
    before = sport(card)

    with contexts.tenant("d94"):
        correction = correct()
        assert (owed_back_cents(club), position("92")) == (20_00, 0)
        assert clearing.standing_with("d92").is_agreed
        assert ledger.reconcile() == []
    assert (sport(card), position("94")) == (before + 20_00, 0)
    assert is_right(card)
    away = Ticket.objects.get().captured_away
    assert (away.returned_at, away.is_to_purse) == (NOVEMBER, True)
    assert stated("2023-11-01", "2023-12-02") == [-20_00]

    with contexts.tenant("d94"):
        assert undo(correction, at=JANUARY).state == "DONE"
        assert (due_cents(club), owed_back_cents(club)) == (40_00, 20_00)
        assert position("92") == 20_00
        assert ledger.reconcile() == []
    assert (sport(card), position("94")) == (before, -20_00)
    assert is_right(card)
    assert stated("2023-12-01", "2024-01-09") == [20_00]


def test_who_was_paid_gives_it_back_on_its_next_statement(taken):
    _card, club = taken
    with contexts.tenant("d94"):
        paying()
        with_account(club)
        approved()
        assert due_cents(club) == 0
        correction = correct()
        assert owed_back_cents(club) == 20_00

        undo(correction)

        run = approved("2023-12-01", at=noon("2023-12-04"))
        assert [(one.gross_cents, one.withheld_cents) for one in run.statements.all()] == [
            (20_00, 20_00)
        ]
        assert owed_back_cents(club) == 0
        assert ledger.reconcile() == []


def test_what_a_dead_process_left_the_worker_does(taken, monkeypatch):
    card, _club = taken
    with contexts.tenant("d94"):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(elsewhere, "return_for_neighbour", _die)
            correct()
        assert Correction.objects.get().state == "DONE"
        assert not clearing.standing_with("d92").is_agreed

        assert operations.finish_returns(at=NOVEMBER) == 1
        assert operations.finish_returns(at=NOVEMBER) == 0
        assert clearing.standing_with("d92").is_agreed
    assert is_right(card)


def test_what_was_taken_again_there_is_approved_and_can_no_longer_be_refused(taken, monkeypatch):
    """The process dies between the two: only approving is left, and it moves nothing twice."""
    card, club = taken
    with contexts.tenant("d94"):
        correction = correct()
        asked = operations.ask_undoing(correction=correction, reason="Non", actor=ANNE, at=NOVEMBER)
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(righting, "put_right", _die)
            operations.approve_correction(correction=asked, actor=BRUNO, at=NOVEMBER)
        with pytest.raises(operations.CorrectionDecided):
            operations.refuse_correction(correction=asked, answer="", actor=BRUNO, at=NOVEMBER)
        assert passplus.book_guests(actor=ACTOR, at=NOVEMBER) == 1

        operations.approve_correction(correction=asked, actor=BRUNO, at=NOVEMBER)

        assert due_cents(club) == 40_00
        assert (position("92"), ledger.reconcile()) == (20_00, [])
    assert is_right(card)


def test_what_the_child_spent_meanwhile_is_not_taken_again_and_nothing_moves(taken):
    card, club = taken
    with contexts.tenant("d94"):
        correction = correct()
    make_ticket(card, sport(card))

    with contexts.tenant("d94"):
        with pytest.raises(operations.CorrectionSpent):
            undo(correction)
        assert (due_cents(club), position("92")) == (20_00, 0)
        assert clearing.standing_with("d92").is_agreed
    assert is_right(card)


def test_once_the_purse_is_over_the_money_returns_to_its_departement(taken):
    card, _club = taken
    after = noon("2024-12-02")
    passplus.keep_deadlines(actor=ACTOR, at=after)

    with contexts.tenant("d94"):
        correct(at=after)

    assert Ticket.objects.get().captured_away.is_to_purse is False
    assert (sport(card), position("94")) == (0, 0)
    assert is_right(card)


@pytest.mark.parametrize("cents", [5_00, 25_00])
def test_it_is_taken_back_whole_and_alone_and_once(taken, cents):
    with contexts.tenant("d94"):
        with pytest.raises(operations.CorrectionElsewhere):
            ask(cents=cents)
        name = str(GuestCapture.objects.get().public_id)
        siret = Partner.objects.get().siret
        with pytest.raises(operations.CorrectionElsewhere):
            operations.ask_correction(
                kind="TICKETS", wrongs=[Wrong(name), Wrong(siret, 1)], reason="Deux",
                actor=ANNE, at=NOVEMBER,
            )  # fmt: skip
        twice = ask(cents=20_00)
        correct()
        with pytest.raises(DomainError) as refused:
            operations.approve_correction(correction=twice, actor=BRUNO, at=NOVEMBER)
        assert isinstance(refused.value, operations.CorrectionTooMuch)
        with pytest.raises(operations.CorrectionTooMuch):
            ask()


def test_a_till_does_not_undo_what_a_correction_took_back(taken):
    with contexts.tenant("d94"):
        correct(at=AUTUMN)
        with pytest.raises(passplus.UndoTooLate), transaction.atomic():
            undoing.hold_guest(GuestCapture.objects.get(), actor=ACTOR, at=AUTUMN)


def _die(*_about: object, **_asked: object) -> None:
    raise KeyboardInterrupt


def test_those_who_answer_for_the_pupil_are_told_once_of_each(taken):
    card, _club = taken
    with there():
        correction = correct()
        undo(correction)
        elsewhere.finish_returns(at=NOVEMBER)

    told = OutboxEvent.objects.filter(name="passplus.ticket.corrected").order_by("pk")
    assert [
        (one.payload["card"], one.payload["cents"], one.payload["is_undone"]) for one in told
    ] == [(str(card.public_id), 20_00, False), (str(card.public_id), 20_00, True)]
