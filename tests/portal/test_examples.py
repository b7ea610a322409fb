"""A price or a rule of which a figure was not found is called an example, wherever a family reads it."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from commons import outbox
from tests.factories.canteen import make_enrolment, make_family, published_rules, set_rules
from tests.factories.invoicing import issue, make_regie, prepare
from tests.factories.portal import account_of
from tests.factories.tariffs import make_resources, make_version
from tests.pdfs import text_of
from tests.portal.conftest import Site
from tests.portal.households import text

MARK = "Tarif d'exemple"
LIMIT = "Les dates limites d'annulation sont un exemple"
PAGES = ("/", "/enfants/", "/enfants/{child}/", "/enfants/{child}/cantine/prix/",
         "/enfants/{child}/cantine/calendrier/?mois=2025-10", "/factures/{invoice}/")  # fmt: skip
NOW = datetime.datetime(2025, 10, 8, 10, 0, tzinfo=datetime.UTC)
MUCH_LATER = datetime.datetime(2126, 1, 1, tzinfo=datetime.UTC)
YEAR = 2025


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def life(departement: str):
    """A family with a price of the département's, and the invoice of a month."""
    set_rules(published_rules(departement))
    family = make_family(school_year=YEAR)
    make_version(departement)
    make_resources(family.household, choose_maximum=True)
    make_enrolment(family, school_year=YEAR, start_on=datetime.date(2025, 9, 1))
    (invoice,) = issue(
        prepare(make_regie(), datetime.date(2025, 9, 1), NOW),
        NOW,
        due_on=datetime.date(2025, 11, 7),
    )
    return family, invoice


def pages(site, family, invoice) -> dict[str, str]:
    names = {"child": family.pupil.public_id, "invoice": invoice.public_id}
    return {path: text(site.get(path.format(**names))) for path in PAGES}


@pytest.mark.parametrize(("departement", "is_example"), [("92", True), ("94", False)])
def test_every_page_that_shows_a_price_says_so(tenant_db, in_tenant, departement, is_example):
    with in_tenant(f"d{departement}"):
        family, invoice = life(departement)
        site = Site(f"d{departement}").sign_in(account_of(family))
        read = pages(site, family, invoice)
        document = text_of(site.get(f"/factures/{invoice.public_id}/facture.pdf").content)

    assert ("(exemple)" in document) is is_example
    assert {path: MARK in page for path, page in read.items()} == dict.fromkeys(PAGES, is_example)


@pytest.mark.parametrize(("departement", "is_example"), [("92", False), ("94", True)])
def test_a_deadline_that_was_not_found_is_one_too(tenant_db, in_tenant, departement, is_example):
    with in_tenant(f"d{departement}"):
        family, _invoice = life(departement)
        site = Site(f"d{departement}").sign_in(account_of(family))
        page = text(site.get(f"/enfants/{family.pupil.public_id}/cantine/calendrier/"))

    assert (LIMIT in page) is is_example


@pytest.mark.parametrize(
    ("departement", "price"), [("92", "7,00\u00a0€ (exemple)"), ("94", "5,95\u00a0€")]
)
def test_the_message_of_an_enrolment_says_so(tenant_db, in_tenant, mailoutbox, departement, price):
    with in_tenant(f"d{departement}"):
        set_rules(published_rules(departement))
        family = make_family(school_year=YEAR)
        account_of(family)
        make_version(departement)
        make_enrolment(family, school_year=YEAR, start_on=datetime.date(2025, 10, 20))
        outbox.deliver_pending(at=MUCH_LATER)

    (message,) = [one for one in mailoutbox if "inscription" in one.subject]
    assert f"- Prix du repas\u00a0: {price}\n" in message.body
    assert price in message.alternatives[0][0]


def test_a_parent_of_two_departements_finds_the_list_and_nothing_of_the_other(site):
    family = make_family(school_year=YEAR)
    site.sign_in(account_of(family))

    response = site.get("/enfants/")

    assert "Un autre de vos enfants est au collège dans un autre département" in text(response)
    assert '<a class="link" href="https://socle.test/">' in response.content.decode()
