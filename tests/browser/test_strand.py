"""One family's strand through the whole house, in a real browser on a phone's width.

Aminata Diallo signs in, enrols her youngest child in the canteen, sees the price and why, opens an
invoice and pays it. The API says the same total with the same session, and the books balance.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.seeing import AXE, show_whole
from tests.browser.served import Site, serve
from tests.pdfs import plain, text_of
from tools import chromium

WIDTH = 390
PASSWORD = "Socle-demo-2026"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


@pytest.fixture(scope="module")
def page(site: Site) -> Iterator[Page]:
    path = chromium.find()
    if path is None:
        absent = "aucun Chromium : voir tools/chromium.py"
        pytest.fail(absent) if os.environ.get("CI") else pytest.skip(absent)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(path), args=chromium.arguments(path)
        )
        context = browser.new_context(locale="fr-FR", viewport={"width": WIDTH, "height": 844})
        yield context.new_page()
        browser.close()


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


def test_a_parent_goes_from_sign_in_to_the_invoice(site, page):
    mistakes: list[str] = []
    page.on("console", lambda m: mistakes.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.goto(site.url("hauts-de-seine"))
    assert "/connexion/" in page.url
    looked_at(page)
    page.get_by_label("Adresse électronique").fill("aminata.diallo@exemple.fr")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Bonjour Aminata" in looked_at(page)

    _enrol(page)
    total = _open_the_first_invoice(page)

    assert _total_by_the_api(site, page) == total
    _pay(page)
    said = json.loads(site.run("ledger", "check", "--tenant", "hauts-de-seine", "--json"))
    assert (said["is_balanced"], said["differences"]) == (True, 0)
    assert mistakes == []


def _pay(page: Page) -> None:
    """At the test bank, and back: the invoice says it is paid."""
    page.goto(page.url.split("/compte/")[0] + "/factures/")
    follow(page.locator("main a[href^='/factures/']").first)
    invoice = page.url
    follow(page.get_by_role("button", name=re.compile("Payer .* par carte")))
    assert "rien n'est payé pour de vrai" in page.inner_text("body")
    follow(page.get_by_role("button", name="Payer par carte"))
    assert "Merci, c'est payé." in looked_at(page)
    assert f"Total payé {plain(page.inner_text('.figure'))}" in _receipt(page)
    page.goto(invoice)
    text = looked_at(page)
    assert "Payée" in text
    assert "par carte" not in text


def _receipt(page: Page) -> str:
    """What the receipt says, downloaded as the person does."""
    with page.expect_download() as waited:
        page.get_by_role("link", name="Télécharger le reçu").click()
    assert waited.value.suggested_filename.startswith("recu-")
    return text_of(Path(waited.value.path()).read_bytes())


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


def _open_the_first_invoice(page: Page) -> int:
    page.goto(page.url.split("/enfants/")[0] + "/factures/")
    looked_at(page)
    follow(page.locator("main a[href^='/factures/']").first)
    text = looked_at(page)
    assert "Mariam" in text
    found = re.search(r"Le montant ([0-9 ]+,[0-9]{2}) €", text)
    assert found, text
    return cents(found[1])


def _total_by_the_api(site: Site, page: Page) -> int:
    page.goto(site.url("hauts-de-seine", "/compte/"))  # its form carries the token
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
        "{ viewer { invoices(first: 1) { nodes { total { cents } } } } }",
    )
    assert "errors" not in answer, answer
    (node,) = answer["data"]["viewer"]["invoices"]["nodes"]
    return int(node["total"]["cents"])
