"""« Vos services »: cards, what each is told, opening in one click, favourites."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from federation.ent.models import EnabledService, Favourite, Licence
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import enable, open_service, open_to
from tests.portal.households import text
from ui.wording import NO_BREAK_SPACE

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture
def guardian(site):
    with time_machine.travel(NOW, tick=False):
        family = make_family()
        site.sign_in(account_of(family))
        yield family


def test_a_card_says_what_it_is_whom_it_is_for_and_what_it_is_told(site, guardian):
    open_service("madmagz", "PROFILE", "COLLEGE")
    open_service("notes")

    page = site.get("/services/").content.decode()
    sheet = text(site.get("/services/madmagz/"))

    assert f"Pour {guardian.pupil.first_name}" in page
    assert 'href="/services/madmagz/ouvrir/"' in page
    assert "/services/notes/ouvrir/" not in page
    assert "Bientôt" in page
    told, kept = sheet.split("Ce qu'il ne reçoit pas")
    assert "Votre rôle : élève, parent ou agent" in told
    assert "Votre prénom" not in told
    assert "Votre prénom" in kept


def test_a_third_party_is_opened_at_its_address_told_who_can_say_who_one_is(site, guardian):
    open_service("madmagz")
    open_service("presse")

    assert site.get("/services/madmagz/ouvrir/").headers["Location"] == (
        "https://madmagz.example/socle/?iss=http%3A%2F%2Fhauts-de-seine.socle.test"
    )
    assert site.get("/services/presse/ouvrir/").headers["Location"] == "https://presse.example/"


def test_the_canteen_leads_to_our_pages(site, guardian):
    open_service("cantine")

    assert site.get("/services/cantine/ouvrir/").headers["Location"] == "/enfants/"


@pytest.mark.parametrize("code", ["presse", "absent"])
def test_a_service_of_others_is_refused_kindly_and_its_sheet_is_not_there(site, guardian, code):
    enable()

    refused = site.get(f"/services/{code}/ouvrir/")

    assert refused.status_code == 403
    assert "Ce service n&#x27;est pas ouvert pour vous." in refused.content.decode()
    assert site.get(f"/services/{code}/").status_code == 404
    assert site.post(f"/services/{code}/favori/", first="yes").status_code == 404


def test_licences_that_are_spent_are_said_so(site, guardian):
    open_to(enable(), licences=1)
    site.get("/services/presse/ouvrir/")
    site.sign_in(account_of(make_family()))

    refused = site.get("/services/presse/ouvrir/")

    assert refused.status_code == 403
    assert "Toutes les places de ce service sont prises." in refused.content.decode()
    assert Licence.objects.count() == 1


def test_a_favourite_is_put_first_and_back(site, guardian):
    open_service("cantine")
    open_service("presse")

    site.follow(site.post("/services/presse/favori/", first="yes"))
    first = text(site.get("/services/"))
    site.post("/services/presse/favori/", first="no")

    assert first.index("Vos préférés") < first.index("La presse des collégiens")
    assert first.index("La presse des collégiens") < first.index("Vie quotidienne")
    assert not Favourite.objects.exists()


def test_home_shows_the_first_that_open(site, guardian):
    for code in ("notes", "cantine", "presse"):
        open_service(code)

    home = site.get("/").content.decode()

    assert "/services/cantine/ouvrir/" in home
    assert "/services/presse/ouvrir/" in home
    assert "Bientôt" not in home


def test_a_service_that_is_down_says_since_when(site, guardian):
    open_service("presse")
    EnabledService.objects.update(down_since=NOW - datetime.timedelta(hours=2))

    page = text(site.get("/services/"))

    assert "En panne depuis le mardi 8 octobre à 10 h." in page.replace(NO_BREAK_SPACE, " ")


def test_nobody_reads_services_without_an_account(site):
    for path in ("/services/", "/services/presse/", "/services/presse/ouvrir/"):
        assert site.get(path).headers["Location"].startswith("/connexion/?next=")
