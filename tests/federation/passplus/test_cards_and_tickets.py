"""Cards and tickets in the database: what each act moves, and what it refuses."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import IntegrityError, transaction

from billing.ledger import queries as ledger
from commons.errors import DomainError
from commons.models import AuditEntry
from federation.passplus import operations
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.facts import Fact, read_facts
from federation.passplus.engine.registering import NotEligible
from federation.passplus.engine.spending import OutsideDomain, PurseTooSmall, TicketsClosed
from federation.passplus.models import Card, Purse, Ticket
from federation.passplus.queries import due_cents, purses_of, standing_of, tickets_of
from tests.factories.canteen import make_family
from tests.factories.passplus import (
    AUTUMN,
    FACTS,
    PROVED,
    STRICT,
    kind,
    make_card,
    make_partner,
    new_key,
    noon,
    publish,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")


def ticket_of(card: Card, cents: int = 25_00, *, at=AUTUMN, **traits) -> Ticket:
    options = {"purse": "sport", "key": new_key()} | traits
    return operations.make_ticket(card=card, cents=cents, actor=ACTOR, at=at, **options)


def capture(ticket: Ticket, partner, cents=None, *, at=AUTUMN) -> Ticket:
    return operations.capture_ticket(
        code=ticket.code, partner=partner, cents=cents, actor=ACTOR, at=at
    )


def cents_of(card: Card) -> dict[str, tuple[int, int]]:
    return {one.code: (one.available_cents, one.held_cents) for one in purses_of(card)}


def test_a_card_is_granted_with_its_credit_and_says_why():
    card = make_card()

    assert cents_of(card) == {"sport": (40_00, 0), "culture": (40_00, 0)}
    assert read_facts(card.facts) == FACTS
    assert AuditEntry.objects.filter(action="passplus.card.granted").count() == 1


def test_a_pupil_has_one_card_of_a_campaign():
    card = make_card()

    with pytest.raises(operations.CardGranted):
        make_card(card.campaign, pupil=card.pupil)

    assert standing_of(card.campaign).granted == 80_00


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        (dataclasses.replace(PROVED, home="75", school="75"), NotEligible),
        (dataclasses.replace(PROVED, proved=frozenset({Fact.BIRTH_DATE})), operations.ProofMissing),
    ],
)
def test_who_is_not_eligible_or_has_not_proved_it_has_no_card(facts, refusal):
    campaign = publish()

    with pytest.raises(refusal):
        make_card(campaign, facts=facts)

    assert not Card.objects.exists()
    assert standing_of(campaign).granted == 0


def test_a_bursary_proved_later_adds_the_difference_once_though_all_is_spent():
    card, partner = make_card(), make_partner(Domain.SPORT, Domain.CULTURE)
    for purse in ("sport", "culture"):
        capture(ticket_of(card, 40_00, purse=purse), partner)

    for _ in range(2):
        operations.prove_status(card=card, facts=PROVED, actor=ACTOR, at=AUTUMN)

    assert cents_of(card) == {"sport": (10_00, 0), "culture": (10_00, 0)}
    assert standing_of(card.campaign).granted == 100_00


def test_a_proof_that_comes_after_the_last_day_says_so_and_moves_nothing():
    card = make_card()

    with pytest.raises(TicketsClosed):
        operations.prove_status(card=card, facts=PROVED, actor=ACTOR, at=noon("2024-07-01"))

    assert standing_of(card.campaign).granted == 80_00


def test_a_ticket_keeps_money_of_one_purse():
    card = make_card()

    ticket = ticket_of(card, 25_50)

    assert cents_of(card) == {"sport": (14_50, 25_50), "culture": (40_00, 0)}
    assert len(ticket.code) == 8
    with pytest.raises(PurseTooSmall) as refusal:
        ticket_of(card, 14_51)
    assert refusal.value.details == {"available_cents": 14_50}


def test_a_ticket_asked_twice_with_one_key_is_one_ticket():
    card = make_card()
    first = ticket_of(card, key="tap")

    assert ticket_of(card, key="tap") == first

    with pytest.raises(operations.TicketMade):
        ticket_of(card, 10_00, key="tap")
    assert cents_of(card)["sport"] == (15_00, 25_00)


def test_a_validation_owes_the_partner_and_gives_the_rest_back_to_the_purse():
    card, partner = make_card(), make_partner()
    ticket = ticket_of(card, 40_00)

    captured = capture(ticket, partner, 30_00)

    assert captured.state == Ticket.State.CAPTURED
    assert due_cents(partner) == 30_00
    assert cents_of(card)["sport"] == (10_00, 0)
    assert tickets_of(card) == [ticket]


def test_the_same_validation_again_changes_nothing_and_another_is_refused():
    card, partner, other = make_card(), make_partner(), make_partner()
    ticket = ticket_of(card)
    capture(ticket, partner, 20_00)

    assert capture(ticket, partner, 20_00).captured_cents == 20_00

    for again, cents in ((partner, 25_00), (other, 20_00)):
        with pytest.raises(operations.TicketOver):
            capture(ticket, again, cents)
    assert (due_cents(partner), due_cents(other)) == (20_00, 0)


def test_a_ticket_is_for_whom_it_is_made_out_to_and_for_what_its_purse_pays():
    card, judo, club = make_card(), make_partner(), make_partner()
    cinema = make_partner(Domain.CULTURE)

    with pytest.raises(OutsideDomain):
        ticket_of(card, partner=cinema)
    ticket = ticket_of(card, partner=judo)
    with pytest.raises(operations.OtherPartner):
        capture(ticket, club)
    with pytest.raises(OutsideDomain):
        capture(ticket_of(card, 5_00), cinema)

    assert capture(ticket, judo).captured_by == judo


def test_a_code_is_read_however_it_is_typed():
    card, partner = make_card(), make_partner()
    ticket = ticket_of(card)

    spaced = f" {ticket.code[:4].lower()}-{ticket.code[4:]} "
    done = operations.capture_ticket(code=spaced, partner=partner, actor=ACTOR, at=AUTUMN)

    assert done == ticket
    with pytest.raises(operations.TicketUnknown):
        operations.capture_ticket(code="NOTHING", partner=partner, actor=ACTOR, at=AUTUMN)


def test_a_partner_that_left_validates_nothing_more():
    card, partner = make_card(), make_partner()
    ticket = ticket_of(card)
    partner.ended_at = AUTUMN
    partner.save(update_fields=["ended_at"])

    with pytest.raises(operations.PartnerEnded):
        capture(ticket, partner)


def test_a_ticket_given_up_in_time_comes_back_once():
    card = make_card()
    ticket = ticket_of(card)

    for _ in range(2):
        operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=AUTUMN)

    assert cents_of(card)["sport"] == (40_00, 0)
    with pytest.raises(operations.TicketOver):
        capture(ticket, make_partner())


def test_late_the_money_goes_where_the_rules_say():
    strict, generous = make_card(), make_card(publish(dataclasses.replace(kind(), code="kind")))
    for card in (strict, generous):
        ticket = ticket_of(card, at=noon("2024-06-30"))
        operations.cancel_ticket(ticket=ticket, actor=ACTOR, at=noon("2024-07-02"))

    assert standing_of(strict.campaign).returned == 25_00
    assert cents_of(generous)["sport"] == (40_00, 0)
    assert Purse.objects.get(card=generous, code="sport").usable_before.isoformat() == "2024-08-01"
    assert Ticket.objects.get(purse__card=strict).state == Ticket.State.LOST


def test_the_days_of_a_campaign_end_what_is_left_and_only_once():
    card, partner = make_card(), make_partner()
    spent = ticket_of(card, 10_00)
    capture(spent, partner, 8_00)
    kept = ticket_of(card, 20_00, at=noon("2024-06-30"))

    assert operations.keep_deadlines(actor=ACTOR, at=noon("2024-06-30")).cents == 0
    first = operations.keep_deadlines(actor=ACTOR, at=noon("2024-07-01"))
    again = operations.keep_deadlines(actor=ACTOR, at=noon("2024-07-02"))
    last = operations.keep_deadlines(actor=ACTOR, at=noon("2025-07-01"))

    assert (first.purses, first.cents) == (2, 52_00)
    assert (again.purses, again.cents) == (0, 0)
    assert (last.tickets, last.cents) == (1, 20_00)
    kept.refresh_from_db()
    assert kept.state == Ticket.State.EXPIRED
    assert dataclasses.astuple(standing_of(card.campaign)) == (80_00, 0, 0, 8_00, 72_00)
    assert ledger.reconcile() == []


def test_deadlines_go_batch_after_batch():
    campaign = publish()
    for _ in range(3):
        ticket_of(make_card(campaign), 5_00)
    late = noon("2025-07-01")

    assert operations.end_tickets(campaign=campaign, actor=ACTOR, at=late, limit=2).tickets == 2
    swept = operations.keep_deadlines(actor=ACTOR, at=late)

    assert (swept.tickets, swept.purses) == (1, 6)
    assert standing_of(campaign).returned == 240_00


def test_publishing_again_changes_nothing_and_other_rules_need_another_code():
    campaign = publish()

    assert publish() == campaign
    with pytest.raises(operations.CampaignPublished):
        publish(kind())
    assert campaign.rules == STRICT


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "  "), ("siret", "12345678901234"), ("domains", ())],
)
def test_a_partner_that_cannot_be_is_refused(field, value):
    given = {"name": "Judo", "siret": "73282932000074", "domains": (Domain.SPORT,)} | {field: value}

    with pytest.raises(operations.PartnerInvalid) as refusal:
        operations.affiliate_partner(**given, actor=ACTOR, at=AUTUMN)

    assert refusal.value.details == {"field": field}


def test_a_siret_is_affiliated_once():
    partner = make_partner()

    with pytest.raises(operations.PartnerAffiliated):
        operations.affiliate_partner(
            name="Encore", siret=partner.siret, domains=partner.domains, actor=ACTOR, at=AUTUMN
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "CANCELLED"}, "passplus_ticket_ends_once"),
        ({"state": "CAPTURED", "ended_at": AUTUMN}, "passplus_captured_within_the_ticket"),
        ({"ended_at": AUTUMN}, "passplus_ticket_ends_once"),
    ],
)
def test_the_database_knows_the_states(change, constraint):
    ticket = ticket_of(make_card())

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**change)


def test_a_refusal_moves_nothing():
    card, partner = make_card(), make_partner()
    ticket = ticket_of(card)
    before = standing_of(card.campaign)

    for act in (
        lambda: ticket_of(card, 40_00),
        lambda: capture(ticket, partner, 25_01),
        lambda: capture(ticket, partner, at=noon("2025-07-01")),
    ):
        with pytest.raises(DomainError):
            act()

    assert standing_of(card.campaign) == before
    assert make_family()  # the transaction still serves
