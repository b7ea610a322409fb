"""Saying that a line is wrong, without a script, and reading the answer."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from billing.invoicing import operations
from billing.invoicing.models import Dispute
from tests.factories.canteen import make_family
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR
from tests.portal.households import make_invoices, text

NOW = datetime.datetime(2024, 10, 20, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family_and_line(tenant_db):
    family, (invoice,) = make_invoices(1)
    return family, invoice.lines.get()


def path(line, end="lignes/{}/erreur/"):
    return f"/factures/{line.invoice.public_id}/{end.format(line.public_id)}"


def test_a_parent_says_what_is_wrong_and_on_which_day(site, family_and_line):
    family, line = family_and_line
    site.sign_in(account_of(family))

    assert path(line) in site.get(path(line, "")).content.decode()
    assert "lundi\u00a02\u00a0septembre" in text(site.get(path(line)))
    done = site.post(path(line), text="Mon fils était absent.", days=["2024-09-05"])

    page = text(site.follow(done))
    assert "Votre message est envoyé. Nous vous répondrons." in page
    assert "En attente de réponse" in page
    assert "Mon fils était absent." in page
    assert path(line) not in site.get(path(line, "")).content.decode()
    one = Dispute.objects.get()
    assert (one.days, one.guardian) == ([datetime.date(2024, 9, 5)], family.guardians[0])


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": " "}, "Écrivez en une phrase ce qui ne va pas."),
        ({"text": "a" * 2_001}, "Votre message est trop long."),
        ({"text": "Absent", "days": ["2024-09-03"]}, "Ce jour n'est pas dans la ligne."),
    ],
)
def test_a_wrong_answer_keeps_what_was_typed(site, family_and_line, sent, said):
    family, line = family_and_line
    site.sign_in(account_of(family))

    response = site.post(path(line), **sent)

    assert response.status_code == 422
    assert said in text(response)
    assert sent["text"].strip() in response.content.decode()
    assert not Dispute.objects.exists()


def test_a_second_message_waits_for_the_first_answer(site, family_and_line):
    family, line = family_and_line
    site.sign_in(account_of(family))
    site.post(path(line), text="Absent")

    response = site.post(path(line), text="Toujours absent")

    assert response.status_code == 422
    assert "Vous avez déjà signalé une erreur sur cette ligne." in text(response)
    assert Dispute.objects.count() == 1


def test_the_answer_is_read_on_the_invoice(site, family_and_line):
    family, line = family_and_line
    one = operations.dispute_line(line=line, text="Absent", actor=ACTOR, at=NOW)
    operations.accept_dispute(
        dispute=one, meals=1, answer="Vous aviez prévenu.", actor=ACTOR, at=NOW
    )
    site.sign_in(account_of(family))

    page = text(site.get(path(line, "")))

    assert "Acceptée" in page
    assert "Notre réponse du 20\u00a0octobre\u00a02024\u00a0: Vous aviez prévenu." in page
    assert "Avoir AV-2024-000001\u00a0: 3,00\u00a0€ en moins." in page
    assert "Reste à payer 24,00\u00a0€" in page


def test_another_family_and_the_other_parent_find_nothing(site):
    family = make_billed_family(guardians=2)
    invoices = issue(prepare(make_regie()))
    line = next(one for one in invoices if one.payer == family.guardians[0]).lines.get()

    for user in (account_of(make_family()), account_of(family, rank=1)):
        site.sign_in(user)
        assert site.get(path(line)).status_code == 404
        assert site.post(path(line), text="Absent").status_code == 404
    assert not Dispute.objects.exists()
