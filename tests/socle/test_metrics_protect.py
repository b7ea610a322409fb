"""`socle metrics protect`: which cells of a file may be told."""

import json

import pytest
from click.testing import CliRunner

from socle.command import main

TABLE = """college;level;value;units
A;6e;4;4
A;5e;40;40
B;6e;40;40
B;5e;50;50
C;6e;30;30
C;5e;20;20
"""


@pytest.fixture
def protect(tmp_path):
    def run(text, *options, hierarchies=None):
        (tmp_path / "table.csv").write_text(text, encoding="utf-8")
        if hierarchies is not None:
            (tmp_path / "hierarchies.csv").write_text(hierarchies, encoding="utf-8")
            options = (*options, "--hierarchies", str(tmp_path / "hierarchies.csv"))
        return CliRunner().invoke(
            main, ["metrics", "protect", str(tmp_path / "table.csv"), *options]
        )

    return run


def test_json_says_which_cells_are_primary_and_which_are_secondary(protect):
    done = protect(TABLE, "--threshold", "11", "--json")

    answer = json.loads(done.stdout)
    marks = {tuple(cell["codes"].values()): cell["mark"] for cell in answer["cells"]}
    assert marks["A", "6e"] == "TOO_FEW"
    assert sorted(marks.values()).count("SECONDARY") == answer["counts"]["SECONDARY"] == 3
    assert marks["TOTAL", "TOTAL"] == "TOLD"
    for cell in answer["cells"]:
        assert (cell["value"] is None) == (cell["mark"] != "TOLD")
        if cell["mark"] == "SECONDARY":
            assert cell["protects"] == [{"college": "A", "level": "6e"}]


def test_a_person_reads_why(protect):
    done = protect(TABLE)

    assert "12 cases\u00a0: 4 secrètes." in done.stdout
    assert "A / 6e\u00a0: primaire, trop peu d'unités" in done.stdout
    assert "secondaire, protège A / 6e" in done.stdout


def test_nothing_is_left_out_below_the_threshold_asked(protect):
    done = protect(TABLE, "--threshold", "3", "--json")

    assert json.loads(done.stdout)["counts"]["TOLD"] == 12


def test_one_unit_that_holds_nearly_all_is_not_told(protect):
    table = "place,value,units,largest\nA,1000,20,900\nB,1000,20,60\nC,1000,20,60\n"

    plain = json.loads(protect(table, "--json").stdout)
    held = json.loads(protect(table, "--dominance", "8500", "--json").stdout)

    assert plain["counts"]["DOMINATED"] == 0
    assert held["counts"]["DOMINATED"] == 1
    assert held["counts"]["SECONDARY"] >= 1


def test_codes_stand_under_others(protect):
    table = "commune,value,units\nA,20,20\nB,30,30\nC,4,4\nD,40,40\n"
    hierarchies = (
        "dimension,code,parent\ncommune,A,nord\ncommune,B,nord\ncommune,C,sud\ncommune,D,sud\n"
    )

    answer = json.loads(protect(table, "--json", hierarchies=hierarchies).stdout)

    marks = {cell["codes"]["commune"]: cell["mark"] for cell in answer["cells"]}
    assert set(marks) == {"A", "B", "C", "D", "nord", "sud", "TOTAL"}
    assert marks["C"] == "TOO_FEW"
    assert marks["TOTAL"] == "TOLD"
    assert "SECONDARY" in marks.values()


def test_all_that_is_wrong_is_said_with_its_line(protect):
    wrong = "college;value;units\nA;x;4\nA;40;\nB;3;0\nC;1\n"

    done = protect(wrong)

    assert done.exit_code == 1
    for sentence in (
        "Ligne 2\u00a0: Colonne «\u00a0value\u00a0»\u00a0: «\u00a0x\u00a0» n'est pas un nombre entier.",
        "Ligne 3\u00a0: Cette case est déjà à la ligne 2.",
        "Ligne 4\u00a0: Colonne «\u00a0units\u00a0»\u00a0: zéro personne ne peut pas avoir une valeur.",
        "Ligne 5\u00a0: Cette ligne a 2 champs",
    ):
        assert sentence in done.stderr
    assert done.stdout == ""


def test_a_total_that_is_not_the_sum_is_named(protect):
    done = protect("college,value,units\nA,20,20\nB,30,30\nTOTAL,60,60\n")

    assert "Ligne 4" in done.stderr
    assert "TOTAL n'est pas la somme" in done.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "aucune case"),
        ("college,value\nA,3\n", "Il manque la colonne «\u00a0units\u00a0»"),
        ("value,units\n3,3\n", "ajoutez une dimension"),
        ("college,college,value,units\nA,A,3,3\n", "deux fois"),
    ],
)
def test_a_file_that_is_no_table_is_refused(protect, text, sentence):
    done = protect(text)

    assert done.exit_code == 1
    assert sentence in done.stderr
