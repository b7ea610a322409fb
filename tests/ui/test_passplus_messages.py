"""What families are written of a Pass+: before money goes back, and what was spent; each thing once."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from commons import outbox
from commons.models import OutboxEvent
from federation.passplus import operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import Correction
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.reimbursing.operations import Wrong
from federation.passplus.telling import tell_families, warning_due
from tenants.people.models import Guardian, Guardianship
from tests.factories.canteen import make_family
from tests.factories.passplus import (
    AUTUMN,
    STRICT,
    kind,
    make_card,
    make_partner,
    new_key,
    noon,
    publish,
)
from tests.factories.reimbursing import ANNE, BRUNO, NOVEMBER, captured
from tests.factories.tariffs import ACTOR
from tests.factories.tills import make_member, take, undo

pytestmark = pytest.mark.usefixtures("tenant_db")
DAYS = (60, 14, 3)
DELIVERED_AT = datetime.datetime(2126, 11, 24, 12, tzinfo=datetime.UTC)


def warned(rules=STRICT):
    return dataclasses.replace(rules, tickets=dataclasses.replace(rules.tickets, warning_days=DAYS))


@pytest.fixture
def card():
    family = make_family(guardians=2)
    for rank, guardian in enumerate(family.guardians):
        Guardian.objects.filter(pk=guardian.pk).update(email=f"parent{rank}@exemple.fr")
    return make_card(publish(warned()), pupil=family.pupil)


def ticket_of(card, cents, *, at, purse="sport"):
    return operations.make_ticket(
        card=card, purse=purse, cents=cents, key=new_key(), actor=ACTOR, at=at
    )


def written(mailbox, moment):
    """The messages that a morning brings."""
    mailbox.clear()
    tell_families(at=moment)
    OutboxEvent.objects.exclude(name__startswith="passplus.").update(delivered_at=DELIVERED_AT)
    assert outbox.deliver_pending(at=DELIVERED_AT).failed == 0
    return list(mailbox)


@pytest.mark.parametrize(
    ("today", "due"),
    [
        ("2024-05-01", None),
        ("2024-05-02", "2024-05-02"),
        ("2024-06-16", "2024-05-02"),
        ("2024-06-17", "2024-06-17"),
        ("2024-06-30", "2024-06-28"),
        ("2024-07-01", None),
    ],
)
def test_the_latest_day_of_warning_is_the_one_told(today, due):
    last, day = STRICT.tickets.issued_before, datetime.date.fromisoformat(today)

    found = warning_due(last, DAYS, today=day)

    assert found == (due and datetime.date.fromisoformat(due))


def test_credit_left_is_said_three_times_to_each_parent_and_never_twice(card, mailoutbox):
    ticket_of(card, 10_00, at=noon("2024-04-02"))
    told = [
        (day, len(written(mailoutbox, noon(day))))
        for day in ("2024-05-01", "2024-05-02", "2024-05-03", "2024-06-18", "2024-06-28")
    ]

    assert told == [
        ("2024-05-01", 0),
        ("2024-05-02", 2),
        ("2024-05-03", 0),
        ("2024-06-18", 2),
        ("2024-06-28", 2),
    ]
    message = mailoutbox[0]
    body = message.body.replace("\xa0", " ")
    assert "Il reste 70,00 € sur le Pass+" in body
    assert "- Sport : 30,00 €" in body
    assert "- Culture : 40,00 €" in body
    assert "jusqu'au 30 juin 2024 inclus" in body
    assert f"/pass-plus/{card.pupil.public_id}/" in body
    assert "70,00 € à dépenser avant la fin du 30 juin" in message.subject.replace("\xa0", " ")
    assert {tuple(one.to) for one in mailoutbox} == {
        ("parent0@exemple.fr",),
        ("parent1@exemple.fr",),
    }


def test_who_spent_everything_is_left_in_peace(card, mailoutbox):
    for purse in ("sport", "culture"):
        ticket_of(card, 40_00, purse=purse, at=noon("2024-05-02"))

    assert written(mailoutbox, noon("2024-06-18")) == []


def test_credit_spent_between_the_warning_and_its_message_is_not_spoken_of(card, mailoutbox):
    moment = noon("2024-06-18")
    tell_families(at=moment)
    for purse in ("sport", "culture"):
        ticket_of(card, 40_00, purse=purse, at=moment)

    assert written(mailoutbox, moment) == []


def test_a_ticket_that_waits_is_said_before_it_is_too_old(card, mailoutbox):
    ticket_of(card, 25_00, at=noon("2024-06-01"))
    operations.keep_deadlines(actor=ACTOR, at=noon("2024-07-02"))

    (message, _other) = written(mailoutbox, noon("2025-06-20"))

    body = message.body.replace("\xa0", " ")
    assert "Un ticket Pass+" in body
    assert "25,00 €" in body
    assert "jusqu'au 30 juin 2025 inclus" in body
    assert written(mailoutbox, noon("2025-06-21")) == []


def test_what_came_back_late_is_warned_of_by_its_own_last_day(mailoutbox):
    family = make_family()
    Guardian.objects.filter(pk=family.guardians[0].pk).update(email="parent@exemple.fr")
    card = make_card(publish(warned(kind(days=30))), pupil=family.pupil)
    ticket = ticket_of(card, 25_00, at=noon("2024-06-01"))
    operations.keep_deadlines(actor=ACTOR, at=noon("2024-07-02"))
    operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=noon("2024-07-10"))

    (message,) = written(mailoutbox, noon("2024-07-27"))

    assert "25,00 € à dépenser avant la fin du 8 août" in message.subject.replace("\xa0", " ")


def test_what_was_spent_is_told_the_next_morning_with_where(card, mailoutbox):
    partner = make_partner(Domain.SPORT)
    for cents in (12_00, 8_00):
        ticket = ticket_of(card, cents, at=noon("2023-10-02"))
        operations.capture_ticket(
            code=ticket.code, partner=partner, actor=ACTOR, at=noon("2023-10-03")
        )
    assert written(mailoutbox, noon("2023-10-03")) == []

    (message, _other) = written(mailoutbox, noon("2023-10-04"))

    body = message.body.replace("\xa0", " ")
    assert "a servi mardi 3 octobre." in body
    assert f"- 12,00 € chez {partner.name}\n- 8,00 € chez {partner.name}" in body
    assert "Il reste 60,00 € à dépenser." in body
    assert written(mailoutbox, noon("2023-10-05")) == []


def delivered(mailbox):
    mailbox.clear()
    OutboxEvent.objects.exclude(name__startswith="passplus.ticket.").update(
        delivered_at=DELIVERED_AT
    )
    assert outbox.deliver_pending(at=DELIVERED_AT).failed == 0
    return [one.body.replace("\xa0", " ") for one in mailbox]


def test_a_validation_that_a_till_undoes_is_told_with_what_the_ticket_is_worth(card, mailoutbox):
    member = make_member()
    ticket = ticket_of(card, 12_00, at=AUTUMN)
    undo(take(member, ticket.code, 8_00), member)

    (body, _other) = delivered(mailoutbox)

    assert "Un partenaire a annulé une validation de 8,00 € sur le Pass+" in body
    assert "Le ticket de 12,00 € est de nouveau valable." in body
    assert f"/pass-plus/tickets/{ticket.public_id}/" in body
    assert delivered(mailoutbox) == []


def test_a_ticket_that_is_used_again_before_the_message_is_left_to_the_next_morning(
    card, mailoutbox
):
    member = make_member()
    ticket = ticket_of(card, 12_00, at=AUTUMN)
    undo(take(member, ticket.code, 8_00), member)
    take(member, ticket.code, 9_00)

    assert delivered(mailoutbox) == []


def test_a_ticket_that_a_correction_takes_back_is_told_and_so_is_its_undoing(card, mailoutbox):
    judo = make_partner(Domain.SPORT)
    ticket = captured(card, judo, 30_00)
    correction = corrected(ticket.code, 20_00)

    (body, _other) = delivered(mailoutbox)

    assert f"chez {judo.name} : 20,00 €." in body
    assert "Ce montant est revenu dans le porte-monnaie." in body
    assert "Il reste 70,00 € à dépenser." in body

    undoing = reimbursing.ask_undoing(
        correction=correction, reason="Erreur", actor=BRUNO, at=NOVEMBER
    )
    reimbursing.approve_correction(correction=undoing, actor=ANNE, at=NOVEMBER)
    (body, _other) = delivered(mailoutbox)
    assert f"chez {judo.name} est annulée : 20,00 €." in body
    assert "Ce montant compte de nouveau comme dépensé." in body


def test_a_correction_after_the_campaign_says_that_the_purse_gets_nothing(card, mailoutbox):
    ticket = captured(card, make_partner(Domain.SPORT), 30_00)

    corrected(ticket.code, 20_00, at=noon("2024-07-02"))

    (body, _other) = delivered(mailoutbox)
    assert "La campagne est finie : ce montant revient au Département." in body


def corrected(code, cents, *, at=NOVEMBER):
    asked = reimbursing.ask_correction(
        kind=Correction.Kind.TICKETS,
        wrongs=[Wrong(code, cents)],
        reason="Séance annulée",
        actor=ANNE,
        at=at,
    )
    return reimbursing.approve_correction(correction=asked, actor=BRUNO, at=at)


def test_who_holds_no_authority_is_not_written_to(card, mailoutbox):
    Guardianship.objects.filter(guardian__email="parent1@exemple.fr").update(legal_role=0)

    (message,) = written(mailoutbox, noon("2024-06-18"))

    assert message.to == ["parent0@exemple.fr"]
