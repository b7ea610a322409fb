"""One page as a browser shows it: what is wrong with it, its picture, and its links."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page

WIDTHS = ((390, 844), (1280, 900))
SCHEMES = ("light", "dark")
ALL = tuple((width, scheme) for width, _height in WIDTHS for scheme in SCHEMES)
ONE = ((1280, "light"),)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4"]
AXE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
# Each width once and each scheme once: contrasts come from the scheme, sizes from the width.
READ_BY_AXE = {(390, "light"), (1280, "dark")}
# A list's rows are alike: axe reads the first ones, everything else reads them all.
SHORTEN = (
    """() => document.querySelectorAll('tbody tr:nth-child(n+9)').forEach(row => row.remove())"""
)
MAX_FAMILY_BYTES = 60 * 1024
MAX_LINE = 75  # characters
CODE_SECONDS = 75
ASKS_CODE = (
    "/connexion/verification/",
    "/compte/securite/confirmer/",
    "/observatoire/connexion/verification/",
)
ENGLISH = re.compile(
    r"\b(Home|Search|Save|Delete|Select|Welcome|Add|Change|Filter|Filters|Results|View site|Log out"
    r"|Sign in|Next|Previous|Cancel|Submit|Loading|Error|Not found|Unknown|Show all)\b"
)
PROBE = """([maxLine]) => {
  const out = {small: [], taps: [], long: [], cut: []};
  out.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const seen = e => { const r = e.getBoundingClientRect(), s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && s.display !== 'none'; };
  const wide = [...document.querySelectorAll('body *')].filter(e => seen(e)
    && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
    && getComputedStyle(e).position !== 'fixed');
  out.wide = out.overflow > 0 && wide.length ? wide[0].tagName + '.' + wide[0].className : '';
  for (const e of document.querySelectorAll('body *')) {
    if (!seen(e)) continue;
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (own && !e.closest('svg') && parseFloat(getComputedStyle(e).fontSize) < 12)
      out.small.push(e.textContent.trim().slice(0, 40));
  }
  const targets = 'button, input:not([type=hidden]), select, textarea, [role=button], nav a';
  for (const e of document.querySelectorAll(targets)) {
    const r = e.getBoundingClientRect();
    const label = e.closest('label');
    const box = label ? label.getBoundingClientRect() : r;
    if (seen(e) && (Math.max(r.width, box.width) < 24 || Math.max(r.height, box.height) < 24))
      out.taps.push((e.innerText || e.name || e.id || e.tagName).trim().slice(0, 40));
  }
  for (const e of document.querySelectorAll('main p, main li')) {
    if (!seen(e) || !e.textContent.trim() || e.querySelector('p, li, table')) continue;
    const range = document.createRange(); range.selectNodeContents(e);
    const tops = new Set([...range.getClientRects()].map(r => Math.round(r.bottom / 8)));
    const perLine = e.textContent.replace(/\\s+/g, ' ').trim().length / Math.max(1, tops.size);
    if (tops.size > 1 && perLine > maxLine) out.long.push(e.textContent.trim().slice(0, 40));
  }
  const said = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    const inside = node.parentElement;
    if (!inside || !seen(inside) || inside.closest('pre, code, textarea')) continue;
    if (!node.parentElement.closest('[aria-hidden=true]')) said.push(node.data);
    for (const word of node.data.matchAll(/[\\p{L}\\p{N}]{2,}/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      const tops = new Set([...range.getClientRects()].map(r => Math.round(r.top)));
      if (tops.size > 1) out.cut.push(word[0].slice(0, 30));
    }
  }
  const pen = document.createElement('canvas').getContext('2d');
  for (const e of document.querySelectorAll('[data-label]')) {  // a label that style writes is in no text
    const label = getComputedStyle(e, '::before');
    if (!seen(e) || label.content === 'none') continue;
    pen.font = label.font;
    const widest = Math.max(...e.dataset.label.split(/\\s+/).map(word => pen.measureText(word).width));
    if (parseFloat(label.width) < Math.floor(widest)) out.cut.push(e.dataset.label.slice(0, 30));
  }
  out.alt = [...document.images].filter(i => !i.hasAttribute('alt')).length;
  out.title = document.title; out.lang = document.documentElement.lang;
  out.links = [...document.querySelectorAll('a[href]')].map(a => a.href);
  out.text = said.join('\\n');
  return out;
}"""
BROKEN = re.compile(r"\{\{|\{%|\bNone\b|undefined|\bNaN\b|Lorem|UNDEFINED")
CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b|\b[A-Z]+(?:_[A-Z]+)+\b")


@dataclasses.dataclass
class View:
    """One page at one width in one scheme."""

    who: str
    url: str
    width: int
    scheme: str
    expected: int = 200
    scene: str = ""
    status: int = 0
    seconds: float = 0.0
    kilobytes: float = 0.0
    shot: str = ""
    faults: list[str] = dataclasses.field(default_factory=list)

    is_proved: bool = False  # who they are was asked again on the way, and told
    landed: str = ""  # where a redirection led; an agent who is signed in goes on to the console

    @property
    def is_family(self) -> bool:
        return "/console/" not in (self.landed or self.url)


@dataclasses.dataclass
class Traffic:
    """What one page fetched, and what its console said."""

    weights: list[float] = dataclasses.field(default_factory=list)
    noise: list[str] = dataclasses.field(default_factory=list)


@contextmanager
def contexts(
    browser: Browser, state: Any = None, *, shown: Sequence[tuple[int, str]] = ALL
) -> Iterator[list[tuple[int, str, BrowserContext]]]:
    """The contexts, open together: each width in each scheme, unless less is to be shown."""
    heights = dict(WIDTHS)
    opened = []
    try:
        for width, scheme in shown:
            context = browser.new_context(
                locale="fr-FR",
                color_scheme=scheme,  # type: ignore[arg-type]
                viewport={"width": width, "height": heights[width]},
                storage_state=state,
                reduced_motion="reduce",
            )
            opened.append((width, scheme, context))
        yield opened
    finally:
        for _width, _scheme, context in opened:
            context.close()


@contextmanager
def watched(context: BrowserContext) -> Iterator[tuple[Page, Traffic]]:
    """A page without a cache, so that its weight is that of a first visit."""
    page, traffic = context.new_page(), Traffic()
    page.on("console", lambda m: traffic.noise.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: traffic.noise.append(str(error)))
    protocol = context.new_cdp_session(page)
    protocol.on(
        "Network.loadingFinished", lambda done: traffic.weights.append(done["encodedDataLength"])
    )
    protocol.send("Network.enable")
    protocol.send("Network.setCacheDisabled", {"cacheDisabled": True})
    try:
        yield page, traffic
    finally:
        page.close()


def visit(context: BrowserContext, view: View, out: Path, name: str) -> list[str]:
    """Load the page of the view, look at it, take its picture; returns its links."""
    with watched(context) as (page, traffic):
        start = time.monotonic()
        try:
            response = page.goto(view.url, wait_until="load", timeout=30_000)
        except Error as error:
            view.faults.append(str(error).splitlines()[0])
            return []
        view.seconds = round(time.monotonic() - start, 2)
        view.status = response.status if response else 0
        if response is None or "text/html" not in response.headers.get("content-type", ""):
            if view.status != view.expected:
                view.faults.append(f"statut {view.status}")
            return []
        if _asks_code(page) and urlsplit(view.url).path not in ASKS_CODE:
            prove_factor(page, "{0.scheme}://{0.netloc}".format(urlsplit(view.url)))
            view.is_proved = True
            page.goto(view.url, wait_until="load", timeout=30_000)
        view.landed = landed = urlsplit(page.url).path
        if landed == "/connexion/" and urlsplit(view.url).path != landed and view.who[0] != "(":
            view.faults.append("renvoyé à la connexion")
        return look_at(page, traffic, view, out, name)


def share_session(one: BrowserContext, others: Sequence[BrowserContext]) -> None:
    """Give the cookies of a context to the others."""
    for other in others:
        other.add_cookies(one.cookies())  # type: ignore[arg-type]  what is read may be written


def look_at(page: Page, traffic: Traffic, view: View, out: Path, name: str) -> list[str]:
    """Look at the page that is open, take its picture; returns its links."""
    # A round trip, so that what was received before it is counted.
    probe: dict[str, Any] = page.evaluate(PROBE, [MAX_LINE])
    view.kilobytes = sum(traffic.weights) / 1024
    _check(page, probe, view, out / name)
    view.shot = name
    quiet = [n for n in traffic.noise if view.expected < 400 or "Failed to load resource" not in n]
    view.faults += [f"console : {line[:120]}" for line in quiet[:3]]
    links: list[str] = probe["links"]
    return links


def _check(page: Page, probe: dict[str, Any], view: View, picture: Path) -> None:
    """Write down what is wrong with a page, and take its picture before axe shortens it."""
    kilobytes = f"{view.kilobytes:.0f} ko au premier chargement"
    seen = {
        f"statut {view.status}": view.status != view.expected,
        f"déborde de {probe['overflow']} px ({probe['wide']})": probe["overflow"] > 0,
        f"{probe['alt']} image(s) sans alternative": probe["alt"],
        "sans titre ou sans langue": not probe["title"] or probe["lang"] != "fr",
        kilobytes: view.is_family and view.kilobytes * 1024 > MAX_FAMILY_BYTES,
    }
    view.faults += [said for said, is_wrong in seen.items() if is_wrong]
    listed = {
        "texte sous 12 px": probe["small"],
        "cible sous 24 px": probe["taps"],
        "mot coupé": probe["cut"],
        f"ligne de plus de {MAX_LINE} caractères": probe["long"] if view.is_family else [],
    }
    view.faults += [f"{said} ×{len(rows)} : {rows[0]!r}" for said, rows in listed.items() if rows]
    for said, pattern in (("texte non rendu", BROKEN), ("code", CODE), ("anglais", ENGLISH)):
        if found := pattern.search(probe["text"]):
            view.faults.append(f"{said} : {found[0]!r}")
    _take_picture(page, picture)
    if (view.width, view.scheme) not in READ_BY_AXE:
        return
    page.evaluate(SHORTEN)
    show_whole(page, view.width)
    answer = Axe().run(page, options=AXE)
    for violation in answer.response["violations"]:
        node = violation["nodes"][0]
        view.faults.append(f"axe {violation['id']} ×{len(violation['nodes'])} : {node['target']}")


def _take_picture(page: Page, picture: Path) -> None:
    """The whole page. A browser short of memory for a moment fails once; not twice."""
    try:
        page.screenshot(path=str(picture), full_page=True)
    except Error:
        page.wait_for_timeout(2_000)
        page.screenshot(path=str(picture), full_page=True)


def show_whole(page: Page, width: int) -> None:
    """Make the window as tall as the page: what a fixed bar hides is only hidden until one scrolls."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 400), 8000)})


def prove_factor(page: Page, origin: str) -> None:
    """The second step of an agent: the code that the demo shows; the next when it has served."""
    if not _asks_code(page):
        return
    tried: set[str] = set()
    until = time.monotonic() + CODE_SECONDS
    while time.monotonic() < until:  # who came in twice in a minute has used both: others come
        for code in _codes(page, origin):
            if code in tried:
                continue
            tried.add(code)
            page.locator("input[name=code]").fill(code)
            with page.expect_navigation():
                page.keyboard.press("Enter")
            if not _asks_code(page):
                return
        time.sleep(2)


def _codes(page: Page, origin: str) -> list[str]:
    """The codes that the demo shows, in the mailbox of a département: the public host has none."""
    box = page.context.new_page()
    box.goto(f"{origin.replace('//socle.', '//hauts-de-seine.')}/boite/")
    codes = re.findall(r"\d{6}", box.locator("section", has=box.locator("#code")).inner_text())
    box.close()
    return codes


def _asks_code(page: Page) -> bool:
    """Whether an agent has to prove who they are: to come in, or before what is sensitive."""
    return urlsplit(page.url).path in ASKS_CODE and page.locator("input[name=code]").count() > 0
