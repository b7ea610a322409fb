"""Coming in with a letter, on a phone of 390 px, without an address.

Charles-Édouard opens his account with the code of his letter, forgets his password, and is helped at a desk.
The secretary prints a letter for Mariam, who comes in and finds no bill.
"""

from __future__ import annotations

import datetime
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page

from commons.school_calendar import school_year_of
from socle.seeding import cast
from tests import pdfs
from tests.browser.served import Site
from tests.browser.test_strand import HOST, browser, follow, looked_at, open_page, sign_in

__all__ = ("browser",)

pytestmark = pytest.mark.browser
SOPHIE, HELENE = "sophie.instruction@exemple.fr", "helene.secretaire@exemple.fr"
PASSWORD, ANOTHER = "le train passe à huit", "le train part à neuf"
CODE = re.compile(r"\b([C-Y3-9]{4}-[C-Y3-9]{4}-[C-Y3-9]{4})\b")
SURNAMES = {"Jean-Baptiste": "de la rochefoucauld", "Mariam|Ibrahima": "diallo"}
BEGIN, FINISH = re.compile("Continuer"), re.compile("Enregistrer et entrer")


@pytest.fixture
def site(site_of_today: Site) -> Site:
    return site_of_today


def year() -> int:
    return school_year_of(timezone.localdate()).start_year


def activate(page: Page, site: Site, code: str, born: datetime.date, password: str) -> str:
    """Both steps; what step 2 said."""
    page.goto(site.url(HOST, "/connexion/"))
    follow(page.get_by_role("link", name=re.compile("lettre avec un code")))
    looked_at(page)
    page.get_by_label("Le code de la lettre").fill(code.lower())
    page.get_by_label("Une date de naissance").fill(f"{born:%d/%m/%Y}")
    follow(page.get_by_role("button", name=BEGIN))
    said = looked_at(page)
    page.get_by_label("Votre mot de passe").fill(password)
    page.get_by_label("Le même, encore une fois").fill(password)
    follow(page.get_by_role("button", name=FINISH))
    return said


def leave(page: Page, site: Site) -> None:
    page.goto(site.url(HOST, "/compte/"))
    looked_at(page)
    follow(page.get_by_role("button", name="Se déconnecter"))


def printed(page: Page) -> str:
    """The code of the latest letter, from the file that the agent opens."""
    with page.expect_download() as opening:
        page.get_by_role("link", name=re.compile("Ouvrir")).first.click()
    found = CODE.search(pdfs.text_of(opening.value.path().read_bytes()))
    assert found
    return found[1]


def given(browser: Browser, site: Site, agent: str, *, to: str, act: str = "") -> tuple[str, str]:
    """From a pupil's file: a code for them, or for who answers for them (`act`), read in its letter.

    The first name of the pupil, among those of `to`, and the code.
    """
    page = open_page(browser, [], accept_downloads=True)
    page.goto(site.url(HOST, "/console/comptes/"))
    sign_in(page, agent)
    assert "Ni compte ni code" in looked_at(page)
    page.goto(site.url(HOST, f"/console/chercher/?q={SURNAMES[to]}"))
    follow(page.get_by_role("link", name=re.compile(to)).first)
    (name,) = set(re.findall(to, page.inner_text("h1")))
    looked_at(page)
    words = re.compile(f"Donner un code à {act}" if act else "Donner un code$")
    follow(page.get_by_role("link", name=words).first)
    looked_at(page)
    if act:  # they have an account already
        page.get_by_label("Carte d'identité ou passeport").check()
        page.get_by_label(re.compile("Pourquoi un nouveau code")).fill("Mot de passe oublié")
    follow(page.get_by_role("button", name="Voir ce qui va changer"))
    looked_at(page)
    follow(page.locator("button[name=fingerprint]"))
    looked_at(page)
    code = printed(page)
    page.context.close()
    return name, code


def test_a_letter_opens_an_account_and_a_new_code_opens_it_again(
    site: Site, browser: Browser
) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    born = datetime.date(year() - 13, 4, 8)
    said = activate(page, site, cast.CODE, born, PASSWORD)
    assert f"Vous êtes {cast.LETTER.first_name}" in said
    assert "Votre identifiant" in looked_at(page)
    leave(page, site)

    follow(page.get_by_role("link", name=re.compile("Mot de passe oublié")))
    assert "Sans adresse électronique" in looked_at(page)
    _name, code = given(browser, site, SOPHIE, to="Jean-Baptiste", act=cast.LETTER.first_name)

    said = activate(page, site, code, born, ANOTHER)
    assert "Choisissez un nouveau mot de passe" in said
    assert "Un nouveau code a été donné" in looked_at(page)
    page.context.close()
    assert mistakes == []


def test_a_pupil_comes_in_with_a_letter_and_finds_no_bill(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    # The one of the two sisters and brothers who is in the secretary's collège.
    name, code = given(browser, site, HELENE, to="Mariam|Ibrahima")
    born = {"Mariam": (year() - 14, 3, 12), "Ibrahima": (year() - 11, 9, 30)}[name]

    page = open_page(browser, mistakes)
    said = activate(page, site, code, datetime.date(*born), PASSWORD)
    assert f"Vous êtes {name} Diallo" in said
    home = looked_at(page)
    assert "Vos repas à la cantine" in home
    assert "Factures" not in home
    assert "€" not in home
    page.goto(site.url(HOST, "/ma-cantine/"))
    looked_at(page)
    for path in ("/factures/", "/paiements/", "/droits/", "/enfants/"):
        answer = page.goto(site.url(HOST, path))
        assert answer is not None
        assert answer.status == 403, path
    page.context.close()
    assert [one for one in mistakes if "403" not in one] == []
