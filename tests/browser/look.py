"""`make look`: walk every route of every cast member in a real browser, and show what is wrong.

Each page is seen at 390 and 1280 px, light and dark (`seeing.py` says what is looked for). From
where a person starts, every link is followed; routes without parameters that no link reached are
opened when `tests/access/matrix.toml` says they may be; the journeys of `scenes.py` show the steps
of forms, refusals, errors, a département without data and then with much. A route that nobody saw
is a fault, and so is a link that leads nowhere. Pictures and contact sheets go to `look/`.

Exit status 1 if anything has a fault.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import multiprocessing
import os
import re
import shutil
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform"), str(ROOT / "graphql")]

from tests.browser import scenes  # noqa: E402  the path comes first
from tests.browser.seeing import (  # noqa: E402
    ALL,
    ONE,
    SCHEMES,
    WIDTHS,
    View,
    contexts,
    look_at,
    prove_factor,
    share_session,
    visit,
    watched,
)
from tests.browser.served import Site, serve  # noqa: E402

MATRIX = ROOT / "tests" / "access" / "matrix.toml"
LEAVING = re.compile("deconnexion|/ouvrir/$|/connexion/depuis/")  # out of here, or of the site
FILES = (".csv", ".pdf", ".xml", ".json", "/exporter/")
SAME_SHAPE = {True: 2, False: 1}  # pages that differ by their identifiers only; a family's, two
AS_LIKELY = 260  # pages of one person; more would be a trap of links
COLUMNS = {
    "ADMINISTRATOR": "administrator", "REGISSEUR": "regisseur", "INSTRUCTOR": "instructor",
    "READER": "reader", "COLLEGE_SECRETARY": "secretary",
}  # fmt: skip
# Routes that are no page of a person: files, redirections, and the API.
NO_PAGE = re.compile(
    r"health|graphql|.*:(brand|colours|sign-out|enrolment|.*_export|.*-(document|attachment)"
    r"|clearing-lines|partner-order-file|service-launch|departement-.*|openid-(discovery|keys|token|person)|(cas|saml)-.*)"
)


@dataclasses.dataclass(frozen=True)
class Part:
    """What one person sees of the site: where they start, and the journeys they make."""

    who: str
    origin: str
    starts: tuple[str, ...]
    column: str  # of the access matrix
    email: str = ""
    password: str = ""
    door: str = "/connexion/"  # where they sign in
    journeys: tuple[str, ...] = ()
    shown: tuple[tuple[int, str], ...] = ALL
    expected: dict[str, int] = dataclasses.field(default_factory=dict)  # by scene, when not 200


@dataclasses.dataclass
class Walk:
    """What was seen of one part; `broken` says which journeys stopped, and on what."""

    part: Part
    views: list[View]
    dead: list[str]
    broken: list[str] = dataclasses.field(default_factory=list)


def parts(site: Site) -> list[Part]:
    """Everybody of the cast, and somebody who has not signed in.

    Five départements are there for their names, colours and prices: what they show is what the two
    others do. Their parent is seen in every view, as brands meet on the portal; their administrator
    in one, and so is the parent of two départements in the first of hers. All views of everybody
    would make the walk three times as long, and show nothing more.
    """
    from socle.seeding import cast

    slugs = {new.schema_name: new.slug for new in cast.DEPARTEMENTS}
    found = _on_paper_or_not(site)
    for member in cast.CAST:
        column = COLUMNS[member.role.value] if member.role else "family"
        journeys: tuple[str, ...] = ()
        if member.email.startswith("aminata"):
            journeys = ("enrolment", "refused_pages", "registering", "rights", "services")
        if member.email.startswith("lan.nguyen"):
            journeys = ("rights",)
        if member.email.startswith("julie"):
            journeys = ("paying",)
        if (member.schema_name, member.first_name) == ("d78", "Élise"):
            journeys = ("linking",)
        if column == "regisseur":
            journeys = ("searches", "month_to_prepare")
        if column == "reader":
            journeys = ("usages",)
        if member.email.startswith("helene"):
            journeys = ("giving_codes",)
        if member.email.startswith("sophie"):
            journeys = ("security", "acting")
        is_brief = member.role and member.schema_name not in cast.WHOLE
        is_seen_again = (member.schema_name, member.email) == ("d92", "elise.lambert@exemple.fr")
        found.append(
            Part(
                f"{member.email} {member.schema_name}" if is_seen_again else member.email,
                site.url(slugs[member.schema_name], ""),
                (member.address, "/"),
                column,
                email=member.email,
                password=cast.PASSWORD,
                journeys=journeys,
                shown=ONE if is_brief or is_seen_again else ALL,
                expected={
                    "aucun jour choisi": 422,
                    "une photo trop petite": 422,
                    "un service qui ne s'ouvre pas": 403,
                    "un service mal présenté": 400,
                    "page absente": 404,
                    "page interdite": 403,
                    "une identité vide": 422,
                    "un mot de passe actuel faux": 422,
                    "agir : sans raison": 422,
                    "la personne elle-même": 403,
                    "rien n'a été fait": 403,
                    "remplir sans dire pourquoi": 422,
                    "un accord non donné": 422,
                    "aucune pièce choisie": 422,
                    "deux portails qui ne sont plus reliés": 403,
                },
            )
        )
    return found


def _on_paper_or_not(site: Site) -> list[Part]:
    """Those who have not signed in, a partner's people, and the pupil of the cast, without address."""
    from socle.seeding import cast

    first = site.url("hauts-de-seine", "")
    return [
        Part("(public)", site.url("socle", ""), ("/", "/observatoire/"), "public"),
        *(
            Part(
                one.email, site.url("socle", ""), ("/observatoire/membres/", "/observatoire/"), "public",
                email=one.email, password=cast.PASSWORD, door="/observatoire/connexion/",
            )
            for one in cast.WORKGROUP
        ),
        Part(
            "(anonyme)", first, ("/",), "anonymous",
            journeys=(
                "refused_sign_in", "refused_pages", "second_step", "simulation", "on_paper",
                "by_other_accounts",
            ),
            expected={"un champ mal rempli": 422, "un mot de passe refusé": 422,
                      "un code refusé": 422, "une date mal écrite": 422,
                      "une lettre refusée": 422, "un mot de passe trop court": 422,
                      "un INE oublié": 422, "une connexion arrêtée": 403,
                      "une lettre qui n'est pas la sienne": 422,
                      "un revenu mal écrit": 422,
                      "page absente": 404},
        ),
        *(
            Part(
                email, first, ("/partenaires/",), "partner", email=email, password=cast.PASSWORD,
                journeys=journeys,
                expected={"un code inconnu": 422, "un code oublié": 422, "un site mal écrit": 422,
                          "un IBAN faux": 422, "une adresse oubliée": 422},
            )
            for email, journeys in (
                ("club@exemple.fr", ("partner_refusals", "partner_sheet")),
                ("accueil@exemple.fr", ("partner_number",)),
            )
        ),
        Part(
            cast.LOGIN, first, ("/",), "pupil", email=cast.LOGIN, password=cast.PASSWORD,
            journeys=("refused_pages",), expected={"page absente": 404, "page interdite": 403},
        ),
    ]  # fmt: skip


