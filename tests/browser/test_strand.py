"""A family's month through the whole house, in a real browser on a phone's width.

In November, Aminata Diallo, whose two children are in two collèges, enrols the youngest in the
canteen and sees the price and why. Once the month is over, the régisseuse prepares it, reviews it and
issues it. From the e-mail's link, without script, Aminata pays in a few taps on light pages. The
receipt has the same total, the API too, and the books balance.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.browser.seeing import AXE, prove_factor, show_whole, watched
from tests.browser.served import Site, serve
from tests.pdfs import plain, text_of
from tools import chromium

WIDTH = 390
PASSWORD = "Socle-demo-2026"
AMINATA, CLAIRE = "aminata.diallo@exemple.fr", "claire.regisseuse@exemple.fr"
HOST = "hauts-de-seine"
IN_NOVEMBER = datetime.datetime(2025, 11, 5, 10, 0, tzinfo=datetime.UTC)
MOST_TAPS, MOST_KILOBYTES = 6, 60

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve(departements=("92",), past=IN_NOVEMBER) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    if path is None:
        absent = "aucun Chromium : voir tools/chromium.py"
        pytest.fail(absent) if os.environ.get("CI") else pytest.skip(absent)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=str(path), args=chromium.arguments(path)
        )
        yield started
        started.close()


def open_page(browser: Browser, mistakes: list[str], **options: Any) -> Page:
    """A page on a phone; what its console complains of is kept."""
    context = browser.new_context(
        locale="fr-FR", viewport={"width": WIDTH, "height": 844}, **options
    )
    page = context.new_page()
    page.on("console", lambda m: mistakes.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    return page


def looked_at(page: Page) -> str:
    """The text of the page, once nothing is wrong with it: axe, overflow, console."""
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, page.url
    show_whole(page, WIDTH)
    found = Axe().run(page, options=AXE)
    assert [one["id"] for one in found.response["violations"]] == [], page.url
    return re.sub(r"\s+", " ", page.inner_text("body"))


def follow(door: Locator) -> None:
    """Click, and wait for the page it leads to: what is asked in between has no answer."""
    with door.page.expect_navigation():
        door.click()


def cents(text: str) -> int:
    """`1 234,50 €` → 123450."""
    return int(re.sub(r"\D", "", text))


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name=re.compile("^Se connecter$")))
    prove_factor(page, "{0.scheme}://{0.netloc}".format(urlsplit(page.url)))


def test_a_familys_month(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    page.goto(site.url(HOST))
    assert "/connexion/" in page.url
    looked_at(page)
    sign_in(page, AMINATA)
    assert "Bonjour Aminata" in looked_at(page)
    _enrol(page)
    page.context.close()

    site.come_back()  # the month is over
    _bill(open_page(browser, mistakes), site)
    link = _told_by_mail(open_page(browser, mistakes), site)

    total = _pay_from_the_mail(browser, link)
    page = open_page(browser, mistakes)
    page.goto(link)
    sign_in(page, AMINATA)
    invoice = looked_at(page)
    assert "Ibrahima" in invoice
    assert "Mariam" in invoice
    assert "Payée" in invoice
    assert cents(_amount(invoice)) == total
    assert _by_the_api(site, page) == (total, 0)
    said = json.loads(site.run("ledger", "check", "--tenant", HOST, "--json"))
    assert (said["is_balanced"], said["differences"]) == (True, 0)
    assert mistakes == []


def test_anybody_asks_what_a_meal_would_cost(site: Site, browser: Browser) -> None:
    """From the first page, without an account: a figure that cannot be read, then a price."""
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    page.goto(site.url(HOST))
    follow(page.get_by_role("main").get_by_role("link", name="Combien paierai-je"))
    looked_at(page)
    page.get_by_label("revenu fiscal").fill("beaucoup")
    page.get_by_label("nombre de parts").fill("2,5")
    follow(page.get_by_role("button", name="Calculer"))
    assert "Écrivez une somme en euros" in looked_at(page)
    assert page.get_by_label("nombre de parts").input_value() == "2,5"

    page.get_by_label("revenu fiscal").fill("18 000")
    follow(page.get_by_role("button", name="Calculer"))

    told = looked_at(page)
    assert "3,00 € par repas" in told
    assert "Votre quotient familial est de 600,00 € par mois, d'après vos réponses." in told
    drawn = page.get_by_role("img", name="Le prix d'un repas selon le quotient familial")
    assert drawn.bounding_box()["width"] > 250
    for words in drawn.locator("text").all():  # none leaves the drawing, nor is too small to read
        box = words.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= WIDTH
        assert words.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 16
    page.get_by_text("Tous les prix").click()
    assert "vous êtes ici" in looked_at(page)
    page.context.close()
    assert [one for one in mistakes if "422" not in one] == []


def _enrol(page: Page) -> None:
    follow(page.get_by_role("link", name=re.compile("Inscrire Ibrahima à la cantine")))
    looked_at(page)
    for day in ("lundi", "jeudi"):
        page.get_by_label(re.compile(day, re.IGNORECASE)).check()
    follow(page.get_by_role("button", name=re.compile("Continuer|Suivant")))
    looked_at(page)
    follow(page.get_by_role("button", name=re.compile("Continuer|Suivant")))
    text = looked_at(page)
    assert "3,00" in text
    follow(page.get_by_role("button", name=re.compile("Inscrire|Confirmer|Valider")))
    text = looked_at(page)
    assert "Ibrahima" in text
    page.goto(page.url.split("/enfants/")[0] + "/enfants/")
    follow(page.get_by_role("link", name=re.compile("Ibrahima")).first)
    looked_at(page)
    follow(page.get_by_role("link", name=re.compile("prix", re.IGNORECASE)).first)
    why = looked_at(page)
    assert "600,00" in why
    assert "3,00" in why


def _bill(page: Page, site: Site) -> None:
    """The régisseuse prepares, reviews, answers what blocks, and issues the month."""
    page.goto(site.url(HOST, "/console/actes/prepare-run/"))
    sign_in(page, CLAIRE)
    page.get_by_label("Mois").fill("2025-11")
    _act(page)
    follow(page.locator("a.c-button-main"))  # review
    _confirm(page)
    while (door := page.get_by_role("link", name=re.compile("^Répondre :")).first).count():
        follow(door)
        page.get_by_label("Votre réponse").fill("Vu avec le collège.")
        _act(page)
    follow(page.get_by_role("link", name="Émettre les factures"))
    _act(page)
    assert re.search(r"\d+ factures sont émises", looked_at(page))
    page.context.close()


def _act(page: Page) -> None:
    """The answers, the effect, then the act."""
    follow(page.get_by_role("button", name="Voir ce qui va changer"))
    _confirm(page)


def _confirm(page: Page) -> None:
    follow(page.locator("button[name=fingerprint]"))


def _told_by_mail(page: Page, site: Site) -> str:
    """The address of the invoice in the message that Aminata receives."""
    site.play("tests.browser.deliver")
    page.goto(site.url(HOST, "/boite/"))
    letter = page.locator("article", has_text=AMINATA).filter(has_text="facture de cantine").first
    link = re.search(r"http\S+/factures/\S+", letter.inner_text() + letter.inner_html())
    assert link is not None, letter.inner_text()
    page.context.close()
    return re.split(r'["<]', link[0])[0]


def _pay_from_the_mail(browser: Browser, link: str) -> int:
    """Without script: each tap is counted, and each page is weighed as on a first visit."""
    context = browser.new_context(
        locale="fr-FR", viewport={"width": WIDTH, "height": 844}, java_script_enabled=False
    )
    weights: list[tuple[str, float]] = []
    taps = 0
    with watched(context) as (page, traffic):

        def arrive(tap: Any) -> None:
            nonlocal taps
            traffic.weights.clear()
            tap()
            taps += 1
            page.wait_for_load_state("networkidle")
            weights.append((page.url, sum(traffic.weights) / 1024))

        arrive(lambda: page.goto(link))
        page.get_by_label("Adresse électronique").fill(AMINATA)
        page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
        arrive(lambda: follow(page.get_by_role("button", name=re.compile("^Se connecter$"))))
        total = cents(_amount(re.sub(r"\s+", " ", page.inner_text("body"))))
        arrive(lambda: follow(page.get_by_role("button", name=re.compile("Payer .* en ligne"))))
        arrive(lambda: follow(page.get_by_role("button", name="Payer par carte")))
        assert "Merci, c'est payé." in page.inner_text("body")
        with page.expect_download() as waited:
            page.get_by_role("link", name="Télécharger le reçu").click()
        receipt = text_of(Path(waited.value.path()).read_bytes())
    context.close()
    assert f"Total payé {plain(_euros(total))}" in receipt
    assert taps <= MOST_TAPS
    assert [found for found in weights if found[1] > MOST_KILOBYTES] == []
    return total


def _euros(total: int) -> str:
    return f"{total // 100},{total % 100:02d} €"


def _amount(text: str) -> str:
    found = re.search(r"Le montant ([0-9 ]+,[0-9]{2}) €", text)
    assert found, text
    return found[1]


def _by_the_api(site: Site, page: Page) -> tuple[int, int]:
    """What the latest invoice asks for, and what is left of it."""
    page.goto(site.url(HOST, "/compte/"))  # its form carries the token
    answer = page.evaluate(
        """async (query) => {
            const token = document.querySelector('[name=csrfmiddlewaretoken]').value;
            const response = await fetch('/graphql/', {
                method: 'POST', credentials: 'same-origin',
                headers: {'Content-Type': 'application/json', 'X-CSRFToken': token},
                body: JSON.stringify({query}),
            });
            return await response.json();
        }""",
        "{ viewer { invoices(first: 1) { nodes { total { cents } due { cents } } } } }",
    )
    assert "errors" not in answer, answer
    (node,) = answer["data"]["viewer"]["invoices"]["nodes"]
    return int(node["total"]["cents"]), int(node["due"]["cents"])
