"""Money put right after the fact: by two people, undone by opposite entries, every cent in its place."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.ledger import queries as ledger
from billing.ledger.models import Transfer
from commons.actors import Actor
from commons.errors import DomainError
from federation.passplus import operations as passplus
from federation.passplus import personal_data
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.pricing import Line
from federation.passplus.models import Correction, PartnerStatement, Purse
from federation.passplus.queries import due_cents, purses_of, standing_of
from federation.passplus.reimbursing import operations, queries
from federation.passplus.reimbursing.operations import Wrong
from tests.factories.canteen import make_family
from tests.factories.passplus import AUTUMN, kind, make_card, make_partner, new_key, noon, publish
from tests.factories.portal import make_account
from tests.factories.reimbursing import ANNE, BRUNO, DECEMBER, NOVEMBER, approved, captured, priced
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, make_ticket, take, undo

pytestmark = pytest.mark.usefixtures("tenant_db")
Kind = Correction.Kind


def asked(kind: str, *wrongs: Wrong, at=NOVEMBER) -> Correction:
    return operations.ask_correction(
        kind=kind, wrongs=wrongs, reason="Séance annulée", actor=ANNE, at=at
    )


def done(kind: str, *wrongs: Wrong, at=NOVEMBER) -> Correction:
    return operations.approve_correction(correction=asked(kind, *wrongs, at=at), actor=BRUNO, at=at)


def undone(correction: Correction, *, at=NOVEMBER) -> Correction:
    undoing = operations.ask_undoing(correction=correction, reason="Erreur", actor=BRUNO, at=at)
    return operations.approve_correction(correction=undoing, actor=ANNE, at=at)


def latest(partner) -> tuple[int, int, int]:
    found = PartnerStatement.objects.filter(partner=partner).order_by("-pk")[0]
    return found.gross_cents, found.withheld_cents, found.due_cents


def is_whole(card) -> bool:
    return standing_of(card.campaign).is_whole and ledger.trial_balance().is_balanced


def sport(card) -> int:
    return purses_of(card)[0].available_cents


def test_a_ticket_paid_too_much_returns_to_the_child_and_is_withheld_from_the_partner():
    card, judo = make_card(), make_partner()
    ticket = captured(card, judo, 35_00)
    approved()

    done(Kind.TICKETS, Wrong(ticket.code.lower(), 30_00))

    assert (sport(card), queries.owed_back_cents(judo)) == (35_00, 30_00)
    assert standing_of(card.campaign).captured == 5_00
    captured(card, judo, 20_00, at=noon("2023-11-20"))
    approved("2023-12-01", at=DECEMBER)
    assert latest(judo) == (20_00, 20_00, 0)
    assert (queries.owed_back_cents(judo), due_cents(judo)) == (10_00, 35_00)
    assert is_whole(card)


def test_undoing_is_the_opposite_of_each_entry_and_gives_back_what_was_withheld():
    card, judo = make_card(), make_partner()
    ticket = captured(card, judo, 30_00)
    approved()
    correction = done(Kind.TICKETS, Wrong(ticket.code))
    captured(card, judo, 10_00, at=noon("2023-11-20"))
    approved("2023-12-01", at=DECEMBER)  # 10 € of the 30 are withheld

    undone(correction, at=DECEMBER)

    assert (sport(card), queries.owed_back_cents(judo)) == (0, 0)
    assert due_cents(judo) == 40_00
    approved("2024-01-01", at=noon("2024-01-08"))
    assert latest(judo) == (10_00, 0, 10_00)
    moves = Transfer.objects.filter(code="correction").values_list(
        "debit_account", "credit_account", "amount_cents"
    )
    (forth, *back) = moves.order_by("pk")
    assert sum(cents for _debit, _credit, cents in back) == forth[2]
    assert {debit for debit, _credit, _cents in back} == {forth[1]}
    assert is_whole(card)
    with pytest.raises(operations.CorrectionNotUndone):
        undone(correction)


def test_what_the_child_spent_meanwhile_is_not_taken_back():
    card, judo = make_card(), make_partner()
    correction = done(Kind.TICKETS, Wrong(captured(card, judo, 40_00).code))
    captured(card, judo, 30_00, at=NOVEMBER)

    with pytest.raises(operations.CorrectionSpent):
        undone(correction, at=DECEMBER)

    assert (sport(card), queries.owed_back_cents(judo)) == (10_00, 40_00)
    assert is_whole(card)


def test_the_share_that_the_departement_kept_comes_back_with_the_rest():
    priced(valid_from="2023-09-01", lines=[Line(Decimal(90), Domain.SPORT, 18_00)])
    card, judo = make_card(), make_partner()
    ticket = captured(card, judo, 30_00)
    approved()  # 18 € of 30, capped

    correction = done(Kind.TICKETS, Wrong(ticket.code, 15_00))  # of 15 € it would be 13,50 €

    (line,) = queries.lines_of_correction(correction)
    assert (line.partner_cents, line.is_to_purse) == (4_50, True)
    done(Kind.TICKETS, Wrong(ticket.code))  # the rest
    assert queries.owed_back_cents(judo) == 18_00
    assert sport(card) == 40_00
    assert is_whole(card)


def test_a_purse_that_is_over_gives_the_money_to_the_departement():
    card, judo = make_card(), make_partner()
    ticket = captured(card, judo, 30_00, at=noon("2024-06-20"))

    correction = done(Kind.TICKETS, Wrong(ticket.code), at=noon("2024-07-02"))

    assert not queries.lines_of_correction(correction)[0].is_to_purse
    assert standing_of(card.campaign).returned == 30_00
    assert is_whole(card)


def test_where_credit_comes_back_late_the_purse_lasts_some_days_more():
    card, judo = make_card(publish(kind(30))), make_partner()
    ticket = captured(card, judo, 30_00, at=noon("2024-06-20"))

    done(Kind.TICKETS, Wrong(ticket.code), at=noon("2024-07-02"))

    assert sport(card) == 40_00
    passplus.make_ticket(
        card=card, purse="sport", cents=10_00, key=new_key(), actor=ACTOR, at=noon("2024-07-30")
    )
    assert str(Purse.objects.get(card=card, code="sport").usable_before) == "2024-08-01"


def test_where_no_ticket_is_of_use_any_more_it_goes_to_the_departement():
    card, judo = make_card(publish(kind(30))), make_partner()
    ticket = captured(card, judo, 30_00, at=noon("2025-06-20"), made_at=noon("2024-06-20"))

    done(Kind.TICKETS, Wrong(ticket.code, 10_00), at=noon("2025-06-20"))
    done(Kind.TICKETS, Wrong(ticket.code, 5_00), at=noon("2025-07-02"))

    assert (sport(card), standing_of(card.campaign).returned) == (20_00, 5_00)
    assert Purse.objects.get(card=card, code="sport").usable_before == datetime.date(2025, 7, 1)
    assert is_whole(card)


def test_what_the_departement_gives_up_again_was_not_granted_once_more():
    card, judo = make_card(), make_partner()
    ticket = captured(card, judo, 30_00, at=noon("2024-06-20"))
    correction = done(Kind.TICKETS, Wrong(ticket.code), at=noon("2024-07-02"))

    undone(correction, at=noon("2024-07-03"))

    standing = standing_of(card.campaign)
    assert (standing.granted, standing.captured, standing.returned) == (80_00, 30_00, 0)
    assert is_whole(card)


def test_what_was_taken_back_is_not_put_back_too():
    """Within its minute, a ticket was corrected by two agents, then undone at its till."""
    card, member = make_card(), make_member()
    capture = take(member, make_ticket(card, 30_00).code)
    assert capture.ticket is not None
    done(Kind.TICKETS, Wrong(capture.code, 10_00), at=AUTUMN)

    with pytest.raises(passplus.UndoTooLate):
        undo(capture, member)

    assert (sport(card), standing_of(card.campaign).captured) == (20_00, 20_00)
    assert is_whole(card)


def test_a_ticket_that_was_put_back_and_used_elsewhere_is_not_taken_from_the_first():
    card, member, other = make_card(), make_member(), make_partner()
    ticket = make_ticket(card, 30_00)
    capture = take(member, ticket.code)
    correction = asked(Kind.TICKETS, Wrong(ticket.code), at=AUTUMN)
    undo(capture, member)
    passplus.capture_ticket(code=ticket.code, partner=other, actor=ACTOR, at=AUTUMN)

    with pytest.raises(operations.CorrectionTooMuch):
        operations.approve_correction(correction=correction, actor=BRUNO, at=AUTUMN)

    assert queries.owed_back_cents(member.partner) == 0
    assert is_whole(card)


def test_partners_are_paid_more_or_less_without_a_ticket():
    judo, chess = make_partner(), make_partner()

    more = done(Kind.MORE, Wrong(judo.siret, 12_34))
    done(Kind.LESS, Wrong(chess.siret, 5_00))

    assert (due_cents(judo), queries.owed_back_cents(chess)) == (12_34, 5_00)
    approved("2023-12-01", at=DECEMBER)
    assert latest(judo) == (12_34, 0, 12_34)
    undone(more)
    assert queries.owed_back_cents(judo) == 12_34
    assert ledger.trial_balance().is_balanced


def test_a_correction_takes_two_people_and_no_more_than_what_is_left():
    card, judo = make_card(), make_partner()
    ticket = captured(card, judo, 30_00)
    first, second = asked(Kind.TICKETS, Wrong(ticket.code)), asked(Kind.TICKETS, Wrong(ticket.code))
    with pytest.raises(operations.CorrectionBySamePerson):
        operations.approve_correction(correction=first, actor=ANNE, at=NOVEMBER)
    with pytest.raises(IntegrityError, match="needs_two_people"), transaction.atomic():
        Correction.objects.update(state="DONE", decided_by=ANNE.id, decided_at=NOVEMBER)
    assert sport(card) == 10_00

    operations.approve_correction(correction=first, actor=BRUNO, at=NOVEMBER)

    with pytest.raises(operations.CorrectionTooMuch):
        operations.approve_correction(correction=second, actor=BRUNO, at=NOVEMBER)
    operations.refuse_correction(correction=second, answer="Déjà fait", actor=ANNE, at=NOVEMBER)
    with pytest.raises(operations.CorrectionDecided):
        operations.approve_correction(correction=second, actor=BRUNO, at=NOVEMBER)
    assert sport(card) == 40_00


@pytest.mark.parametrize(
    "wrongs",
    [
        (Wrong("NOTHERE2"),),
        (Wrong("{code}"), Wrong("{code}", 1_00)),
        (Wrong("{code}", 0),),
        (Wrong("{code}", 30_01),),
        (),
    ],
)
def test_what_cannot_be_corrected_is_refused_and_leaves_no_trace(wrongs):
    ticket = captured(make_card(), make_partner(), 30_00)
    named = [Wrong(one.name.format(code=ticket.code), one.cents) for one in wrongs]

    with pytest.raises(DomainError) as refusal:
        asked(Kind.TICKETS, *named)

    assert refusal.value.code.startswith("PASSPLUS_CORRECTION_")
    assert not Correction.objects.exists()


def test_who_disputed_a_line_is_handed_their_words_and_nobody_elses():
    captured(make_card(), make_partner(), 30_00)
    (line,) = queries.lines_of(approved().statements.get())
    vera, max_ = (make_account(make_family().guardians[0]) for _ in range(2))
    operations.dispute_statement_line(
        line=line, text="Il manque 5 €", actor=Actor.user(vera), at=NOVEMBER
    )

    (said,) = personal_data.disputes(vera)

    assert "Il manque 5 €" in said.values()
    assert list(personal_data.disputes(max_)) == []


def test_a_line_is_disputed_once_at_a_time_and_answered_once():
    captured(make_card(), make_partner(), 30_00)
    statement = approved().statements.get()
    (line,) = queries.lines_of(statement)

    def dispute():
        return operations.dispute_statement_line(
            line=line, text="Il manque 5 €", actor=ANNE, at=NOVEMBER
        )

    first = dispute()
    with pytest.raises(operations.LineDisputed):
        dispute()
    operations.answer_statement_dispute(
        dispute=first, is_accepted=True, answer="Vous avez raison", actor=BRUNO, at=NOVEMBER
    )
    with pytest.raises(operations.DisputeAnswered):
        operations.answer_statement_dispute(
            dispute=first, is_accepted=False, answer="Non", actor=BRUNO, at=NOVEMBER
        )
    first.refresh_from_db()
    assert (first.state, dispute().state) == ("ACCEPTED", "OPEN")
