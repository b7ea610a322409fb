"""Cards and badges: a number leads a till to the tickets made out to it, and to nothing else."""

from __future__ import annotations

import pytest

from commons.models import AuditEntry
from federation.passplus import operations
from federation.passplus.engine.campaign import CardKind
from federation.passplus.models import CardNumber
from federation.passplus.numbers import kinds_of, numbers_of, tickets_shown
from tests.factories.canteen import make_family
from tests.factories.passplus import AUTUMN, make_card, make_partner, new_key
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
NUMBER = "92 0001-2345ab"


def link(card, number=NUMBER, kind=CardKind.BADGE) -> CardNumber:
    return operations.link_number(card=card, kind=kind, number=number, actor=ACTOR, at=AUTUMN)


def ticket_of(card, partner=None):
    return operations.make_ticket(
        card=card, purse="sport", cents=5_00, key=new_key(), partner=partner, actor=ACTOR, at=AUTUMN
    )


def test_a_till_sees_the_tickets_made_out_to_it_and_no_other():
    card, club, other = make_card(), make_partner(), make_partner()
    link(card)
    mine = ticket_of(card, club)
    ticket_of(card, other)
    ticket_of(card)
    stranger = make_card(card.campaign, pupil=make_family().pupil)
    ticket_of(stranger, club)

    assert tickets_shown(number=" 9200012345AB", partner=club) == [mine]
    assert tickets_shown(number="9200012345AC", partner=club) == []


def test_the_same_number_again_changes_nothing_and_is_nobody_elses():
    card = make_card()
    stranger = make_card(card.campaign, pupil=make_family().pupil)
    first = link(card)

    assert link(card, "9200012345AB") == first
    with pytest.raises(operations.NumberTaken):
        link(stranger)

    assert numbers_of(stranger.pupil) == []
    assert AuditEntry.objects.filter(action="passplus.number.linked").count() == 1


def test_a_lost_number_leads_to_nobody_and_may_be_given_again():
    card, club = make_card(), make_partner()
    stranger = make_card(card.campaign, pupil=make_family().pupil)
    ticket_of(card, club)
    number = link(card)

    for _ in range(2):
        operations.end_number(number=number, actor=ACTOR, at=AUTUMN)

    assert tickets_shown(number=NUMBER, partner=club) == []
    assert link(stranger).pupil == stranger.pupil
    assert AuditEntry.objects.filter(action="passplus.number.ended").count() == 1


@pytest.mark.parametrize("number", ["", "12345", "1" * 21, "été 12345"])
def test_what_is_no_number_is_refused(number):
    with pytest.raises(operations.NumberInvalid):
        link(make_card(), number)


def test_only_the_kinds_that_the_campaign_offers_have_a_number():
    card = make_card()

    assert kinds_of(card) == (CardKind.PHYSICAL, CardKind.BADGE)
    assert kinds_of(None) == ()
    with pytest.raises(operations.KindNotOffered):
        link(card, kind=CardKind.VIRTUAL)
