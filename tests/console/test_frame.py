"""The frame of the console: its policy, its scripts."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from tenants.accounts.capabilities import Role
from tests.factories.invoicing import make_billed_family, prepare, review
from tools import chromium

ROOT = Path(__file__).resolve().parents[2]
CONSOLE = ROOT / "platform" / "console"
FORM = """<!doctype html><title>Essai</title><script src="/console.js" defer></script>
<form method="post" action="/acte" data-once><input name="a">
<button type="submit" data-busy="En cours…">Faire</button></form>"""


def test_the_policy_lets_no_inline_script_or_style_run(agent):
    family = make_billed_family()
    run = review(prepare())
    site = agent(Role.ADMINISTRATOR)

    for path in (
        "/console/",
        "/console/people/pupil/",
        f"/console/eleves/{family.pupil.public_id}/",
        f"/console/facturation/{run.public_id}/",
    ):
        response = site.get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self';" in policy
        html = response.content.decode()
        # What the policy would stop: none is there to be stopped (`Site` looks for the rest).
        assert not re.search(r"<style|javascript:|\sx-data|alpine", html, re.IGNORECASE)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_the_console_loads_its_own_style_sheets_and_scripts_alone(agent):
    site = agent(Role.READER)
    html = site.get(reverse("console:index")).content.decode()

    assert sorted(re.findall(r'<script src="/static/([^"?]+)', html)) == [
        "console/console.js",
        "console/theme.js",
    ]


@pytest.mark.browser
def test_a_form_is_not_sent_twice():
    path = chromium.find()
    if path is None:
        absent = "aucun Chromium : voir tools/chromium.py"
        pytest.fail(absent) if os.environ.get("CI") else pytest.skip(absent)
    script = (CONSOLE / "static" / "console" / "console.js").read_text(encoding="utf-8")
    sent: list[str] = []

    def answer(route):
        request = route.request
        if request.method == "POST":
            sent.append(request.url)
            return route.fulfill(status=204)  # the page stays, as during a long act
        body = script if request.url.endswith(".js") else FORM
        kind = "text/javascript" if request.url.endswith(".js") else "text/html; charset=utf-8"
        return route.fulfill(body=body, content_type=kind)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(path), args=chromium.arguments(path)
        )
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto("http://console.test/")
        page.evaluate(
            """() => { const form = document.querySelector("form");
            form.querySelector("button").click(); form.querySelector("button").click();
            form.requestSubmit(); }"""
        )
        page.wait_for_timeout(300)
        said = page.evaluate("document.querySelector('button').textContent")
        stopped = page.evaluate(
            """() => { const event = new Event("submit", {cancelable: true});
            document.querySelector("form").dispatchEvent(event); return event.defaultPrevented; }"""
        )
        browser.close()

    assert said == "En cours…"
    assert stopped
    assert len(sent) == 1
