"""Answering what a family says of a price: its effect first, then the act."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

import pytest
import time_machine

from billing.tariffs.models import PriceContest, PriceDecision
from billing.tariffs.operations import contest_price
from tenants.accounts.capabilities import Role
from tests.factories.invoicing import make_billed_family
from tests.factories.tariffs import ACTOR, make_resources
from tests.portal.households import text

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
DAY = datetime.date(2024, 10, 14)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contest(tenant_db):
    family = make_billed_family()
    made = contest_price(
        decision=PriceDecision.objects.get(),
        guardian=family.guardians[0],
        text="Mes revenus ont baissé",
        actor=ACTOR,
        at=NOW,
    )
    make_resources(
        family.household,
        reference_tax_income_cents=9_000_00,
        tax_parts=Decimal("2.5"),
        valid_from=DAY,
    )
    return made


def act(site, name, contest, **answers):
    """The effect, then the act; what its page says."""
    url = f"/console/actes/{name}/?sur={contest.public_id}"
    shown = site.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    assert stamp, text(shown)
    return text(shown), text(site.follow(site.post(url, **answers, fingerprint=stamp[1])))


def test_what_waits_is_on_the_first_page_and_in_a_list(agent, contest):
    site = agent(Role.INSTRUCTOR)

    assert "prix contesté" in text(site.get("/console/"))
    listed = text(site.get("/console/tariffs/pricecontest/?state__exact=OPEN"))
    assert "Mes revenus ont baissé" in listed
    page = site.get(f"/console/tariffs/pricecontest/{contest.pk}/").content.decode()
    assert f"accept-contest/?sur={contest.public_id}" in page


def test_accepting_shows_the_new_price_then_decides_it(agent, contest):
    effect, done = act(
        agent(Role.INSTRUCTOR),
        "accept-contest",
        contest,
        valid_from=DAY.isoformat(),
        answer="D'accord.",
    )

    assert "1,50\u00a0€" in effect
    assert "La contestation est acceptée. Le nouveau prix est de 1,50\u00a0€" in done
    contest.refresh_from_db()
    assert (contest.state, contest.new_decision.valid_from) == ("ACCEPTED", DAY)


def test_refusing_says_why(agent, contest):
    _effect, done = act(agent(Role.INSTRUCTOR), "refuse-contest", contest, answer="C'est juste.")

    assert "La contestation est refusée." in done
    assert PriceContest.objects.get().answer == "C'est juste."
    assert PriceDecision.objects.count() == 1
