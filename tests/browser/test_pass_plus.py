"""A young person spends at the door of a cinema, on a phone of 390 px.

Chloé makes a ticket, holds it out, and a reader written by others scans her very screen. Another day she
would have printed it; here she gives it up, and has everything back.
"""

from __future__ import annotations

import io
import re

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page

from socle.seeding import cast
from tests import pdfs
from tests.browser.served import Site
from tests.browser.test_strand import HOST, browser, cents, follow, looked_at, open_page, sign_in

__all__ = ("browser",)

pytestmark = pytest.mark.browser
LEFT = re.compile(r"Culture (\d+,\d\d €)")
DOORKEEPER = "accueil@exemple.fr"
CODE = re.compile(r"\b([B-Z2-9]{4} [B-Z2-9]{4})\b")


@pytest.fixture
def site(site_of_today: Site) -> Site:
    return site_of_today


def left(page: Page) -> int:
    """What the purse of culture says it has left."""
    said = LEFT.search(looked_at(page).replace("\xa0", " "))
    assert said
    return cents(said[1])


def scanned(page: Page) -> str:
    """What the screen says to a till that looks at it."""
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    return str(found.text)


def test_a_young_person_makes_a_ticket_shows_it_and_gives_it_up(
    site: Site, browser: Browser
) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes, accept_downloads=True)
    page.goto(site.url(HOST, "/connexion/"))
    sign_in(page, cast.LOGIN)
    follow(page.get_by_role("link", name="Pass+").last)
    before = left(page)

    follow(page.get_by_role("link", name="Faire un ticket"))
    looked_at(page)
    page.get_by_label(re.compile("^Culture")).check()
    page.get_by_label("Montant du ticket").fill("douze")
    follow(page.get_by_role("button", name="Faire le ticket"))
    assert "Ce montant n'est pas un nombre." in looked_at(page)
    page.get_by_label("Montant du ticket").fill("2,50")
    follow(page.get_by_role("button", name="Faire le ticket"))
    said = looked_at(page).replace("\xa0", " ")
    assert "Ticket de 2,50 €" in said
    code = CODE.search(said)
    assert code
    ticket = page.url

    follow(page.get_by_role("link", name="Montrer en grand"))
    looked_at(page)
    text = scanned(page)
    assert text.startswith("SP1.")
    follow(page.get_by_role("link", name="Retour au ticket"))
    with page.expect_download() as opening:
        page.get_by_role("link", name=re.compile("Imprimer")).click()
    assert code[1] in pdfs.text_of(opening.value.path().read_bytes())

    follow(page.get_by_role("link", name="Annuler ce ticket"))
    assert "reviennent dans le porte-monnaie Culture" in looked_at(page)
    follow(page.get_by_role("button", name="Annuler le ticket"))
    assert page.url == ticket
    assert code[1] not in looked_at(page)
    follow(page.get_by_role("link", name="Pass+").last)
    assert left(page) == before
    assert [one for one in mistakes if "422" not in one] == []
    page.context.close()


def test_she_spends_at_the_judo_club_whose_phone_takes_the_code_she_reads_aloud(
    site: Site, browser: Browser
) -> None:
    """Her phone, and the club's: what one shows, the other takes; and she sees where it went."""
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    page.goto(site.url(HOST, "/connexion/"))
    sign_in(page, cast.LOGIN)
    follow(page.get_by_role("link", name="Pass+").last)
    follow(page.get_by_role("link", name="Faire un ticket"))
    page.get_by_label(re.compile("^Sport")).check()
    page.get_by_label("Montant du ticket").fill("3")
    follow(page.get_by_role("button", name="Faire le ticket"))
    code = CODE.search(looked_at(page).replace("\xa0", " "))
    assert code
    ticket = page.url

    club = open_page(browser, mistakes)
    club.goto(site.url(HOST, "/partenaires/"))
    club.get_by_label("Adresse électronique").fill(DOORKEEPER)
    club.get_by_label("Mot de passe", exact=True).fill(cast.PASSWORD)
    follow(club.get_by_role("button", name=re.compile("^Se connecter$")))
    follow(club.get_by_role("button", name=re.compile("Je suis ici")).first)
    looked_at(club)
    club.get_by_label("Le code du ticket").fill("ZZZZ ZZZZ")
    follow(club.get_by_role("button", name="Voir le ticket"))
    assert "Refusé" in looked_at(club)
    follow(club.get_by_role("link", name="Autre ticket"))
    club.get_by_label("Le code du ticket").fill(code[1].lower())
    follow(club.get_by_role("button", name="Voir le ticket"))
    assert "Ticket de 3,00 €" in looked_at(club).replace("\xa0", " ")
    assert "Chloé" not in club.content()
    club.get_by_label("Montant à valider").fill("2,50")
    follow(club.get_by_role("button", name="Valider ce montant"))
    assert "Validé 2,50 €" in looked_at(club).replace("\xa0", " ")
    club.context.close()

    page.goto(ticket)
    said = looked_at(page).replace("\xa0", " ")
    assert "Utilisé chez Judo club des Lilas" in said
    assert "Montant pris 2,50 €" in said
    assert code[1] not in said
    page.context.close()
    assert [one for one in mistakes if "422" not in one] == []
