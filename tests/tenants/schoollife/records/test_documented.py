"""docs/school_records.md is the contract: its columns, its examples, its reasons are ours."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tenants.people.models import Pupil
from tenants.schoollife.records import queries
from tenants.schoollife.records.contract import CONTRACTS
from tenants.schoollife.records.models import Absence, Homework, Kind
from tenants.schoollife.records.reasons import Reason
from tests.factories.school_records import make_schooled_family, take
from ui import records_texts

PAGE = (Path(__file__).parents[4] / "docs" / "school_records.md").read_text(encoding="utf-8")
TITLES = {
    Kind.MARKS: "Les notes",
    Kind.ABSENCES: "Les absences et les retards",
    Kind.HOMEWORK: "Les devoirs",
}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def example(kind: Kind) -> bytes:
    found = re.search(rf"```csv {kind.lower()}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1].encode()


@pytest.fixture
def family(tenant_db):
    family = make_schooled_family()
    Pupil.objects.filter(pk=family.pupil.pk).update(jointure_id="J100")
    return family


@pytest.mark.parametrize("kind", list(Kind))
def test_the_columns_are_those_of_the_page(kind):
    rows = re.findall(r"^\| `(\w+)` \| (oui|non) \|", section(TITLES[kind]), re.MULTILINE)
    contract = CONTRACTS[kind]

    assert tuple(name for name, _needed in rows) == contract.columns
    assert {name for name, needed in rows if needed == "non"} == contract.optional


@pytest.mark.parametrize(
    ("kind", "lines"), [(Kind.MARKS, 3), (Kind.ABSENCES, 2), (Kind.HOMEWORK, 2)]
)
def test_the_examples_are_taken_whole(family, kind, lines):
    done = take(family.college, kind, [], content=example(kind))

    assert (done.counts["ADDED"], done.counts.get("REJECTED", 0)) == (lines, 0)


def test_the_examples_say_what_the_page_says(family):
    for kind in Kind:
        take(family.college, kind, [], content=example(kind))
    found = {mark.record_id: records_texts.result(mark) for mark in queries.standing_marks()}

    assert {name: said.replace("\xa0", " ") for name, said in found.items()} == {
        "N1": "14,5 sur 20",
        "N2": "Niveau 3 sur 4 : maîtrise satisfaisante",
        "N3": "Dispensé",
    }
    late = Absence.objects.get(record_id="A2")
    assert (late.kind, late.is_justified, records_texts.lateness(late)) == (
        "LATENESS",
        True,
        "25 minutes",
    )
    assert Homework.objects.get(record_id="D1").text == "Exercices 4 et 5 ;\npage 32"


def test_every_reason_is_on_the_page_and_has_its_words():
    said = re.findall(r"^\| `([A-Z_]+)` \|", section("Ce qui est refusé"), re.MULTILINE)

    assert said == [reason.value for reason in Reason]
    assert set(records_texts.REASONS) == set(said)
