"""A partner's phone: the camera reads a real picture, and without network the phone judges by itself.

The camera is Chromium's own fake device, which plays a film made here from the QR code of a ticket. The
container's browser has no `BarcodeDetector`: what reads it is the reader that we keep.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import scenes
from tests.browser.served import Site, serve
from tests.browser.test_strand import WIDTH, follow, looked_at
from tests.browser.tickets_to_show import CLUB
from tests.factories.tills import PASSWORD
from tools import chromium

pytestmark = pytest.mark.browser
HOST = scenes.SPARE_SLUG
FILM_WIDTH, FILM_HEIGHT = 640, 480
DOT = 5  # pixels of a module of the picture


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve(departements=None) as served:
        served.run(
            "tenant", "create", "--code", scenes.SPARE_CODE, "--name", "Oise", "--slug", HOST
        )
        yield served


@pytest.fixture(scope="module")
def tickets(site: Site) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(site.play("tests.browser.tickets_to_show"))
    return found


def film_of(text: str, path: Path) -> Path:
    """A film (YUV4MPEG2) in which a code is held before the camera."""
    rows = [[bool(dot) for dot in row] for row in segno.make(text, micro=False).matrix]
    size = len(rows) * DOT
    left, top = (FILM_WIDTH - size) // 2, (FILM_HEIGHT - size) // 2
    assert top > 4 * DOT  # the quiet zone
    light = bytearray(b"\xe0" * (FILM_WIDTH * FILM_HEIGHT))
    for y in range(size):
        for x in range(size):
            if rows[y // DOT][x // DOT]:
                light[(top + y) * FILM_WIDTH + left + x] = 0x18
    colours = b"\x80" * (FILM_WIDTH * FILM_HEIGHT // 2)
    frame = b"FRAME\n" + bytes(light) + colours
    head = f"YUV4MPEG2 W{FILM_WIDTH} H{FILM_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + frame * 5)
    return path


@pytest.fixture
def phone(
    site: Site, tickets: dict[str, dict[str, str]], tmp_path: Path
) -> Iterator[BrowserContext]:
    """A phone whose camera sees the first ticket."""
    path = chromium.find()
    if path is None:
        pytest.skip("aucun Chromium : voir tools/chromium.py")
    film = film_of(tickets["anybody"]["text"], tmp_path / "ticket.y4m")
    with sync_playwright() as playwright:
        started: Browser = playwright.chromium.launch(
            executable_path=str(path),
            args=[
                *chromium.arguments(path),
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        context = started.new_context(
            locale="fr-FR",
            viewport={"width": WIDTH, "height": 844},
            permissions=["camera"],
            base_url=site.url(HOST),
        )
        yield context
        started.close()


def stand_at_the_door(phone: BrowserContext) -> tuple[Page, list[str]]:
    mistakes: list[str] = []
    page = phone.new_page()
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.goto("/partenaires/")
    page.get_by_label("Adresse électronique").fill(CLUB)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name=re.compile("^Se connecter$")))
    if "caisses" in page.url:
        follow(page.get_by_role("button", name=re.compile("Je suis ici")).first)
    return page, mistakes


def test_the_camera_reads_a_ticket_which_is_validated_and_undone(phone: BrowserContext) -> None:
    page, mistakes = stand_at_the_door(phone)
    assert "BarcodeDetector" not in page.evaluate("Object.getOwnPropertyNames(window).join()")
    looked_at(page)

    with page.expect_navigation(timeout=60_000):
        page.get_by_role("button", name="Scanner un ticket").click()
    assert "Ticket de 5,00 €" in looked_at(page).replace("\u00a0", " ")
    follow(page.get_by_role("button", name="Valider ce montant"))

    assert "Validé 5,00 €" in looked_at(page).replace("\u00a0", " ")
    assert "Code scanné" in page.inner_text("main")
    follow(page.get_by_role("button", name="Annuler cette validation"))
    assert "Annulé" in looked_at(page)
    assert mistakes == []


def test_without_network_the_phone_takes_what_is_held_for_it_and_sends_it_once(
    phone: BrowserContext, tickets: dict[str, dict[str, str]]
) -> None:
    page, mistakes = stand_at_the_door(phone)
    page.goto("/partenaires/sans-internet/")
    follow(page.get_by_role("button", name="Préparer cet appareil"))
    expect(page.get_by_text("Cet appareil est prêt.")).to_be_visible()
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # now kept by the worker
    looked_at(page)

    phone.set_offline(True)
    page.reload()
    expect(page.get_by_text("Cet appareil est prêt.")).to_be_visible()
    show = shown_on(page)
    text = tickets["club"]["text"]
    assert "Refusé" in show(tickets["anybody"]["text"])  # not made out to the club
    assert "Refusé" in show(tickets["other"]["text"])
    head, said, signed = tickets["forged"]["text"].split(".")
    assert "n'est pas un ticket" in show(f"{head}.{said}.{signed[:-6]}AAAAAA")
    assert "n'est pas un ticket" in show(tickets["club"]["code"])
    assert "vaut moins" in show(text, "6,01")
    assert "Accepté 6,00 €" in show(text)
    assert "déjà pris" in show(text)
    expect(page.locator("[data-list] li")).to_contain_text("à envoyer")

    phone.set_offline(False)
    expect(page.locator("[data-list] li")).to_contain_text("envoyé", timeout=60_000)
    page.goto("/partenaires/historique/")
    seen = page.inner_text("main").replace("\u00a0", " ")
    code = tickets["club"]["code"]
    assert f"{code[:4]} {code[4:]}" in seen
    assert mistakes == []


def shown_on(page: Page) -> Callable[..., str]:
    """What the phone answers to the text of a picture."""

    def show(text: str, amount: str = "") -> str:
        page.locator("[data-answer-title]").evaluate("one => one.textContent = ''")
        page.get_by_label("Le dessin, lu par un lecteur de codes").fill(text)
        page.get_by_label("Montant, si vous prenez moins").fill(amount)
        page.get_by_role("button", name="Vérifier et valider").click()
        expect(page.locator("[data-answer-title]")).not_to_be_empty()
        answer: Any = page.locator("[data-answer]").inner_text()
        return re.sub(r"\s+", " ", str(answer))

    return show