def spare_parts(site: Site, when: str) -> list[Part]:
    """The people of the département made for this."""
    from socle.seeding.cast import PASSWORD

    origin = site.url(scenes.SPARE_SLUG, "")
    agent = Part(
        f"Oise, {when}", origin, ("/console/",), "administrator", email=scenes.SPARE_AGENT,
        password=PASSWORD, journeys=("searches",), expected={"page absente": 404},
    )  # fmt: skip
    parent = Part(  # of no child yet: what the matrix opens to a family is not all open to them
        "Oise, parent", origin, ("/",), "childless", email=scenes.SPARE_PARENT, password=PASSWORD
    )
    newcomer = Part(
        "Oise, nouvelle", origin, (), "newcomer", journeys=("first_sign_in",),
        expected={"un premier code refusé": 422},
    )  # fmt: skip
    return [agent, parent, newcomer] if when == "sans données" else [agent]


# --- one person -------------------------------------------------------------------------------


def walk(part: Part, routes: list[str], chromium: str, arguments: list[str], out: str) -> Walk:
    """Everything one person sees; runs in a process of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        try:
            state = sign_in(browser, part) if part.email else None
            done = Walk(part, [], [])
            folder = Path(out)
            _follow(browser, state, part, routes, folder, done)
            for name in part.journeys:
                try:
                    _play(browser, state, part, getattr(scenes, name), folder, done.views)
                except PlaywrightError as error:  # the rest is still to be seen
                    done.broken.append(f"{name} : {str(error).strip()[:300]}")
            return done
        finally:
            browser.close()


def sign_in(browser: Browser, part: Part) -> Any:
    """Sign in once; the cookies serve every context."""
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(part.origin + part.door)
    page.locator("input[name=name], input[name=email]").fill(part.email)
    page.locator("input[type=password]").fill(part.password)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    prove_factor(page, part.origin)
    if "/connexion/" in page.url:
        raise RuntimeError(
            f"{part.email} n'a pas pu se connecter : {page.inner_text('main')[:300]}"
        )
    state = context.storage_state()
    context.close()
    return state


def _follow(
    browser: Browser, state: Any, part: Part, routes: list[str], out: Path, done: Walk
) -> None:
    """Every page that links reach, and the routes that none reached."""
    host = urlsplit(part.origin).netloc
    queue = [part.origin + start for start in part.starts]
    seen: set[str] = set()
    shapes: Counter[str] = Counter()
    links: set[str] = set()
    with contexts(browser, state, shown=part.shown) as opened:
        while queue or routes:
            if not queue:
                paths = {urlsplit(one).path for one in seen}
                queue = [part.origin + route for route in routes if route not in paths]
                routes = []
                continue
            url = urldefrag(queue.pop(0)).url
            links.add(url)
            bare, path = url.split("?")[0], urlsplit(url).path
            if urlsplit(url).netloc != host or bare in seen or LEAVING.search(path):
                continue
            enough = SAME_SHAPE["/console/" not in path]
            if path.endswith(FILES) or shapes[shape(path)] >= enough or len(seen) >= AS_LIKELY:
                continue
            seen.add(bare)
            shapes[shape(path)] += 1
            for width, scheme, context in opened:
                view = View(part.who, url, width, scheme)
                found = visit(context, view, out, shot_name(part, len(seen), width, scheme))
                if (
                    view.is_proved
                ):  # who proves again who they are has another session: it is everybody's
                    share_session(context, [other for _, _, other in opened])
                done.views.append(view)
                queue += found if (width, scheme) == part.shown[0] else []
        rest = [
            u
            for u in links - seen
            if urlsplit(u).netloc == host and not LEAVING.search(urlsplit(u).path)
        ]
        done.dead += dead_links(opened[0][2], part.origin, sorted(rest))


# One after the other: asked for at once, hundreds of links are more than a browser keeps open. A link
# that gives no answer, twice, has the status 0.
ASK_EACH = """async links => {
    const statuses = [];
    for (const url of links) {
        let status = 0;
        for (let time = 0; time < 2 && !status; time++) {
            status = await fetch(url).then(answer => answer.status, () => 0);
        }
        statuses.push(status);
    }
    return statuses;
}"""


def dead_links(context: BrowserContext, origin: str, links: list[str]) -> list[str]:
    """The links that lead nowhere, asked for by the browser itself, as the person would."""
    page = context.new_page()
    page.goto(f"{origin}/sante/")
    statuses = page.evaluate(ASK_EACH, links)
    page.close()
    return [f"{url} : {got}" for url, got in zip(links, statuses, strict=True) if not 0 < got < 400]


def _play(
    browser: Browser,
    state: Any,
    part: Part,
    journey: Callable[[Page, str], Iterator[scenes.Scene]],
    out: Path,
    views: list[View],
) -> None:
    with contexts(browser, state, shown=part.shown) as opened:
        for width, scheme, context in opened:
            with watched(context) as (page, traffic):
                for rank, (scene, answer) in enumerate(journey(page, part.origin)):
                    traffic.weights.clear()  # a journey is weighed nowhere: its pages are, above
                    view = View(part.who, page.url, width, scheme, scene=scene)
                    view.expected = part.expected.get(scene, 200)
                    view.status = answer.status if answer else 200
                    name = f"{journey.__name__}{rank}"
                    look_at(page, traffic, view, out, shot_name(part, name, width, scheme))
                    traffic.noise.clear()
                    page.set_viewport_size({"width": width, "height": 900})
                    views.append(view)


def shape(path: str) -> str:
    """The address without its identifiers."""
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "<uuid>", path)
    return re.sub(r"\d+", "<n>", path)


def shot_name(part: Part, rank: int | str, width: int, scheme: str) -> str:
    who = re.sub(r"[^a-z]+", "-", part.who.lower()).strip("-")
    number = f"{rank:03d}" if isinstance(rank, int) else rank
    return f"{who}-{number}-{width}-{scheme}.png"


# --- what there is to see ---------------------------------------------------------------------


def page_routes() -> dict[str, Any]:
    """The routes of a département's host that are pages, by name."""
    from tests.access import doors

    found = doors.routes("socle.urls_tenant")
    return {name: pattern for name, pattern in found.items() if not NO_PAGE.fullmatch(name)}


