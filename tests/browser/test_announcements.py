"""A secretary announces, a mother says that she read on a phone of 390 px, and the rest is printed.

Hélène is the secretary of the collège where Aminata Diallo has a child.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from tests import pdfs
from tests.browser.served import Site
from tests.browser.test_strand import HOST, browser, follow, looked_at, open_page, sign_in

__all__ = ("browser",)

pytestmark = pytest.mark.browser
AMINATA, HELENE = "aminata.diallo@exemple.fr", "helene.secretaire@exemple.fr"
TITLE = "Journée portes ouvertes"
SEEN = "Voir ce qui va changer"


@pytest.fixture
def site(site_of_today: Site) -> Site:
    return site_of_today


def confirm(page: Page) -> str:
    """The effect was read: do it."""
    follow(page.locator("button[name=fingerprint]"))
    return looked_at(page)


def announce(page: Page, site: Site) -> str:
    """Write and publish; the address of the page where it is followed."""
    page.goto(site.url(HOST, "/console/annonces/ecrire/"))
    sign_in(page, HELENE)
    looked_at(page)
    page.get_by_label("Titre").fill(TITLE)
    page.get_by_label("Texte").fill("Samedi, le collège est ouvert à tous, de 9 h à midi.")
    page.get_by_label("Demander « J'ai lu »").check()
    follow(page.get_by_role("button", name=SEEN))
    assert "Responsables prévenus" in looked_at(page)
    assert "Qui serait prévenu" in confirm(page)
    address = page.url
    follow(page.get_by_role("link", name="Publier"))
    assert "Chacun est prévenu quand il l'a choisi" in looked_at(page)
    assert "L'annonce est publiée." in confirm(page)
    return address


def say_read(page: Page, site: Site) -> None:
    """From home, where it is among what there is to do."""
    page.goto(site.url(HOST))
    sign_in(page, AMINATA)
    assert f"Lire : {TITLE}" in looked_at(page)
    follow(page.get_by_role("link", name=re.compile(TITLE)))
    assert "de 9 h à midi" in looked_at(page)
    follow(page.get_by_role("button", name="J'ai lu"))
    assert "Merci. Le collège sait que vous avez lu." in looked_at(page)
    follow(page.get_by_role("link", name="Annonces").first)
    looked_at(page)
    follow(page.get_by_role("link", name=re.compile("Choisir quand")))
    page.get_by_label("Un résumé le soir").check()
    follow(page.get_by_role("button", name="Enregistrer"))
    assert "Votre choix est enregistré." in looked_at(page)


def test_a_secretary_announces_and_prints_the_rest(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    desk = open_page(browser, mistakes)
    followed = announce(desk, site)

    phone = open_page(browser, mistakes)
    say_read(phone, site)
    phone.context.close()

    desk.goto(followed)
    said = looked_at(desk)
    reached = re.search(r"Familles touchées (\d+) / (\d+)", said)
    assert reached is not None, said
    assert int(reached[1]) >= 1
    assert int(reached[2]) > int(reached[1])
    follow(desk.get_by_role("link", name="Imprimer des lettres"))
    looked_at(desk)
    desk.get_by_label("Les foyers qui n'ont pas lu").check()
    follow(desk.get_by_role("button", name=SEEN))
    assert "Une page par foyer." in looked_at(desk)
    confirm(desk)
    if "/travaux/" in desk.url:
        site.play("tests.browser.work")
        desk = (
            desk.context.new_page()
        )  # the page of the work loads itself again, whatever one asks of it
        desk.goto(site.url(HOST, "/console/annonces/lettres/"))
    with desk.expect_download() as downloaded:
        desk.get_by_role("link", name=re.compile(f"Ouvrir {TITLE}")).first.click()
    content = downloaded.value.path().read_bytes()
    assert TITLE in pdfs.text_of(content)
    assert "Aminata" not in pdfs.text_of(content)
    desk.context.close()
    assert mistakes == []
