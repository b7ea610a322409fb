"""A member of the working group, from the overview to the report of a meeting: on a phone, then on a desk.

Nothing is hidden from who has no account; a member says something, and takes it back.
"""

from __future__ import annotations

import base64
import io
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from socle.seeding import cast
from tests.browser.seeing import AXE
from tests.browser.served import Site
from tests.browser.test_strand import browser, follow, looked_at, open_page, sign_in

__all__ = ("browser",)

pytestmark = pytest.mark.browser
DESK = {"width": 1280, "height": 900}
# Only the browser resolves the host: the bytes come through the page.
FETCHED = """async (door) => {
    const bytes = new Uint8Array(await (await fetch(door.href)).arrayBuffer());
    return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}"""
QUESTION = "Quelle part des élèves est inscrite à la cantine ?"


def test_from_the_overview_to_the_report(site_of_today: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    member = cast.WORKGROUP[-1]
    phone, desk = open_page(browser, mistakes), open_page(browser, mistakes)
    desk.set_viewport_size(DESK)  # type: ignore[arg-type]

    for page in (phone, desk):
        page.goto(site_of_today.url("socle", "/observatoire/"))
        overview = _seen(page)
        assert "Hauts-de-Seine" in overview
        follow(page.get_by_role("link", name=re.compile("^Élèves inscrits à la cantine")).first)
        assert QUESTION in _seen(page)
        page.get_by_text("Voir le tableau").click()
        _seen(page)
        follow(page.get_by_role("link", name="Comparer"))
        _compare(page)
        assert "Hauts-de-Seine" in _report(page)

    phone.goto(site_of_today.url("socle", "/observatoire/connexion/"))
    looked_at(phone)
    sign_in(phone, member.email)
    assert "Membres du groupe" in looked_at(phone)
    _say(phone, site_of_today, f"{member.first_name} : la hausse vient des nouveaux tarifs.")
    phone.goto(site_of_today.url("socle", "/observatoire/comparer/?d=92&i=canteen-take-up"))
    assert "Élèves inscrits à la cantine" in _report(phone)
    for page in (phone, desk):
        page.context.close()
    # The demo shows two codes: the one that has just passed is refused.
    assert [one for one in mistakes if "422" not in one] == []


def _seen(page: Page) -> str:
    """As `looked_at`, at the width the page has."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    if width < DESK["width"]:
        return looked_at(page)
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0, page.url
    found = Axe().run(page, options=AXE)
    assert [one["id"] for one in found.response["violations"]] == [], page.url
    return re.sub(r"\s+", " ", page.inner_text("body"))


def _compare(page: Page) -> None:
    """One département and one figure, chosen by hand."""
    _seen(page)
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("checkbox", name="Hauts-de-Seine").check()
    page.get_by_role("checkbox", name="Élèves inscrits à la cantine").check()
    follow(page.get_by_role("button", name="Comparer"))
    seen = _seen(page)
    assert QUESTION in seen
    assert "Prix moyen d'un repas" not in seen


def _say(page: Page, site: Site, words: str) -> None:
    """A comment, read by who wrote it, then taken back."""
    page.goto(site.url("socle", "/observatoire/indicateurs/canteen-take-up/"))
    page.locator("textarea[name=text]").fill(words)
    follow(page.get_by_role("button", name="Écrire"))
    assert words in looked_at(page)
    follow(page.get_by_role("article").filter(has_text=words).get_by_role("button"))
    assert words not in looked_at(page)


def _report(page: Page) -> str:
    """The text of the report of what is compared, fetched as the page would."""
    link = page.get_by_role("link", name=re.compile("Le rapport à imprimer"))
    content = base64.b64decode(link.evaluate(FETCHED))
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
