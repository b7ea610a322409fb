"""The family's day: a parent of three children in two collèges sees one day, on a phone and on a desk.

Yasmine reads what changes, then each child's lessons; she goes to the next day without a script, prints a
week, and gives her calendar an address that she then takes back.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.seeing import AXE
from tests.browser.served import Site, serve
from tests.browser.test_strand import browser, follow, looked_at, open_page, sign_in

__all__ = ("browser",)

pytestmark = pytest.mark.browser
HOST, YASMINE = "seine-saint-denis", "yasmine.belhadj@exemple.fr"
CHILDREN = ("Ilyes", "Sofia", "Adam")
SPAN = re.compile(r"De \d+ h(?: \d\d)? à \d+ h(?: \d\d)?")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve(departements=("93",)) as served:
        yield served


def desk(browser: Browser, *, script: bool) -> Page:
    context = browser.new_context(
        locale="fr-FR", viewport={"width": 1280, "height": 900}, java_script_enabled=script
    )
    return context.new_page()


def come_in(page: Page, site: Site) -> None:
    page.goto(site.url(HOST, "/connexion/?next=/college/"))
    sign_in(page, YASMINE)
    page.goto(site.url(HOST, "/college/"))


def fetched(url: str) -> tuple[int, str]:
    """As a calendar program asks: no name of this machine's resolves outside of a browser."""
    parts = urlsplit(url)
    asked = urllib.request.Request(
        f"http://127.0.0.1:{parts.port}{parts.path}", headers={"Host": parts.netloc}
    )
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_three_children_in_two_colleges_are_one_day(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    page.goto(site.url(HOST))
    sign_in(page, YASMINE)
    follow(page.get_by_role("link", name="Collège", exact=True))

    text = looked_at(page)

    for child in CHILDREN:
        assert page.get_by_role("heading", name=child, exact=True).count() == 1
    assert len(SPAN.findall(text)) == len(CHILDREN)
    colleges = {
        line.partition(" · ")[2] for line in page.locator("section > p.soft").all_inner_texts()
    }
    assert len(colleges - {""}) == 2
    assert text.index("Ce qui change") < text.index(SPAN.findall(text)[0])
    assert all(word in text for word in ("Annulé", "Déplacé", "Remplacé", "Avant :"))
    follow(page.get_by_role("link", name="La semaine de Sofia"))
    looked_at(page)
    assert mistakes == []


def test_the_same_day_on_a_desk_and_without_a_script(site: Site, browser: Browser) -> None:
    page = desk(browser, script=True)
    come_in(page, site)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert Axe().run(page, options=AXE).response["violations"] == []

    plain = desk(browser, script=False)
    come_in(plain, site)
    day = plain.get_by_role("heading", level=2).first.inner_text()
    follow(plain.locator("nav.month-nav a[rel=next]"))
    assert plain.get_by_role("heading", level=2).first.inner_text() != day
    assert len(SPAN.findall(re.sub(r"\s+", " ", plain.inner_text("main")))) == len(CHILDREN)


def test_a_week_is_printed_without_its_doors(site: Site, browser: Browser) -> None:
    page = desk(browser, script=True)
    come_in(page, site)
    follow(page.get_by_role("link", name="La semaine d'Adam"))
    page.emulate_media(media="print")

    assert page.locator("ol.lessons").first.is_visible()
    assert not page.locator("nav.month-nav a").first.is_visible()
    assert not page.locator(".nav-top").is_visible()


def test_a_calendar_has_an_address_until_it_is_taken_back(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    come_in(page, site)
    follow(page.get_by_role("link", name="Mettre l'emploi du temps dans mon agenda"))
    looked_at(page)
    page.get_by_label("Pour qui").select_option(label="Adam")
    follow(page.get_by_role("button", name="Faire une adresse"))
    looked_at(page)
    address = page.locator(".secret").inner_text().strip()

    status, content = fetched(address)

    assert status == 200
    assert "BEGIN:VEVENT" in content
    follow(page.get_by_role("button", name=re.compile("^Retirer")))
    assert "Cette adresse ne donne plus rien." in looked_at(page)
    assert fetched(address)[0] == 404
    assert mistakes == []
