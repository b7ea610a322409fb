"""Julie Moreau writes to Chloé's collège, Hélène answers with a template; Thomas, who lives apart, reads
what is to both of them until a judge decides otherwise. On a phone, without a script of ours.
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
JULIE, THOMAS = "julie.moreau@exemple.fr", "thomas.moreau@exemple.fr"
HELENE = "helene.secretaire@exemple.fr"
LIST = "/college/messages/"


@pytest.fixture
def site(site_of_today: Site) -> Site:
    site_of_today.play("tests.browser.moreaus", "desk")
    return site_of_today


def test_two_parents_a_collège_and_a_judge(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    julie, thomas, helene = (open_page(browser, mistakes) for _ in range(3))
    for page, email, path in (
        (julie, JULIE, LIST),
        (thomas, THOMAS, LIST),
        (helene, HELENE, "/console/messages/"),
    ):
        page.goto(site.url(HOST, path))
        sign_in(page, email)
        looked_at(page)

    alone = _write(julie, "Rendez-vous chez le dentiste", together=False)
    assert "certificat.jpg" in looked_at(julie)
    _answer(helene, site, "Rendez-vous chez le dentiste")
    julie.goto(site.url(HOST, LIST))
    assert "1 nouveau" in looked_at(julie)
    julie.goto(alone)
    assert "Votre message sur Chloé Moreau est bien reçu." in looked_at(julie)

    thomas.goto(site.url(HOST, LIST))
    assert "dentiste" not in looked_at(thomas)
    assert thomas.goto(alone).status == 404  # type: ignore[union-attr]

    both = _write(julie, "Voyage en Italie", together=True)
    thomas.goto(both)
    assert "Voyage en Italie" in looked_at(thomas)
    site.play("tests.browser.moreaus", "judge")
    _answer(helene, site, "Voyage en Italie")
    thomas.goto(both)
    seen = looked_at(thomas)
    assert "Vous n'êtes plus dans cette conversation." in seen
    assert "est bien reçu" not in seen
    julie.goto(both)
    assert "est bien reçu" in looked_at(julie)
    for page in (julie, thomas, helene):
        page.context.close()
    assert [one for one in mistakes if "404" not in one] == []


def _write(page: Page, subject: str, *, together: bool) -> str:
    """A message with a document, about Chloé; its address."""
    page.goto(page.url.partition("/college/")[0] + LIST)
    follow(page.get_by_role("link", name="Écrire au collège"))
    looked_at(page)
    page.get_by_label(re.compile("^Chloé")).check()
    page.get_by_label("Objet").fill(subject)
    page.get_by_label("Votre message").fill(f"Bonjour, à propos de : {subject.lower()}.")
    if together:
        page.get_by_label(re.compile("autres responsables")).check()
    page.get_by_text("Joindre des pièces").click()
    given = {"name": "certificat.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.get_by_label("Une pièce").set_input_files([given])
    follow(page.get_by_role("button", name="Envoyer"))
    assert "Votre message est envoyé." in looked_at(page)
    return page.url


def _answer(page: Page, site: Site, subject: str) -> None:
    """From the collège's inbox, with the words it keeps."""
    page.goto(site.url(HOST, "/console/messages/?non-lus=1"))
    looked_at(page)
    follow(page.get_by_role("link", name=subject))
    looked_at(page)
    page.get_by_label("Modèle").select_option(label="Absence bien reçue")
    follow(page.get_by_role("button", name="Utiliser ce modèle"))
    assert "Chloé Moreau" in page.get_by_label("Votre message").input_value()
    follow(page.get_by_role("button", name="Envoyer"))
    assert "Votre message est envoyé." in looked_at(page)
