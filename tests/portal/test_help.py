"""Each page says whom to ask: the nearest place with a person, and the telephone."""

import datetime

import pytest
import time_machine
from django.test import Client

from tenants.people.models import College
from tests.factories.canteen import make_college, make_family, open_canteen
from tests.factories.portal import account_of
from tests.portal.households import add_child, make_invoices, text

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
COLLEGE = {
    "name": "Collège Jean Macé",
    "street": "10 avenue Jean Jaurès",
    "postal_code": "92700",
    "city": "Colombes",
    "phone": "0147000137",
}
DEPARTEMENT = "09\u00a069\u00a032\u00a060\u00a092"
SECRETARIAT = "Au secrétariat du collège, une personne vous aide\u00a0: Collège Jean Macé"
PAGES = (
    "/",
    "/enfants/",
    "/enfants/{child}/",
    "/enfants/{child}/cantine/prix/",
    "/enfants/{child}/cantine/calendrier/",
    "/factures/",
    "/factures/{invoice}/",
    "/compte/",
    "/aide/",
    "/accessibilite/",
    "/mentions-legales/",
)
STEPS = ("jours/", "situation/", "confirmation/")


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(NOW, tick=False):
        yield


def says_whom_to_ask(page):
    assert SECRETARIAT in page
    assert "10 avenue Jean Jaurès 92700 Colombes" in page
    assert "01\u00a047\u00a000\u00a001\u00a037" in page
    assert DEPARTEMENT in page


@pytest.mark.parametrize("path", PAGES)
def test_page_names_the_secretariat_and_the_telephone(site, path):
    family, (invoice,) = make_invoices(1)
    College.objects.filter(pk=family.college.pk).update(**COLLEGE)
    site.sign_in(account_of(family))

    response = site.get(path.format(child=family.pupil.public_id, invoice=invoice.public_id))

    assert response.status_code == 200
    says_whom_to_ask(text(response))
    assert 'href="tel:+33147000137"' in response.content.decode()


def test_steps_name_the_secretariat_and_the_telephone(site):
    family = make_family(college=make_college(**COLLEGE))
    open_canteen(family.college)
    site.sign_in(account_of(family))
    base = f"/enfants/{family.pupil.public_id}/cantine/inscription/"

    for step, answer in zip(STEPS, ({"weekdays": ["1"]}, {"choice": "KEEP"}, {}), strict=True):
        says_whom_to_ask(text(site.get(f"{base}{step}")))
        site.post(f"{base}{step}", **answer)


def test_page_of_a_child_names_the_collège_of_that_child_alone(site):
    family = make_family()
    other = add_child(family, in_college=make_college(**COLLEGE))
    site.sign_in(account_of(family))

    page = text(site.get(f"/enfants/{family.pupil.public_id}/"))

    assert family.college.name in page
    assert "Jean Macé" not in page
    assert "Jean Macé" in text(site.get(f"/enfants/{other.pupil.public_id}/"))
    assert "Jean Macé" in text(site.get("/factures/"))


def test_two_children_of_one_collège_name_it_once(site):
    family = make_family(college=make_college(**COLLEGE))
    add_child(family)
    site.sign_in(account_of(family))

    page = text(site.get("/compte/"))

    assert page.count("Collège Jean Macé") == 1


@pytest.mark.parametrize("path", ["/connexion/", "/aide/", "/mentions-legales/", "/nulle-part/"])
def test_page_open_to_anybody_names_no_collège_but_whom_to_ask(site, path):
    make_family(college=make_college(**COLLEGE))

    page = text(site.get(path))

    assert "Une personne vous aide aussi au secrétariat du collège." in page
    assert DEPARTEMENT in page
    assert "Jean Macé" not in page


def test_list_of_the_departements_gives_their_telephones(tenant_db):
    from django.db import connection

    from tenants.registry import directory

    page = text(Client(headers={"host": "socle.test"}).get("/"))
    connection.set_tenant(directory.by_schema("d92"))

    assert f"Hauts-de-Seine {DEPARTEMENT}" in page
