"""Pass+ of the demo: the published rules at this year's days, and cards that were used."""

from __future__ import annotations

import datetime
import random

import pytest
from stdnum.fr import siret

from commons.school_calendar import SchoolYear
from federation.passplus.models import (
    Campaign,
    Card,
    Correction,
    Partner,
    PartnerApplication,
    PartnerIban,
    PartnerRun,
    Payout,
    Registration,
    SheetProposal,
    StatementDispute,
    Ticket,
)
from federation.passplus.queries import standing_of, tickets_of
from socle.seeding import passplus
from tenants.accounts import operations as accounts
from tenants.accounts.capabilities import Role
from tenants.accounts.models import User
from tests.factories.canteen import make_family
from tests.factories.passplus import noon
from tests.factories.portal import make_account
from tests.factories.tariffs import ACTOR

YEAR = SchoolYear(2026)


@pytest.mark.parametrize("code", ["92", "78"])
def test_this_years_campaign_is_the_published_one_three_years_later(code):
    rules = passplus.this_year(code, YEAR)

    assert rules.code == f"{code}-pass-plus-2026"
    assert rules.label.endswith(", 2026-2027")
    assert rules.is_illustrative
    assert rules.tickets.issued_before == datetime.date(2027, 7, 1)
    assert rules.tickets.captured_before == datetime.date(2028, 7, 1)
    assert rules.registration.windows[0].born.first == datetime.date(2008, 1, 1)
    assert "2023" not in rules.code + rules.label


def test_the_partners_have_numbers_that_can_be_and_are_all_different():
    numbers = [
        passplus.siret_of(code, rank)
        for code, partners in passplus.PARTNERS.items()
        for rank in range(1, len(partners) + 1)
    ]

    assert all(siret.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_cards_are_granted_and_used_and_every_euro_is_somewhere(tenant_db):
    families = [make_family() for _ in range(4)]
    make_account(families[0].guardians[0])

    passplus.seed_passplus(
        "92", year=YEAR, today=datetime.date(2026, 11, 28), draw=random.Random("seed")
    )

    campaign = Campaign.objects.get()
    assert Partner.objects.count() == len(passplus.PARTNERS["92"])
    assert standing_of(campaign).is_whole
    shown = Card.objects.get(pupil=families[0].pupil)
    states = [ticket.state for ticket in tickets_of(shown)]
    assert len(states) == 3
    assert Ticket.State.MADE in states


def test_a_departement_without_pass_plus_has_none(tenant_db):
    passplus.seed_passplus(
        "94", year=YEAR, today=datetime.date(2026, 11, 28), draw=random.Random("seed")
    )

    assert not Campaign.objects.exists()


def test_agents_and_partners_find_something_in_each_state(tenant_db):
    for _ in range(30):
        make_family()
    agent = User.objects.create(email="agent@exemple.fr", first_name="Anne", last_name="Essai")
    accounts.grant_role(
        user=agent, role=Role.INSTRUCTOR, college_uai="", actor=ACTOR, at=noon("2026-09-01")
    )

    passplus.seed_passplus(
        "92", year=YEAR, today=datetime.date(2026, 11, 28), draw=random.Random("seed")
    )

    assert set(Registration.objects.values_list("state", flat=True)) == set(
        Registration.State.values
    )
    states = PartnerApplication.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["SUBMITTED", "TO_COMPLETE"]
    assert list(PartnerRun.objects.order_by("pk").values_list("state", flat=True)) == [
        PartnerRun.State.APPROVED,
        PartnerRun.State.PREPARED,
    ]
    assert Payout.objects.exists()
    assert PartnerIban.objects.filter(confirmed_at=None, closed_at=None).count() == 1
    for waiting, state in (
        (SheetProposal, "WAITING"),
        (StatementDispute, "OPEN"),
        (Correction, "ASKED"),
    ):
        assert waiting.objects.filter(state=state).count() == 1
    assert standing_of(Campaign.objects.get()).is_whole
