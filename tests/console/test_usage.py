"""The page of usages: what it tells, to whom, and what it keeps to itself."""

from __future__ import annotations

import csv
import io

import pytest
import time_machine

from federation.usage import pseudonyms
from federation.usage.models import Potential
from federation.usage.operations import gather
from tenants.accounts.capabilities import Role
from tests.console.test_acts import text
from tests.factories.canteen import make_college
from tests.factories.usage import PRESS, draw_the_same, paris, visit, visits

NOW = paris(28, 10)
PAGE = "/console/usages/"


@pytest.fixture(autouse=True)
def october(monkeypatch):
    draw_the_same(monkeypatch)
    with time_machine.travel(NOW, tick=False):
        yield
    pseudonyms.forget()


@pytest.fixture
def visited(tenant_db):
    make_college(uai="0920001A", name="Collège Anatole")
    make_college(uai="0920002B", name="Collège Barbara")
    for person in visits(8, "0920001A|PARENT", paris(7, 18)):
        visit("0920001A|PARENT", paris(8, 18), visitor=person, use=PRESS)
    visits(5, "0920002B|ELEVE", paris(7, 20))
    visit("0920002B|ADMIN_VIE_SCOL_TECH", paris(7, 9))
    Potential.objects.create(
        month=paris(1, 0).date(), college_uai="0920001A", profile="PARENT", people=20, accounts=12
    )
    gather(at=NOW)


def test_an_agent_reads_who_comes_from_where_and_for_what(agent, visited):
    shown = text(agent(Role.READER).get(PAGE))

    assert "Octobre 2024" in shown
    assert "Collège Anatole 0920001A 8 40,0" in shown
    assert "La presse des collégiens Service tiers 8 40,0 % 8" in shown
    assert "Accueil Socle 13 65,0 % 13" in shown
    assert "Comptes activés, sur 20 personnes 12" in shown
    assert "Personnels du collège –" in shown
    assert "Les totaux ne les comptent pas." in shown
    assert "exemples" not in shown


def test_the_same_by_week_by_day_of_a_college_and_of_a_profile(agent, visited):
    site = agent(Role.ADMINISTRATOR)

    week = text(site.get(PAGE, par="semaine", profil="ELEVE"))
    day = text(site.get(PAGE, par="jour", college="0920001A"))

    assert "Du 7 au 13 octobre" in week
    assert "Collège Barbara 0920002B 5" in week
    assert "À quelle heure" in week
    assert "Mardi 8 octobre" in day
    assert "Collège Anatole" in day
    assert "À quelle heure" not in day  # of the whole département alone


def test_what_is_asked_wrongly_is_not_found(agent, visited):
    site = agent(Role.READER)

    assert site.get(PAGE, par="heure").status_code == 404
    assert site.get(PAGE, profil="GENIE").status_code == 404


def test_a_colleges_secretary_reads_theirs(agent, visited):
    site = agent(Role.COLLEGE_SECRETARY, "0920001A")

    shown = text(site.get(PAGE))

    assert "Collège Anatole" in shown
    assert "Barbara" not in shown
    assert site.get(PAGE, college="0920002B").status_code == 404


def test_a_page_without_visits_says_so(agent, tenant_db):
    shown = text(agent(Role.READER).get(PAGE))

    assert "Pas encore de visite à montrer." in shown
    assert "Tableau (CSV)" not in shown


def test_examples_say_that_they_are(agent, visited):
    visits(5, "0920001A|PARENT", paris(9, 18))
    gather(at=NOW, are_examples=True)

    assert "Ces visites sont des exemples" in text(agent(Role.READER).get(PAGE))


def test_the_table_as_a_file_is_in_the_words_of_the_dnma(agent, visited):
    response = agent(Role.READER).get(PAGE, format="csv")

    content = response.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert response["Content-Disposition"] == 'attachment; filename="usages-2024-10-28.csv"'
    assert rows[0][2:8] == ["UAI", "Collège", "PROFIL", "TYPE", "SERVICE", "OUTIL"]
    assert [
        "Par période",
        "2024-10-01",
        "",
        "",
        "PARENT",
        "",
        "",
        "",
        "16",
        "8",
        "20",
        "40,0",
    ] in rows
    hidden = ["Par période", "2024-10-01", "", "", "ADMIN_VIE_SCOL_TECH", "", "", "", *[""] * 4]
    assert hidden in rows
    assert [
        "Par service", "2024-10-01", "", "", "", "TIERS", "Lire et écrire",
        "La presse des collégiens", "8", "8", "20", "40,0",
    ] in rows  # fmt: skip
