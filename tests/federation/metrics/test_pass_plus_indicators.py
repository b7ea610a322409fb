"""What is counted of Pass+, by hand, in the school year 2023-2024."""

from __future__ import annotations

import datetime

import pytest

from federation.passplus import operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.models import AwayCapture, Card, Correction, Ticket
from federation.passplus.reimbursing import operations as reimbursing
from federation.passplus.reimbursing.operations import Wrong
from tests.factories.metrics import figures, units
from tests.factories.passplus import AUTUMN, make_card, make_partner, noon, publish
from tests.factories.registrations import Kind, begin, elsewhere, give, grant, make_pupil, send
from tests.factories.reimbursing import (
    ANNE,
    BRUNO,
    NOVEMBER,
    approved,
    captured,
    paying,
    with_account,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
IN_OCTOBER, IN_NOVEMBER = datetime.date(2023, 10, 1), datetime.date(2023, 11, 1)


def test_pupils_who_have_a_card_of_the_year():
    campaign = publish()
    fifth, fourth = make_pupil(level="5E"), make_pupil(level="4E")
    make_pupil(level="4E")
    make_card(campaign, pupil=fifth.pupil)
    make_card(campaign, pupil=fourth.pupil)

    told = figures("pass-plus-take-up", IN_OCTOBER)
    assert told["TOTAL 5E"] == (1, 1)
    assert told["TOTAL 4E"] == (1, 2)
    assert told["COM-NANTERRE TOTAL"] == (2, 3)
    assert figures("pass-plus-take-up", datetime.date(2024, 10, 1)) == {}


def spent() -> Card:
    """35.00 for sport and 5.00 for culture in October, 3.00 for sport in November, of one card."""
    card = make_card()
    judo, cinema = make_partner(), make_partner(Domain.CULTURE)
    captured(card, judo, 35_00)
    captured(card, cinema, 5_00, purse="culture")
    captured(card, judo, 3_00, at=noon("2023-11-02"))
    return card


def righted(ticket: Ticket, cents: int) -> Correction:
    """Cents of a ticket taken back by two people."""
    asked = reimbursing.ask_correction(
        kind=Correction.Kind.TICKETS,
        wrongs=[Wrong(ticket.code, cents)],
        reason="Séance annulée",
        actor=ANNE,
        at=NOVEMBER,
    )
    return reimbursing.approve_correction(correction=asked, actor=BRUNO, at=NOVEMBER)


def test_what_is_spent_by_domain():
    spent()

    assert figures("pass-plus-spending", IN_OCTOBER) == {
        "SPORT": (35_00,),
        "CULTURE": (5_00,),
        "TOTAL": (40_00,),
    }
    assert units("pass-plus-spending", IN_OCTOBER)["TOTAL"] == (1,)
    assert figures("pass-plus-spending", IN_NOVEMBER)["TOTAL"] == (3_00,)


def test_a_correction_after_the_month_changes_what_was_spent_and_its_undoing_too():
    spent()
    ticket = Ticket.objects.get(captured_cents=35_00)
    correction = righted(ticket, 30_00)
    assert figures("pass-plus-spending", IN_OCTOBER)["SPORT"] == (5_00,)

    undoing = reimbursing.ask_undoing(
        correction=correction, reason="Erreur", actor=BRUNO, at=NOVEMBER
    )
    reimbursing.approve_correction(correction=undoing, actor=ANNE, at=NOVEMBER)

    assert figures("pass-plus-spending", IN_OCTOBER)["SPORT"] == (35_00,)


def test_what_is_used_of_what_is_granted():
    spent()  # of a card of 40.00 and 40.00

    told = figures("pass-plus-used", IN_OCTOBER)
    assert told["SPORT"] == (38_00, 40_00)
    assert told["CULTURE"] == (5_00, 40_00)
    assert told["TOTAL"] == (43_00, 80_00)

    righted(Ticket.objects.get(captured_cents=35_00), 30_00)
    assert figures("pass-plus-used", IN_OCTOBER)["SPORT"] == (8_00, 40_00)


def test_tickets_that_were_put_right():
    spent()
    righted(Ticket.objects.get(captured_cents=35_00), 30_00)

    assert figures("pass-plus-corrections", IN_OCTOBER) == {"": (1, 2)}
    assert figures("pass-plus-corrections", IN_NOVEMBER) == {"": (0, 1)}


def test_what_is_spent_in_another_departement():
    spent()
    ticket = Ticket.objects.get(captured_cents=5_00)
    away = AwayCapture.objects.create(
        public_id=ticket.public_id,
        departement_code="94",
        partner_public_id=ticket.public_id,
        partner_name="Ciné de Créteil",
        captured_at=AUTUMN,
    )
    Ticket.objects.filter(pk=ticket.pk).update(captured_by=None, captured_away=away)
    assert figures("pass-plus-elsewhere", IN_OCTOBER) == {"": (5_00, 40_00)}

    AwayCapture.objects.update(returned_at=AUTUMN, is_to_purse=True)

    assert figures("pass-plus-elsewhere", IN_OCTOBER) == {"": (0, 35_00)}


def test_partners_for_so_many_pupils():
    make_pupil()
    make_pupil()
    make_partner(Domain.SPORT, Domain.CULTURE)
    gone = make_partner()
    operations.end_affiliation(partner=gone, reason="Fermé", actor=ACTOR, at=NOVEMBER)

    assert figures("pass-plus-partners", IN_OCTOBER) == {"": (1, 2)}
    assert units("pass-plus-partners", IN_OCTOBER) == {"": (1, 2)}


def test_what_partners_are_paid_and_when():
    """Validated on 2 October, approved on Monday 6 November, executed the day after: 36 days."""
    paying()
    card = make_card()
    judo = with_account(make_partner())
    captured(card, judo, 12_50)
    captured(card, make_partner(), 5_00)  # which gave no account
    approved()

    assert figures("partners-payment-delay", IN_NOVEMBER) == {"": (36 * 24, 1)}
    assert figures("partners-paid", IN_NOVEMBER) == {"": (12_50,)}
    assert figures("partners-paid", IN_OCTOBER) == {}


def test_how_long_families_wait_and_who_waits_for_nobody():
    campaign = publish()
    send(begin(campaign, make_pupil()), Kind.PHOTO, declared=None)  # granted at once
    sent = send(begin(campaign, elsewhere()), Kind.PHOTO)
    give(sent, Kind.PROOF_OF_ADDRESS)
    sent.refresh_from_db()
    grant(sent, at=AUTUMN + datetime.timedelta(hours=30))

    assert figures("pass-plus-files-response-time", IN_OCTOBER) == {"": (30, 2)}
    assert figures("pass-plus-files-automatic", IN_OCTOBER) == {"": (1, 2)}
