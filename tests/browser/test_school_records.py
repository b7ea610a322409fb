"""A family and its collège, in a real browser: marks read, an absence explained, and accepted.

Aminata Diallo reads a child's marks on her phone and explains an absence with a photograph; Hélène, the
secretary of that child's collège, reads why and accepts; Aminata sees it.
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
    helene, page = open_page(browser, mistakes), open_page(browser, mistakes)
    child = _of_her_college(helene, site)
    page.goto(site.url(HOST, "/enfants/"))
    sign_in(page, AMINATA)
    follow(page.get_by_role("link", name=re.compile(f"Voir la page d.{{1,2}}{child}")))
    follow(page.get_by_role("link", name="Voir les notes"))
    marks = looked_at(page)
    assert re.search(r"\d sur 20", marks)
    assert "La moitié de la classe a" in marks  # of what the whole collège sat
    page.go_back()
    follow(page.get_by_role("link", name="Voir les devoirs"))
    looked_at(page)
    page.go_back()
    address = _explain(page)

    _accept(helene, site, child)

    page.goto(address)
    assert "Justifiée" in looked_at(page)
    page.context.close()
    assert mistakes == []


def _of_her_college(page: Page, site: Site) -> str:
    """The child of the Diallos that Hélène's collège has: they go to two."""
    page.goto(site.url(HOST, "/console/people/pupil/?q=diallo"))
    sign_in(page, HELENE)
    said = looked_at(page)
    (child,) = (name for name in ("Mariam", "Ibrahima") if name in said)
    return child


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


def _accept(page: Page, site: Site, child: str) -> None:
    """From the queue: read why, and accept."""
    queue = "/console/school_records/justification/?state__exact=GIVEN"
    page.goto(site.url(HOST, f"{queue}&q=diallo {child}"))
    looked_at(page)
    # The demo has one that waits already: this one came last.
    follow(page.locator("tr[data-row] th a").last)
    assert "Grippe : voici le certificat." in looked_at(page)
    follow(page.get_by_role("link", name="Accepter", exact=True))
    assert "Ces absences sont justifiées." in looked_at(page)
    follow(page.locator("button[name=fingerprint]"))
    assert "1 famille a sa réponse." in looked_at(page)
    page.context.close()
