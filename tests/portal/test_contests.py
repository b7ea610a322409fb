"""Saying that a price is wrong, without a script, and reading the answer."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.tariffs import operations
from billing.tariffs.models import PriceContest
from tests.factories.canteen import make_family
from tests.factories.invoicing import make_billed_family
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR
from tests.portal.households import text

NOW = datetime.datetime(2024, 10, 20, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def path(family, end="contester/"):
    return f"/enfants/{family.pupil.public_id}/cantine/prix/{end}"


def test_a_parent_contests_a_price_and_reads_the_answer(site):
    family = make_billed_family()
    site.sign_in(account_of(family))
    assert path(family) in site.get(path(family, "")).content.decode()
    assert "3,00\u00a0€" in text(site.get(path(family)))

    page = text(site.follow(site.post(path(family), text="Mes revenus ont baissé.")))

    assert "Votre message est envoyé. Nous vous répondrons." in page
    assert "En attente de réponse" in page
    assert "Mes revenus ont baissé." in page
    assert path(family) not in site.get(path(family, "")).content.decode()
    one = PriceContest.objects.get()
    operations.refuse_contest(contest=one, answer="Envoyez votre avis.", actor=ACTOR, at=NOW)
    answered = site.get(path(family, ""))
    assert "Envoyez votre avis." in text(answered)
    assert path(family) in answered.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (" ", "Écrivez en une phrase ce qui ne va pas."),
        ("a" * 2_001, "Votre message est trop long. Gardez l'essentiel."),
    ],
)
def test_what_cannot_be_sent_is_said(site, sent, said):
    family = make_billed_family()
    site.sign_in(account_of(family))

    refused = site.post(path(family), text=sent)

    assert refused.status_code == 422
    assert said in text(refused)
    assert not PriceContest.objects.exists()


def test_a_price_that_waits_for_an_answer_is_not_contested_twice(site):
    family = make_billed_family()
    site.sign_in(account_of(family))
    site.post(path(family), text="Trop cher")

    again = site.post(path(family), text="Trop cher")

    assert again.status_code == 422
    assert "Vous avez déjà contesté ce prix." in text(again)
    assert PriceContest.objects.count() == 1


def test_the_other_parent_and_a_stranger_see_nothing_of_it(site):
    family = make_billed_family(guardians=2)
    site.sign_in(account_of(family))
    site.post(path(family), text="Secret du foyer")

    site.sign_in(account_of(family, rank=1))
    assert "Secret du foyer" not in text(site.get(path(family, "")))
    assert path(family) in site.get(path(family, "")).content.decode()

    site.sign_in(account_of(make_family()))
    assert site.get(path(family)).status_code == 404
    assert site.post(path(family), text="x").status_code == 404
