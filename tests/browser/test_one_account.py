"""One account, as people meet it: in by EduConnect, FranceConnect and a letter, to the end and out again;
then every page of it with a keyboard alone, and enlarged.

EduConnect and FranceConnect are the demo's stand-ins, each a process of its own on another host.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from socle.seeding import cast
from tests.browser.keyboard import enlarged, walk
from tests.browser.prepared import AGENT
from tests.browser.seeing import AXE, WIDTHS, prove_factor, show_whole
from tests.browser.served import Site
from tests.browser.test_strand import HOST, browser, follow, looked_at, open_page, sign_in
from ui.wording import MONTHS

__all__ = ("browser",)

pytestmark = pytest.mark.browser
LEAVE = re.compile("Se déconnecter")
# What the stand-in says of a child, as the family's papers do.
PAPER = re.compile(r"INE (\w{11}), \w+ (\d+)\w* (\w+) (\d{4})")


@pytest.fixture(scope="module")
def site(site_of_today: Site) -> Site:
    site_of_today.wait_for("IDENTITY_API_BASE")
    return site_of_today


@pytest.fixture(scope="module")
def letter(site: Site) -> dict[str, str]:
    """The code of a letter that was given to Julie Moreau, and when a child of hers was born."""
    told: dict[str, str] = json.loads(site.play("tests.browser.prepared"))
    return told


def button(page: Page, name: str) -> None:
    follow(page.get_by_role("button", name=re.compile(name)).first)


def be(page: Page, site: Site, provider: str, person: str) -> str:
    """Go to a provider's page, be somebody there, and come back; what their page says of them."""
    page.goto(site.url(HOST, "/connexion/"))
    button(page, provider)
    assert page.url.startswith("http://127.0.0.1:")
    there = page.get_by_role("button", name=re.compile(person)).first
    told = re.sub(r"\s+", " ", there.inner_text())
    follow(there)
    return told


def sign_out(page: Page, site: Site) -> None:
    page.goto(site.url(HOST, "/compte/"))
    looked_at(page)
    follow(page.get_by_role("button", name=LEAVE))


def assert_out(page: Page, site: Site) -> None:
    page.goto(site.url(HOST, "/enfants/"))
    assert "/connexion/" in page.url


