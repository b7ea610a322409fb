"""`make look`: walk every route of every cast member in a real browser, and show what is wrong.

For each page, at 390 and 1280 px, light and dark: the status, script and console errors, horizontal
overflow, a missing title or language, images without alternative, texts under 12 px, targets under
24 px, undefined template variables, English left over, axe violations (WCAG 2.2 A/AA and RGAA), and
the weight of the first load (60 kB for a family's page). It follows every link, and adds every
route of the URL configuration that no link reached. Pictures and contact sheets go to `look/`.

Exit status 1 if any page has a fault.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import django
from axe_playwright_python.sync_playwright import Axe
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Error, Page, Response, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "graphql")]

WIDTHS = ((390, 844), (1280, 900))
SCHEMES = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4"]
SKIPPED = ("deconnexion", "/static/", "/media/", ".csv", ".pdf", ".xml", ".json")
MAX_FAMILY_BYTES = 60 * 1024
SAME_SHAPE = 2  # pages that differ by their identifiers only: look at two
ENGLISH = re.compile(
    r"\b(Home|Search|Save|Delete|Select|Welcome|Add|Change|Filter|Filters|Results|View site|Log out"
    r"|Sign in|Next|Previous|Cancel|Submit|Loading|Error|Not found|Unknown|Show all)\b"
)
PROBE = """() => {
  const out = {small: [], taps: []};
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
  out.alt = [...document.images].filter(i => !i.hasAttribute('alt')).length;
  out.title = document.title; out.lang = document.documentElement.lang;
  out.links = [...document.querySelectorAll('a[href]')].map(a => a.href);
  out.text = document.body.innerText;
  return out;
}"""
BROKEN = re.compile(r"\{\{|\{%|\bNone\b|undefined|\bNaN\b|Lorem|UNDEFINED")


@dataclasses.dataclass
class View:
    """One page at one width in one scheme."""

    who: str
    url: str
    width: int
    scheme: str
    status: int = 0
    seconds: float = 0.0
    kilobytes: float = 0.0
    shot: str = ""
    faults: list[str] = dataclasses.field(default_factory=list)


def check(page: Page, probe: dict[str, Any], view: View, *, expected: int) -> None:
    """Write down what is wrong with a page."""
    faults = view.faults
    if view.status != expected:
        faults.append(f"statut {view.status}")
    if probe["overflow"] > 0:
        faults.append(f"déborde de {probe['overflow']} px ({probe['wide']})")
    if probe["small"]:
        faults.append(f"texte sous 12 px : {probe['small'][0]!r}")
    if probe["taps"]:
        faults.append(f"cible sous 24 px : {probe['taps'][0]!r}")
    if probe["alt"]:
        faults.append(f"{probe['alt']} image(s) sans alternative")
    if not probe["title"] or probe["lang"] != "fr":
        faults.append("sans titre ou sans langue")
    if found := BROKEN.search(probe["text"]):
        faults.append(f"texte non rendu : {found[0]!r}")
    if found := ENGLISH.search(probe["text"]):
        faults.append(f"anglais : {found[0]!r}")
    is_family = "/console/" not in view.url
    if is_family and view.kilobytes * 1024 > MAX_FAMILY_BYTES:
        faults.append(f"{view.kilobytes:.0f} ko au premier chargement")
    show_whole(page, view.width)
    answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    for violation in answer.response["violations"]:
        node = violation["nodes"][0]
        faults.append(f"axe {violation['id']} ×{len(violation['nodes'])} : {node['target']}")


def show_whole(page: Page, width: int) -> None:
    """Make the window as tall as the page: what a fixed bar hides is only hidden until one scrolls."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 400), 8000)})