def deal_routes(everybody: list[Part]) -> Iterator[tuple[Part, list[str]]]:
    """Who opens the routes that no link may reach: on each host, one of those who can.

    Such a page is the same for all of them; who may open it is what `tests/access` proves.
    """
    taken: set[str] = set()
    for part in sorted(everybody, key=lambda part: part.column != "administrator"):
        routes = [route for route in plain_routes(part.column) if part.origin + route not in taken]
        taken.update(part.origin + route for route in routes)
        yield part, routes


def plain_routes(column: str) -> list[str]:
    """The addresses without parameters that the access matrix opens to this column."""
    from django.urls import reverse

    from tests.access.world import CAST

    if column not in CAST:
        return []
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))["routes"]
    return [
        reverse(name, urlconf="socle.urls_tenant")
        for name, pattern in page_routes().items()
        if not pattern.pattern.converters and lines[name].split()[CAST.index(column)] == "200"
    ]


def unseen(views: list[View]) -> list[str]:
    """The names of the pages that nobody saw."""
    from django.urls import Resolver404, resolve

    names = set()
    for view in views:
        with contextlib.suppress(Resolver404):
            names.add(resolve(urlsplit(view.url).path, urlconf="socle.urls_tenant").view_name)
    lines = tomllib.loads(MATRIX.read_text(encoding="utf-8"))["routes"]
    # What answers 200 to nobody is no page: a list whose rows have no page of their own.
    is_page = {name for name, row in lines.items() if "200" in row.split()}
    return sorted((page_routes().keys() & is_page) - names)


