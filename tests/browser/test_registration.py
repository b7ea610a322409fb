"""Registering for Pass+ on a phone, to the end, in a real browser.

Nadia publishes a campaign from a file. Aminata Diallo registers Mariam: the collège proves all of it, but her
bursary. Her card is there at once, with the base amount. Sophie accepts the proof, and the card has more.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re

import pytest
from playwright.sync_api import Browser, Page

from federation.passplus.campaign_files import CAMPAIGNS_FOLDER, load_campaign
from tests.browser.served import Site
from tests.browser.test_strand import HOST, browser, follow, looked_at, open_page, sign_in
from tests.families_files import picture

__all__ = ("browser",)

pytestmark = pytest.mark.browser
AMINATA, SOPHIE = "aminata.diallo@exemple.fr", "sophie.instruction@exemple.fr"
NADIA = "nadia.admin@exemple.fr"
LABEL = "Pass+ du parcours"


@pytest.fixture
def site(site_of_today: Site) -> Site:
    return site_of_today


def campaign_of_this_year() -> bytes:
    """The rules of Hauts-de-Seine, open today."""
    rules = load_campaign(CAMPAIGNS_FOLDER / "92-pass-plus-2023.yaml")
    today = datetime.datetime.now(tz=datetime.UTC).date()
    begun, last = today - datetime.timedelta(days=60), today + datetime.timedelta(days=200)
    changed = dataclasses.replace(
        rules,
        code="92-parcours",
        scheme="92-parcours",
        label=LABEL,
        automatic=None,
        registration=dataclasses.replace(
            rules.registration, opens_on=begun, registered_before=last, windows=()
        ),
        tickets=dataclasses.replace(
            rules.tickets,
            issued_from=begun,
            issued_before=last,
            captured_before=last + datetime.timedelta(days=365),
        ),
    )
    return json.dumps(changed.as_dict()).encode()


def test_a_family_follows_a_registration_to_the_end(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    _publish(open_page(browser, mistakes), site)
    page = open_page(browser, mistakes)
    page.goto(site.url(HOST, "/pass-plus/inscription/"))
    sign_in(page, AMINATA)
    looked_at(page)
    offer = page.locator("section").filter(has_text=LABEL).filter(has_text="Mariam")
    follow(offer.get_by_role("button", name=re.compile("Inscrire Mariam")))

    assert "Étape 1 sur 4" in looked_at(page)
    page.get_by_label(re.compile("Mariam a une bourse")).check()
    follow(page.get_by_role("button", name="Continuer"))
    assert "Une bonne photo" in looked_at(page)
    small = {"name": "m.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(120, 160))}
    page.get_by_label("La photo").set_input_files([small])
    follow(page.get_by_role("button", name="Envoyer la photo"))
    assert "Cette photo est trop petite" in looked_at(page)
    photo = {"name": "m.jpg", "mimeType": "image/jpeg", "buffer": picture(size=(600, 800))}
    page.get_by_label("La photo").set_input_files([photo])
    follow(page.get_by_role("button", name="Envoyer la photo"))
    assert "La preuve de bourse peut venir plus tard." in looked_at(page)
    follow(page.get_by_role("link", name="Plus tard"))
    assert "80,00" in looked_at(page)
    follow(page.get_by_role("button", name="Envoyer l'inscription"))
    assert "Pass+ accordé" in looked_at(page)

    follow(page.get_by_role("link", name="Ajouter une pièce"))
    notice = {"name": "bourse.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.get_by_label("Votre pièce").set_input_files([notice])
    follow(page.get_by_role("button", name="Envoyer la pièce"))
    looked_at(page)
    address = page.url
    _accept(open_page(browser, mistakes), site)
    site.play("tests.browser.deliver")
    page.goto(address)

    assert "Le Pass+ vaut 100,00" in looked_at(page).replace("\xa0", " ")
    page.context.close()
    assert [one for one in mistakes if "422" not in one] == []  # a photo too small is one


def _publish(page: Page, site: Site) -> None:
    """A file with a wrong day is refused with its line; the right one is published."""
    page.goto(site.url(HOST, "/console/pass-plus/campagnes/publier/"))
    sign_in(page, NADIA)
    good = campaign_of_this_year()
    wrong = good.replace(b'"registered_before": "20', b'"registered_before": "le 20', 1)
    for content, said in ((wrong, "ne peut pas être publiée"), (good, "peut être publiée.")):
        given = {"name": "campagne.json", "mimeType": "application/json", "buffer": content}
        page.get_by_label("Fichier de la campagne").set_input_files([given])
        follow(page.get_by_role("button", name="Vérifier"))
        assert said in looked_at(page)
    follow(page.get_by_role("button", name="Publier", exact=True))
    assert "Le compte est exact" in looked_at(page)
    page.context.close()


def _accept(page: Page, site: Site) -> None:
    """From the queue, with the keyboard: the file, then its act."""
    page.goto(site.url(HOST, "/console/passplus/registration/?a_regarder=oui"))
    sign_in(page, SOPHIE)
    looked_at(page)
    follow(page.get_by_role("link", name=re.compile("Diallo")).first)
    looked_at(page)
    follow(page.get_by_role("link", name="Accepter les pièces"))
    assert "100,00" in looked_at(page) or "Inscriptions" in looked_at(page)
    follow(page.locator("button[name=fingerprint]"))
    looked_at(page)
    page.context.close()
