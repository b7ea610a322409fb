"""A family and its collège, in a real browser: marks read, an absence explained, and accepted.

Aminata Diallo reads Mariam's marks on her phone and explains an absence with a photograph; Hélène, the
secretary of Mariam's collège, reads why and accepts; Aminata sees it.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.served import Site
from tests.browser.test_strand import HOST, browser, follow, looked_at, open_page, sign_in
from tests.families_files import picture

__all__ = ("browser",)

pytestmark = pytest.mark.browser
AMINATA, HELENE = "aminata.diallo@exemple.fr", "helene.secretaire@exemple.fr"


@pytest.fixture
def site(site_of_today: Site) -> Site:
    return site_of_today


def test_marks_are_read_and_an_absence_is_explained_then_accepted(
    site: Site, browser: Browser
) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    page.goto(site.url(HOST, "/enfants/"))
    sign_in(page, AMINATA)
    follow(page.get_by_role("link", name="Voir la page de Mariam"))
    follow(page.get_by_role("link", name="Voir les notes"))
    marks = looked_at(page)
    assert re.search(r"\d sur 20", marks)
    assert "La moitié de la classe a" in marks  # of what the whole collège sat
    page.go_back()
    follow(page.get_by_role("link", name="Voir les devoirs"))
    looked_at(page)
    page.go_back()
    address = _explain(page)

    _accept(open_page(browser, mistakes), site)

    page.goto(address)
    assert "Justifiée" in looked_at(page)
    page.context.close()
    assert mistakes == []


def _explain(page: Page) -> str:
    """The first absence that waits, with a photograph of the certificate; its address."""
    follow(page.get_by_role("link", name="Voir les absences"))
    assert "À expliquer avant la fin du" in looked_at(page)
    follow(page.get_by_role("link", name=re.compile("^Ouvrir")).first)
    looked_at(page)
    page.get_by_label("Maladie de l'enfant").check()
    page.get_by_label(re.compile("^Quelques mots")).fill("Grippe : voici le certificat.")
    photograph = {"name": "certificat.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.get_by_label(re.compile("^Une pièce")).set_input_files([photograph])
    follow(page.get_by_role("button", name="Envoyer au collège"))
    assert "Votre explication est envoyée au collège." in looked_at(page)
    return page.url


def _accept(page: Page, site: Site) -> None:
    """From the queue: read why, and accept."""
    page.goto(
        site.url(HOST, "/console/school_records/justification/?state__exact=GIVEN&q=diallo mariam")
    )
    sign_in(page, HELENE)
    looked_at(page)
    # The demo has one that waits already: this one came last.
    follow(page.locator("#result_list tbody th a, #result_list tbody td a").last)
    assert "Grippe : voici le certificat." in looked_at(page)
    follow(page.get_by_role("link", name="Accepter", exact=True))
    assert "Ces absences sont justifiées." in looked_at(page)
    follow(page.locator("button[name=fingerprint]"))
    assert "1 famille a sa réponse." in looked_at(page)
    page.context.close()