# --- pictures and the report ------------------------------------------------------------------


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


def report(walks: list[Walk], out: Path, *, is_whole: bool) -> int:
    """Say what was seen; the number of faults."""
    views = [view for walk_ in walks for view in walk_.views]
    bad = 0
    for view in views:
        bad += bool(view.faults)
        if view.faults:
            where = f"{view.width} {view.scheme:<5} {view.status} {urlsplit(view.url).path}"
            print(f"✗ {view.who} · {where} {view.scene} · " + " ; ".join(view.faults))
    for walk_ in walks:
        bad += len(walk_.dead) + len(walk_.broken)
        for journey in walk_.broken:
            print(f"✗ {walk_.part.who} · parcours arrêté · {journey}")
        for link in walk_.dead:
            print(f"✗ {walk_.part.who} · lien mort · {link}")
    missed = unseen(views) if is_whole else []
    for name in missed:
        print(f"✗ personne n'a vu la page {name}")
    bad += len(missed)
    rows = [dataclasses.asdict(view) for view in views]
    (out / "report.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False))
    family = [view for view in views if view.is_family and not view.scene]
    if family:
        heaviest = max(family, key=lambda view: view.kilobytes)
        print(f"La page la plus lourde des familles : {heaviest.url} ({heaviest.kilobytes:.0f} ko)")
    pages = len({(view.who, view.url, view.scene) for view in views})
    print(f"{pages} pages, {len(views)} vues, {bad} défaut(s). Images dans {out}/.")
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description="Parcourir toutes les pages.")
    parser.add_argument("--out", type=Path, default=ROOT / "look")
    parser.add_argument(
        "--who", default="", help="une partie du nom ou de l'adresse de personnes, entre virgules"
    )
    parser.add_argument("--port", type=int, help="celui d'une démonstration en marche")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    import tests.plugin  # noqa: F401  starts the services

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socle.settings.test")
    import django

    django.setup()
    from tools import chromium

    path = chromium.find()
    if path is None:
        print("Aucun Chromium : voir tools/chromium.py.")
        return 1
    shutil.rmtree(asked.out, ignore_errors=True)
    asked.out.mkdir(parents=True)
    walks: list[Walk] = []
    browser = (str(path), chromium.arguments(path))
    if asked.port:
        walks += _walk_all(parts(Site(asked.port, {}, Path())), *browser, asked)
    else:
        with serve(departements=()) as site:
            _open_spare(site)
            site.play("tests.browser.spending")
            walks += _walk_all(parts(site) + spare_parts(site, "sans données"), *browser, asked)
            _fill_spare(site)
            walks += _walk_all(spare_parts(site, "beaucoup de données"), *browser, asked)
            shutil.copy(site.log, asked.out / "web.log")  # why a page refused
    sheets([view for walk_ in walks for view in walk_.views], asked.out)
    return 1 if report(walks, asked.out, is_whole=not asked.who and not asked.port) else 0