def visit(context: BrowserContext, view: View, shot: Path, *, expected: int = 200) -> list[str]:
    """Load a page, look at it, take its picture; returns its links."""
    page = context.new_page()
    noise: list[str] = []
    weights: list[int] = []

    def received(response: Response) -> None:
        try:
            size = response.request.sizes()
            weights.append(size["responseBodySize"] + size["responseHeadersSize"])
        except Error:
            pass

    page.on("console", lambda m: noise.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("requestfinished", lambda request: received(request.response()))
    links: list[str] = []
    start = time.monotonic()
    try:
        response = page.goto(view.url, wait_until="load", timeout=30_000)
        view.seconds = round(time.monotonic() - start, 2)
        view.status = response.status if response else 0
        view.kilobytes = sum(weights) / 1024
        if response and "text/html" in response.headers.get("content-type", ""):
            probe = page.evaluate(PROBE)
            links = probe["links"]
            check(page, probe, view, expected=expected)
            page.screenshot(path=str(shot), full_page=True)
            view.shot = shot.name
        elif view.status != expected:
            view.faults.append(f"statut {view.status}")
    except Error as error:
        view.faults.append(str(error).splitlines()[0])
    quiet = noise if expected == 200 else [n for n in noise if "Failed to load resource" not in n]
    view.faults += [f"console : {line[:120]}" for line in quiet[:3]]
    page.close()
    return links


def sign_in(browser: Browser, url: str, email: str, password: str) -> Any:
    """Sign in once; the cookies serve every context."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(url)
    page.locator("input[type=email]").fill(email)
    page.locator("input[type=password]").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    if "/connexion/" in page.url:
        raise RuntimeError(f"{email} n'a pas pu se connecter : {page.inner_text('main')[:300]}")
    state = context.storage_state()
    context.close()
    return state


def shape(url: str) -> str:
    """The address without its identifiers."""
    path = urlsplit(url).path
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<uuid>", path)
    return re.sub(r"\d+", "<n>", path)


def walk(
    browser: Browser, state: Any, who: str, starts: list[str], out: Path, most: int
) -> tuple[list[View], set[str]]:
    """Every page one person reaches, at every width and scheme."""
    views: list[View] = []
    host = urlsplit(starts[0]).netloc
    queue, seen, shapes = list(starts), set(), {}
    opened = list(contexts_of(browser, state))
    try:
        while queue and len(seen) < most:
            url = urldefrag(queue.pop(0)).url
            bare = url.split("?")[0]
            if (
                urlsplit(url).netloc != host
                or bare in seen
                or any(part in url for part in SKIPPED)
                or shapes.get(shape(url), 0) >= SAME_SHAPE
            ):
                continue
            seen.add(bare)
            shapes[shape(url)] = shapes.get(shape(url), 0) + 1
            for width, scheme, context in opened:
                name = f"{re.sub(r'[^a-z]', '', who)}-{len(seen):03d}-{width}-{scheme}.png"
                view = View(who=who, url=url, width=width, scheme=scheme)
                links = visit(context, view, out / name)
                views.append(view)
                if (width, scheme) == (WIDTHS[0][0], SCHEMES[0]):
                    queue += [urljoin(url, link) for link in links]
    finally:
        for _width, _scheme, context in opened:
            context.close()
    return views, set(shapes)


def contexts_of(browser: Browser, state: Any) -> list[tuple[int, str, BrowserContext]]:
    """The four contexts, open together."""
    return [
        (
            width,
            scheme,
            browser.new_context(
                locale="fr-FR",
                color_scheme=scheme,  # type: ignore[arg-type]
                viewport={"width": width, "height": height},
                storage_state=state,
                reduced_motion="reduce",
            ),
        )
        for width, height in WIDTHS
        for scheme in SCHEMES
    ]


def sheets(views: list[View], out: Path) -> None:
    """Contact sheets, by width and scheme."""
    for width, _height in WIDTHS:
        for scheme in SCHEMES:
            shots = [v for v in views if v.shot and (v.width, v.scheme) == (width, scheme)]
            cell_w, cell_h, per_row = (260, 560, 6) if width < 600 else (460, 400, 4)
            for part in range(0, len(shots), per_row * 3):
                group = shots[part : part + per_row * 3]
                board = Image.new(
                    "RGB", (cell_w * per_row, cell_h * -(-len(group) // per_row)), "white"
                )
                draw = ImageDraw.Draw(board)
                for index, view in enumerate(group):
                    image = Image.open(out / view.shot).convert("RGB")
                    height = max(1, int(image.height * (cell_w - 10) / image.width))
                    image = image.resize((cell_w - 10, height))
                    x, y = (index % per_row) * cell_w, (index // per_row) * cell_h
                    board.paste(image.crop((0, 0, cell_w - 10, cell_h - 24)), (x + 5, y + 20))
                    draw.text((x + 5, y + 4), urlsplit(view.url).path[:60], fill="black")
                board.save(out / f"sheet-{width}-{scheme}-{part // (per_row * 3) + 1}.png")


def report(views: list[View], out: Path) -> int:
    """Say what was seen; the number of views with a fault."""
    bad = 0
    for view in views:
        bad += bool(view.faults)
        if view.faults:
            where = f"{view.width} {view.scheme:<5} {view.status} {urlsplit(view.url).path}"
            print(f"✗ {view.who} · {where} · " + " ; ".join(view.faults))
    rows = [dataclasses.asdict(view) for view in views]
    (out / "report.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    heaviest = max(
        (view for view in views if "/console/" not in view.url),
        key=lambda view: view.kilobytes,
        default=None,
    )
    if heaviest:
        print(f"La page la plus lourde des familles : {heaviest.url} ({heaviest.kilobytes:.0f} ko)")
    pages = len({(view.who, view.url) for view in views})
    print(f"{pages} pages, {len(views)} vues, {bad} avec un défaut. Images dans {out}/.")
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description="Parcourir toutes les pages.")
    parser.add_argument("--out", type=Path, default=ROOT / "look")
    parser.add_argument("--who", help="une partie de l'adresse d'une personne")
    parser.add_argument("--max", type=int, default=80, help="pages par personne")
    asked = parser.parse_args()
    import tests.plugin  # noqa: F401  starts the services

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socle.settings.test")
    django.setup()
    from socle.seeding import cast
    from tests.browser.served import serve
    from tools import chromium

    path = chromium.find()
    if path is None:
        print("Aucun Chromium : voir tools/chromium.py.")
        return 1
    asked.out.mkdir(parents=True, exist_ok=True)
    views: list[View] = []
    slugs = {new.schema_name: new.slug for new in cast.DEPARTEMENTS}
    with serve() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(path), args=chromium.arguments(path)
        )
        if not asked.who:
            for slug in ("socle", "hauts-de-seine"):
                starts = [site.url(slug)]
                found, _ = walk(browser, None, f"anonyme {slug}", starts, asked.out, asked.max)
                views += found
            views += errors(
                browser, site.url("hauts-de-seine", "/page-qui-n-existe-pas/"), asked.out
            )
        for member in cast.CAST:
            if asked.who and asked.who not in member.email:
                continue
            slug = slugs[member.schema_name]
            state = sign_in(browser, site.url(slug, "/connexion/"), member.email, cast.PASSWORD)
            starts = [site.url(slug, member.address), site.url(slug, "/")]
            found, _ = walk(browser, state, member.email, starts, asked.out, asked.max)
            views += found
            print(f"{member.email} : {len({view.url for view in found})} pages", flush=True)
        browser.close()
    sheets(views, asked.out)
    return 1 if report(views, asked.out) else 0


def errors(browser: Browser, url: str, out: Path) -> list[View]:
    """The page of an error."""
    views = []
    for width, scheme, context in contexts_of(browser, None):
        view = View(who="erreur", url=url, width=width, scheme=scheme)
        visit(context, view, out / f"erreur-{width}-{scheme}.png", expected=404)
        views.append(view)
        context.close()
    return views


if __name__ == "__main__":
    sys.exit(main())
