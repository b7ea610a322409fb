"""What everybody reads: figures with their answers, their reasons and their files, without an account."""

from __future__ import annotations

import json

import pytest

from tests.factories.shared_figures import release_total
from tests.observatory.conftest import LATEST, MONTHS, PRICE, SHARE

HOME = "/observatoire/"
PAGE = f"{HOME}indicateurs/{SHARE}/"


def html(response):
    assert response.status_code == 200
    return response.content.decode().replace("\u00a0", " ")


def test_without_a_figure_the_overview_is_calm(visitor):
    assert "Aucun chiffre n'est publié" in html(visitor.get(HOME)).replace("&#x27;", "'")


def test_the_overview_gives_each_theme_its_answer(figured):
    shown = html(figured.get(HOME)).replace("&#x27;", "'")

    assert "Élèves inscrits à la cantine : hausse dans le seul département comparable" in shown
    assert "Prix moyen d'un repas : baisse dans un département sur deux" in shown
    assert "56,0 %" in shown


def test_an_indicator_says_figures_ranks_and_secrets_in_words(figured):
    shown = html(figured.get(PAGE))

    assert "Val-de-Marne : 60,0 % en octobre 2025, 54,5 % en septembre 2026." in shown
    assert "Hauts-de-Seine : 56,0 % ; Val-de-Marne : secret." in shown
    assert "1 chiffre est secret" in shown
    assert "url(#h" in shown, "a secret is hatched in the picture"


def test_a_figure_that_is_not_released_is_told_apart_from_a_secret_one(figured):
    release_total("d92", SHARE, LATEST.replace(month=11), 11_000, 20_000)

    shown = html(figured.get(PAGE))

    assert "pas publié" in shown
    assert "secret" in shown


def test_the_latest_revision_replaces_the_earlier_one(figured):
    html(figured.get(PAGE))

    release_total("d92", SHARE, LATEST, 13_000, 20_000, revision=2)

    assert "65,0 %" in html(figured.get(PAGE))


@pytest.mark.parametrize(
    "path",
    [
        f"{HOME}indicateurs/inconnu/",
        f"{HOME}departements/75/",
        f"{HOME}indicateurs/inconnu/chiffres.csv",
    ],
)
def test_what_is_absent_is_not_found(visitor, path):
    assert visitor.get(path).status_code == 404


def test_a_departement_has_its_figures_and_its_place(figured):
    shown = html(figured.get(f"{HOME}departements/94/"))

    assert "2e sur 2" in shown
    assert "secret" in shown


def test_the_chosen_ones_are_compared_and_no_other(figured):
    shown = html(figured.get(f"{HOME}comparer/", d=["94"], i=[PRICE]))

    assert "Prix moyen d&#x27;un repas" in shown
    assert "2,89 €" in shown
    assert "4,01 €" not in shown


def test_the_file_for_spreadsheets_bears_the_marks(figured):
    response = figured.get(f"{PAGE}chiffres.csv")

    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 2 * len(MONTHS)
    assert f"92;Hauts-de-Seine;{SHARE};1;2026-10-01;1;11200;20000;56,0;TOLD" in lines
    assert f"94;Val-de-Marne;{SHARE};1;2026-10-01;1;;;;SECRET" in lines


def test_the_file_for_programs_says_the_same(figured):
    told = json.loads(figured.get(f"{PAGE}chiffres.json").content)

    latest = [one for one in told["figures"] if one["period"] == "2026-10-01"]
    assert [(one["departement"], one["value"], one["mark"]) for one in latest] == [
        ("92", 56.0, "TOLD"),
        ("94", None, "SECRET"),
    ]


def test_the_manifest_names_every_release_with_its_digest(figured):
    told = json.loads(figured.get(f"{HOME}donnees/manifeste.json").content)

    assert len(told["releases"]) == 4 * len(MONTHS)
    assert {len(one["sha256"]) for one in told["releases"]} == {64}
    assert html(figured.get(f"{HOME}donnees/"))


def test_the_observatory_is_of_the_public_host_alone(visitor):
    from django.test import Client

    response = Client(headers={"host": "hauts-de-seine.socle.test"}).get(HOME)

    assert response.status_code == 404
