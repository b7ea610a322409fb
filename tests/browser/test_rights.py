"""Giving one's rights on a phone, in a real browser, and reading why one pays what one pays.

Aminata Diallo, without script, has the tax office asked. Élise Lambert sends a photograph of her notice, and
Sophie, who instructs files, decides it at the console. Both then read their price and its reasons.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from socle.seeding import sources
from tests.browser.served import Site
from tests.browser.test_strand import HOST, WIDTH, browser, follow, looked_at, open_page, sign_in
from tests.families_files import picture

__all__ = ("browser",)

pytestmark = pytest.mark.browser
AMINATA, ELISE = "aminata.diallo@exemple.fr", "elise.lambert@exemple.fr"
SOPHIE = "sophie.instruction@exemple.fr"
CONTINUE = re.compile("Continuer")


@pytest.fixture
def site(site_of_today: Site) -> Site:
    return site_of_today


def words(page: Page) -> str:
    return re.sub(r"\s+", " ", page.inner_text("body"))


def begin(page: Page, site: Site, email: str) -> None:
    page.goto(site.url(HOST, "/droits/"))
    sign_in(page, email)
    follow(page.get_by_role("button", name="Donner mes droits"))
    assert "Étape 1 sur 3" in words(page)


def test_the_tax_office_is_asked_without_a_script(site: Site, browser: Browser) -> None:
    (number,) = [
        str(person["tax_number"])
        for person in sources.people()
        if person["first_name"] == "Aminata"
    ]
    context = browser.new_context(
        locale="fr-FR", viewport={"width": WIDTH, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    begin(page, site, AMINATA)
    page.get_by_label(re.compile("Demander aux impôts")).check()
    follow(page.get_by_role("button", name=CONTINUE))
    page.get_by_label("Votre numéro fiscal").fill(number)
    follow(page.get_by_role("button", name=CONTINUE))
    assert "J'accepte que le département (Hauts-de-Seine) demande mon revenu fiscal" in words(page)
    page.get_by_label(re.compile("J'ai lu et j'accepte")).check()
    follow(page.get_by_role("button", name="Donner mon accord"))
    assert "Nous interrogeons le service." in words(page)

    site.play("tests.browser.deliver")
    follow(page.get_by_role("link", name="Voir si la réponse est là"))

    assert "C'est fait. Le prix compte à partir du" in words(page)
    follow(page.get_by_role("link", name="Pourquoi ce prix").first)
    why = words(page)
    assert "500,00" in why  # 21,000 euros, three and a half parts
    assert "2,50" in why
    context.close()


def test_a_photograph_is_sent_and_an_agent_decides(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    begin(page, site, ELISE)
    looked_at(page)
    page.get_by_label(re.compile("Envoyer une pièce")).check()
    follow(page.get_by_role("button", name=CONTINUE))
    assert "Il reste votre pièce à envoyer." in looked_at(page)
    follow(page.get_by_role("link", name="Envoyer une pièce"))
    looked_at(page)
    page.get_by_label("Avis d'impôt").check()
    photograph = {"name": "avis.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.get_by_label("Votre pièce").set_input_files([photograph])
    follow(page.get_by_role("button", name="Envoyer"))
    assert "Nous avons reçu votre pièce." in looked_at(page)
    address = page.url

    _decide(open_page(browser, mistakes), site)
    site.play("tests.browser.deliver")
    page.goto(address)

    assert "C'est fait. Le prix compte à partir du" in looked_at(page)
    follow(page.get_by_role("link", name="Pourquoi ce prix").first)
    why = looked_at(page)
    assert "750,00" in why  # 18,000 euros, two parts
    assert "3,75" in why
    page.context.close()
    assert mistakes == []


def _decide(page: Page, site: Site) -> None:
    """From the queue: open the file, and decide with what the notice says."""
    page.goto(site.url(HOST, "/console/rights/rightsrequest/?attend=oui"))
    sign_in(page, SOPHIE)
    follow(page.get_by_role("link", name=re.compile("Lambert")).first)
    looked_at(page)
    follow(page.get_by_role("link", name="Décider", exact=True))
    page.get_by_label("Pièce vue").select_option(label="Avis d'impôt")
    page.get_by_label("Quotient écrit ou calculé selon").select_option(label="Les impôts")
    page.get_by_label("Revenu fiscal de référence").fill("18000")
    page.get_by_label("Nombre de parts").fill("2")
    follow(page.get_by_role("button", name="Voir ce qui va changer"))
    assert "750,00" in looked_at(page)
    follow(page.locator("button[name=fingerprint]"))
    assert "La famille est prévenue." in looked_at(page)
    page.context.close()