def test_a_mother_comes_in_by_educonnect_and_leaves_it_too(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    be(page, site, "EduConnect", "Aminata Diallo")
    home = looked_at(page)
    assert "Bonjour Aminata" in home
    assert "Ibrahima" in home

    sign_out(page, site)

    page.wait_for_url(re.compile(r"/educonnect/quitter"))
    assert "Vous avez quitté EduConnect." in page.inner_text("main")
    assert_out(page, site)
    page.context.close()
    assert mistakes == []


def test_a_mother_comes_in_by_franceconnect_and_leaves_it_too(site: Site, browser: Browser) -> None:
    """The first time she proves whose mother she is; the second she is known."""
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    told = be(page, site, "FranceConnect", "Élise Lambert")
    assert "Qui est votre enfant ?" in looked_at(page)
    ine, day, month, year = PAPER.findall(told)[0]
    page.get_by_label("INE de votre enfant").fill(ine)
    page.get_by_label("Date de naissance de votre enfant").fill(
        f"{year}-{MONTHS.index(month) + 1:02d}-{int(day):02d}"
    )
    button(page, "Continuer")
    assert "Bonjour Élise" in looked_at(page)

    sign_out(page, site)

    page.wait_for_url(re.compile(r"/deconnexion/faite/|/connexion/"))
    assert "La déconnexion est faite" in page.inner_text("body")
    assert_out(page, site)
    be(page, site, "FranceConnect", "Élise Lambert")
    assert "Bonjour Élise" in page.inner_text("main")
    page.context.close()
    assert mistakes == []


def test_a_mother_is_recognised_by_her_letter_and_chooses_no_password(
    site: Site, browser: Browser, letter: dict[str, str]
) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    be(page, site, "FranceConnect", "Julie Moreau")
    follow(page.get_by_role("link", name=re.compile("lettre avec un code")))
    looked_at(page)
    page.get_by_label("Le code de la lettre").fill(cast.CODE)  # another family's
    page.get_by_label("Une date de naissance").fill(letter["born"])
    button(page, "Continuer")
    assert "Ce code ne nous permet pas de vous reconnaître." in looked_at(page)

    page.get_by_label("Le code de la lettre").fill(letter["code"].lower())
    button(page, "Continuer")

    assert "Bonjour Julie" in looked_at(page)
    page.goto(site.url(HOST, "/compte/securite/connexions/"))
    assert "FranceConnect" in looked_at(page)
    sign_out(page, site)
    be(page, site, "FranceConnect", "Julie Moreau")
    assert "Bonjour Julie" in page.inner_text("main")
    page.context.close()
    assert [one for one in mistakes if "422" not in one] == []


# --- with a keyboard alone, and enlarged ----------------------------------------------------------


def as_nobody(page: Page, site: Site) -> Iterator[str]:
    """The ways in, the letter, the forgotten password; who is recognised by an INE or a letter."""
    for path in ("/connexion/", "/premiere-connexion/", "/mot-de-passe-oublie/"):
        page.goto(site.url(HOST, path))
        yield path
    be(page, site, "FranceConnect", "Fatou Diallo")
    yield "une demande chez le secrétariat"
    be(page, site, "EduConnect", "Camille Petit")
    yield "pas encore dans l'annuaire"
    be(page, site, "FranceConnect", "Thomas Moreau")
    yield "à qui est cet enfant"


def as_a_mother(page: Page, site: Site) -> Iterator[str]:
    """Her home with its services, her account, its security and its history."""
    page.goto(site.url(HOST, "/connexion/"))
    sign_in(page, "aminata.diallo@exemple.fr")
    yield "/"
    paths = (
        "/compte/", "/compte/securite/", "/compte/securite/connexions/",
        "/compte/securite/application/", "/compte/securite/cle/", "/compte/securite/mot-de-passe/",
        "/compte/acces/", "/services/",
    )  # fmt: skip
    for path in paths:
        page.goto(site.url(HOST, path))
        yield path
    follow(page.get_by_role("link", name=re.compile("Ce que ce service reçoit")).first)
    yield "ce qu'un service reçoit"


def as_an_agent(page: Page, site: Site) -> Iterator[str]:
    """The second step, who is to be recognised, and the portal of a family she acts for."""
    page.goto(site.url(HOST, "/console/identities/linkrequest/"))
    page.get_by_label("Adresse électronique").fill(AGENT)
    page.get_by_label("Mot de passe", exact=True).fill(cast.PASSWORD)
    button(page, "^Se connecter$")
    yield "la deuxième étape"
    prove_factor(page, site.url(HOST, "").rstrip("/"))
    page.goto(site.url(HOST, "/console/identities/linkrequest/"))
    yield "qui est à reconnaître"
    follow(page.locator("main table a[href*='/linkrequest/']").first)
    yield "les deux côtés"
    follow(page.get_by_role("link", name="C'est cette personne"))
    yield "dire qui c'est"
    page.goto(site.url(HOST, "/console/people/guardian/?q=diallo"))
    follow(page.locator("main table a[href*='/people/guardian/']").first)
    follow(page.get_by_role("link", name="Agir pour cette personne"))
    page.get_by_label("Pourquoi").fill("Elle appelle : elle ne trouve pas sa facture.")
    button(page, "Voir")
    button(page, "Agir")
    yield "le portail d'une famille"
    page.goto(site.url(HOST, "/agir/elargir/"))
    yield "remplir à sa place"


@pytest.mark.usefixtures("letter")  # and the agent who comes with it
@pytest.mark.parametrize("journey", [as_nobody, as_a_mother, as_an_agent])
def test_every_page_goes_by_the_keyboard_and_enlarged(
    site: Site, browser: Browser, journey: Callable[[Page, Site], Iterator[str]]
) -> None:
    context = browser.new_context(locale="fr-FR", reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    for said in journey(page, site):
        for width, height in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            faults += [f"{said} à {width} px : {one}" for one in walk(page)]
            show_whole(page, width)
            found = Axe().run(page, options=AXE).response["violations"]
            faults += [f"{said} à {width} px : axe {one['id']}" for one in found]
        faults += [f"{said} : {one}" for one in enlarged(page)]
    context.close()
    assert not faults, "\n".join(faults)