def _walk_all(
    everybody: list[Part], path: str, arguments: list[str], asked: argparse.Namespace
) -> list[Walk]:
    """Several people at once, each in a process: families first, whose journeys agents then read of."""
    done = []
    with concurrent.futures.ProcessPoolExecutor(
        asked.jobs, mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        chosen = [one for one in everybody if any(name in one.who for name in asked.who.split(","))]
        dealt = sorted(deal_routes(chosen), key=lambda one: one[0].column == "administrator")
        waiting = {
            pool.submit(walk, part, routes, path, arguments, str(asked.out)): part
            for part, routes in dealt
        }
        for future in concurrent.futures.as_completed(waiting):
            found = future.result()
            done.append(found)
            pages = len({view.url for view in found.views})
            print(f"{found.part.who} : {pages} pages", flush=True)
    return done


def _open_spare(site: Site) -> None:
    site.run(
        "tenant", "create", "--code", scenes.SPARE_CODE, "--name", "Oise",
        "--slug", scenes.SPARE_SLUG,
    )  # fmt: skip
    site.play("tests.browser.scenes")


def _fill_spare(site: Site) -> None:
    folder = str(site.log.parent / "aaf")
    site.run(
        "fixtures", "aaf", "--pupils", str(scenes.MANY_PUPILS), "--seed", "1",
        "--departement", scenes.SPARE_CODE, "--out", folder,
    )  # fmt: skip
    site.run("import", "aaf", "--tenant", scenes.SPARE_SLUG, "--apply", folder)


if __name__ == "__main__":
    sys.exit(main())
