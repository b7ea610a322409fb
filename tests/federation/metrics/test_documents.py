"""The catalogue as people read it: the page, the command, and what the command refuses."""

from __future__ import annotations

import json
import os

import pytest
from click.testing import CliRunner

from federation.metrics import queries
from federation.metrics.catalogue import indicator, indicators
from socle.command import main
from socle.commands.indicators import raw_lines
from tests.architecture.sources import ROOT
from tests.factories.announcements import family_in, make_class
from tests.factories.canteen import make_college, make_enrolment
from tests.factories.metrics import OCTOBER
from ui.indicator_words import page

PAGE = ROOT / "docs" / "indicators.md"


def test_the_page_says_what_the_catalogue_says():
    if os.environ.get("SOCLE_WRITE_INDICATORS"):
        PAGE.write_text(page(indicators()), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page(indicators())


def run(*words: str) -> str:
    done = CliRunner().invoke(main, ["metrics", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_catalogue_is_listed_and_given_to_other_programs():
    assert "canteen-take-up                  Élèves inscrits à la cantine" in run("list")
    rows = json.loads(run("list", "--format", "json"))
    assert [row["code"] for row in rows] == [one.code for one in indicators()]
    assert rows[0]["threshold"] == indicators()[0].rule.threshold
    assert run("list", "--format", "csv").count("\n") == len(rows) + 1


def test_an_indicator_says_what_it_is():
    said = run("show", "canteen-average-price")

    assert "Combien les familles paient-elles un repas" in said
    assert "ressources des foyers, dit à partir de 11 foyers" in said


def test_an_unknown_indicator_is_refused_in_a_sentence():
    done = CliRunner().invoke(main, ["metrics", "show", "nothing"])

    assert done.exit_code == 1
    assert "Aucun indicateur ne s'appelle nothing." in done.output


@pytest.mark.usefixtures("tenant_db")
def test_raw_figures_say_of_how_many_they_are():
    college = make_college(uai="0920001A", city="Nanterre")
    make_enrolment(family_in(make_class(college)))
    family_in(make_class(college))
    take_up = indicator("canteen-take-up")

    lines = raw_lines(take_up, queries.compute(take_up, take_up.grain.period(OCTOBER)))

    assert "0920001A 6E                                     500   1 (1) / 2 (2)" in lines
    assert len(lines) == 6
