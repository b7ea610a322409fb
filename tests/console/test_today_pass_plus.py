"""Each number of Pass+ on the first page opens the list of what it counts, for who may act on it."""

from __future__ import annotations

import pytest
import time_machine

from federation.passplus import clearing
from federation.passplus.models import Campaign
from federation.passplus.reimbursing import operations
from tenants.accounts.capabilities import Role
from tests.access.money import paid_partners
from tests.access.partners import partners
from tests.access.reciprocity import between, neighbours
from tests.access.world import NOW
from tests.console.test_today import numbers, rows
from tests.factories.canteen import make_family
from tests.factories.registrations import Kind, begin, elsewhere, send
from tests.factories.reimbursing import BRUNO, DECEMBER
from tests.factories.tariffs import ACTOR

__all__ = ("between",)
pytestmark = pytest.mark.usefixtures("between")  # before the transaction of the test


@pytest.fixture
def waiting(between, site):
    """One of each that waits for somebody."""
    with time_machine.travel(NOW, tick=False):
        here = paid_partners(make_family().pupil) | partners()
        send(begin(Campaign.objects.get(), elsewhere()), Kind.PHOTO, Kind.PROOF_OF_ADDRESS)
        yield here | neighbours(between, here["paid_partner"])


def test_each_number_opens_its_own_list(agent, waiting):
    site = agent(Role.ADMINISTRATOR)

    found = numbers(site.get("/console/"))

    assert {words: count for words, (count, _url) in found.items()}.items() >= {
        "inscription au Pass+ à étudier": 1,
        "demande de partenariat": 1,
        "compte bancaire à vérifier": 1,
        "changement de fiche à lire": 1,
        "paiement de partenaires à approuver": 1,
        "correction à approuver": 1,
        "convention entre départements à signer": 1,
        "relevé entre départements à vérifier": 1,
    }.items()
    for words, (count, url) in found.items():
        assert rows(site, url) == count, words


def test_what_is_done_is_counted_no_more(agent, waiting):
    site = agent(Role.REGISSEUR)
    before = numbers(site.get("/console/"))
    assert before["contestation de partenaire sans réponse"][0] == 1
    assert not [words for words in before if "à signer" in words or "partenariat" in words]

    operations.answer_statement_dispute(
        dispute=waiting["statement_dispute"],
        is_accepted=False,
        answer="Vu.",
        actor=BRUNO,
        at=DECEMBER,
    )
    clearing.sign_statement(
        statement=waiting["statement"], signatory="M. Roux", actor=ACTOR, at=NOW
    )
    found = numbers(site.get("/console/"))

    assert "contestation de partenaire sans réponse" not in found
    assert "relevé entre départements à vérifier" not in found
    count, url = found["relevé à payer à un autre département"]
    assert (count, rows(site, url)) == (1, 1)


def test_a_file_for_the_bank_is_counted_until_somebody_takes_it(agent, waiting):
    run = waiting["partner_run"]
    with time_machine.travel(DECEMBER, tick=False):
        site = agent(Role.REGISSEUR)
        run = operations.approve_run(run=run, actor=BRUNO, at=DECEMBER)
        count, url = numbers(site.get("/console/"))["fichiers de virements à donner à la banque"]
        assert (count, rows(site, url)) == (2, 2)  # that of November was not taken either

        site.get(f"/console/partenaires/ordres/{run.order.public_id}/virements.xml")
        count, url = numbers(site.get("/console/"))["fichier de virements à donner à la banque"]
        assert (count, rows(site, url)) == (1, 1)


def test_a_reader_has_nothing_to_do(agent, waiting):
    assert not agent(Role.READER).get("/console/").content.decode().count("partenariat")
