"""Agents pay partners, in a real browser: from the account of a club to the transfer that came back.

Nadia says from which account partners are paid, and gives that of a club; Sophie, who is somebody else,
checks it. Claire prepares what partners validated, and may not approve it; Nadia approves. Claire takes
the file, which the schema of the banks accepts, and notes the transfer that came back.
"""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Browser, Page

from federation.passplus.reimbursing import pain001
from tests.browser.served import Site
from tests.browser.test_strand import HOST, browser, cents, follow, looked_at, open_page, sign_in

__all__ = ("browser",)

pytestmark = pytest.mark.browser
NADIA, SOPHIE = "nadia.admin@exemple.fr", "sophie.instruction@exemple.fr"
CLAIRE = "claire.regisseuse@exemple.fr"
PAYING, CLUB = "FR7630006000011234567890189", "FR1420041010050500013M02606"
NAMES = {"p": f"urn:iso:std:iso:20022:tech:xsd:{pain001.MESSAGE}"}


@pytest.fixture
def site(site_of_today: Site) -> Site:
    return site_of_today


def at_the_console(browser: Browser, site: Site, mistakes: list[str], who: str, path: str) -> Page:
    page = open_page(browser, mistakes)
    page.goto(site.url(HOST, path))
    sign_in(page, who)
    return page


def confirm(page: Page) -> str:
    """What an act will change, then the act; the text of the page it leads to."""
    if page.locator("button[name=fingerprint]").count() == 0:
        follow(page.get_by_role("button", name="Voir ce qui va changer"))
    looked_at(page)
    follow(page.locator("button[name=fingerprint]"))
    return looked_at(page).replace("\u00a0", " ").replace("\u202f", " ")


def test_agents_pay_partners(site: Site, browser: Browser) -> None:
    mistakes: list[str] = []
    club = _accounts(browser, site, mistakes)
    _refused(browser, site, mistakes)
    run, due = _prepared(browser, site, mistakes, club)
    nadia = at_the_console(browser, site, mistakes, NADIA, "/console/")
    follow(nadia.get_by_role("link", name=re.compile("paiements? de partenaires à approuver")))
    looked_at(nadia)
    nadia.goto(run)
    follow(nadia.get_by_role("link", name="Approuver et ordonner les virements"))

    assert "C'est approuvé" in confirm(nadia)
    nadia.context.close()

    claire = at_the_console(browser, site, mistakes, CLAIRE, "/console/")
    waiting = _files_to_give(looked_at(claire))
    assert waiting >= 1
    claire.goto(run)
    with claire.expect_download() as taken:
        claire.get_by_role("link", name="Fichier pour la banque").click()
    paid = _as_the_bank_reads_it(Path(taken.value.path()))
    assert (CLUB, due) in paid
    claire.goto(site.url(HOST, "/console/"))
    assert _files_to_give(looked_at(claire)) == waiting - 1

    claire.goto(run)
    follow(claire.get_by_role("link", name=re.compile(f"Virement à {club}")))
    looked_at(claire)
    follow(claire.get_by_role("link", name="Noter le retour"))
    claire.get_by_label("Raison donnée par la banque").select_option("AC04")
    assert "Compte clos (AC04)" in confirm(claire)
    claire.goto(run)
    assert "Virement revenu" in looked_at(claire)
    claire.context.close()
    assert mistakes  # who prepared a payment tried to approve it
    assert [one for one in mistakes if "422" not in one] == []


def _accounts(browser: Browser, site: Site, mistakes: list[str]) -> str:
    """From which account, and to which: the club's is checked by somebody else. Its name."""
    page = at_the_console(browser, site, mistakes, NADIA, "/console/passplus/payingaccount/")
    looked_at(page)
    follow(page.get_by_role("link", name="Enregistrer"))
    page.get_by_label("Titulaire").fill("Régie Pass+ des Hauts-de-Seine")
    page.get_by_label("IBAN").fill(PAYING)
    assert "Le compte est enregistré." in confirm(page)
    page.goto(site.url(HOST, "/console/passplus/partner/?affilie=oui"))
    looked_at(page)
    door = page.locator("tr[data-row] a").first
    club = door.inner_text()
    follow(door)
    follow(page.get_by_role("link", name="Donner un compte"))
    page.get_by_label("IBAN").fill(CLUB)
    page.get_by_label("Titulaire du compte").fill(club)
    assert "Le compte attend d'être vérifié." in confirm(page)
    page.context.close()

    page = at_the_console(browser, site, mistakes, SOPHIE, "/console/")
    follow(page.get_by_role("link", name=re.compile("comptes? bancaires? à vérifier")))
    follow(page.get_by_role("link", name=re.compile(club)).first)
    follow(page.get_by_role("link", name="Compte vérifié"))
    assert "Le compte est vérifié." in confirm(page)
    page.context.close()
    return club


def _refused(browser: Browser, site: Site, mistakes: list[str]) -> None:
    """The payment that the demo left to approve: its preparer is told what is wrong."""
    page = at_the_console(browser, site, mistakes, NADIA, "/console/")
    follow(page.get_by_role("link", name=re.compile("paiements? de partenaires à approuver")))
    follow(page.locator("tr[data-row] a").first)
    follow(page.get_by_role("link", name="Refuser"))
    page.get_by_label(re.compile("Pourquoi|Raison|Réponse|Ce qui")).fill(
        "Un compte vient d'être donné : préparez-le de nouveau."
    )
    assert "Refusé" in confirm(page)
    page.context.close()


def _prepared(browser: Browser, site: Site, mistakes: list[str], club: str) -> tuple[str, int]:
    """What partners validated until yesterday: the page of the run, and what the club is due. In cents."""
    page = at_the_console(browser, site, mistakes, CLAIRE, "/console/partenaires/paiements/")
    looked_at(page)
    follow(page.get_by_role("link", name="Préparer un paiement"))
    yesterday = datetime.datetime.now(tz=datetime.UTC).date() - datetime.timedelta(days=1)
    page.get_by_label("Payer ce qui est validé jusqu'au").fill(yesterday.isoformat())
    said = confirm(page)
    assert "Vous avez préparé ce paiement" in said
    run = page.url
    follow(page.get_by_role("link", name="Approuver et ordonner les virements"))
    assert page.locator("button[name=fingerprint]").count() == 1
    assert "vous ne pouvez pas l" in confirm(page)
    page.goto(run)
    due = cents(page.locator("tbody tr", has_text=club).first.locator("td").last.inner_text())
    page.context.close()
    return run, due


def _files_to_give(said: str) -> int:
    """How many orders wait for who takes them to the bank, by the first page."""
    found = re.search(r"(\d+)\s+fichiers? de virements à donner à la banque", said)
    return int(found.group(1)) if found else 0


def _as_the_bank_reads_it(path: Path) -> list[tuple[str, int]]:
    """The transfers of an order: to which account, and how many cents. The schema accepts the file."""
    read = etree.parse(path)
    etree.XMLSchema(etree.parse(pain001.schema_path())).assertValid(read)
    transfers = read.findall(".//p:CdtTrfTxInf", NAMES)
    return [
        (
            one.findtext("p:CdtrAcct/p:Id/p:IBAN", namespaces=NAMES),
            cents(one.findtext("p:Amt/p:InstdAmt", namespaces=NAMES)),
        )
        for one in transfers
    ]
