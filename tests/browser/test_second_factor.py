"""Passkeys in a real browser, with Chromium's virtual authenticator; an agent who lost everything.

The browser makes the keys, signs, and refuses what is not of the site; we see what our side refuses:
an answer sent again, and a key that was copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.browser import scenes
from tests.browser.served import Site, serve
from tests.browser.test_strand import PASSWORD, browser, follow, looked_at, open_page, sign_in

__all__ = ("browser",)

pytestmark = pytest.mark.browser
HOST = scenes.SPARE_SLUG
ODILE, ODETTE = scenes.SPARE_AGENT, scenes.SPARE_NEWCOMER  # the tests come in any order
STEP = "/connexion/verification/"

SEND = """async form => (await fetch(location.href, {
    method: "POST", body: new URLSearchParams(form), redirect: "manual"})).status"""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve(departements=None) as served:
        served.run(
            "tenant", "create", "--code", scenes.SPARE_CODE, "--name", "Oise", "--slug", HOST
        )
        served.play("tests.browser.scenes")
        yield served


class Device:
    """The device of a person: a virtual authenticator of a page."""

    def __init__(self, page: Page) -> None:
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("WebAuthn.enable")
        self._id = self._add()

    def _add(self) -> str:
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
        }  # fmt: skip
        made = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return str(made["authenticatorId"])

    def keys(self) -> list[dict[str, Any]]:
        there = {"authenticatorId": self._id}
        return list(self._cdp.send("WebAuthn.getCredentials", there)["credentials"])

    def become_a_copy(self, key: dict[str, Any]) -> None:
        """Another device with the same private key, whose count is the one it was copied at."""
        self._cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._id})
        self._id = self._add()
        self._cdp.send("WebAuthn.addCredential", {"authenticatorId": self._id, "credential": key})


def give_password(page: Page, site: Site, email: str = ODILE) -> None:
    page.goto(site.url(HOST, "/connexion/"))
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name=re.compile("^Se connecter$")))


def leave(page: Page, site: Site) -> None:
    page.goto(site.url(HOST, "/compte/"))
    follow(page.get_by_role("button", name="Se déconnecter"))


def use_key(page: Page) -> None:
    follow(page.get_by_role("button", name="Utiliser ma clé d'accès"))


def test_a_passkey_opens_the_session_once_and_its_copy_does_not(
    site: Site, browser: Browser
) -> None:
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    device = Device(page)
    page.goto(site.url(HOST, "/connexion/"))
    sign_in(page, ODILE)  # with the code of the demo
    assert "/console/" in page.url

    page.goto(site.url(HOST, "/compte/securite/cle/"))
    looked_at(page)
    page.get_by_label("Nom de la clé").fill("Mon téléphone")
    follow(page.get_by_role("button", name="Créer la clé"))
    assert "Mon téléphone" in looked_at(page)
    (made,) = device.keys()
    leave(page, site)

    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.post_data or "") if r.url.endswith(STEP) else None)
    give_password(page, site)
    assert page.url.endswith(STEP)
    looked_at(page)
    use_key(page)
    assert "/console/" in page.url

    # The same answer again, in a session that waits: it was for another challenge.
    leave(page, site)
    give_password(page, site)
    (credential,) = parse_qs(next(body for body in sent if "credential=" in body))["credential"]
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    form = {"credential": credential, "csrfmiddlewaretoken": token}
    assert page.evaluate(SEND, form) == 422

    # A copy of the key, made before it signed: its count goes back.
    device.become_a_copy(made)
    page.goto(site.url(HOST, STEP))
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    page.get_by_text("Ce code ne convient pas, ou a déjà servi.").first.wait_for()
    assert "/console/" not in page.url
    page.context.close()
    assert [one for one in mistakes if "422" not in one] == []


def test_an_agent_who_lost_everything_sets_a_passkey_up_and_keeps_codes(
    site: Site, browser: Browser
) -> None:
    """Reset by the command, as for the first administrator; then a passkey, before anything else."""
    said = site.run(
        "account", "reset-factors", "--tenant", HOST, "--name", ODETTE, "--reason", "LOST"
    )
    assert "prévenue" in said
    mistakes: list[str] = []
    page = open_page(browser, mistakes)
    Device(page)
    give_password(page, site, ODETTE)
    assert page.url.endswith("/connexion/protection/")
    looked_at(page)
    page.goto(site.url(HOST, "/console/"))
    assert "/connexion/" in page.url

    page.goto(site.url(HOST, "/connexion/protection/"))
    follow(page.get_by_role("link", name="Choisir la clé d'accès"))
    page.get_by_label("Nom de la clé").fill("Ma clé")
    follow(page.get_by_role("button", name="Créer la clé"))
    codes = re.findall(r"[0-9A-Z]{6}(?:-[0-9A-Z]{6}){3}", looked_at(page))
    assert len(codes) == 10
    follow(page.get_by_role("link", name=re.compile("continuer")))
    assert "/console/" in page.url

    # Another day, without the device: a code on paper, once.
    leave(page, site)
    give_password(page, site, ODETTE)
    page.get_by_label("Code de vérification").fill(codes[3].lower())
    follow(page.get_by_role("button", name="Continuer"))
    assert "/console/" in page.url
    page.goto(site.url(HOST, "/compte/securite/"))
    assert "Il vous reste 9 codes de secours." in looked_at(page)
    page.context.close()
    assert mistakes == []
