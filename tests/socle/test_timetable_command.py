"""`socle timetable import`: what a file would change, then the change itself."""

from __future__ import annotations

import pytest
import time_machine
from click.testing import CliRunner

from socle.command import main
from tenants.schoollife.timetable.models import Lesson, TimetableImport
from tests.factories.canteen import make_college
from tests.factories.timetables import AT, calendar, event, make_class

LESSON = event("1", "20241105T090000", "20241105T100000", of_class="4e B", room="12")


@pytest.fixture
def college(tenant_db):
    found = make_college()
    make_class(found)
    with time_machine.travel(AT, tick=False):
        yield found


def run(path, college, *more, content=None):
    path.write_bytes(content or calendar([LESSON]))
    arguments = ["--tenant", "hauts-de-seine", "--college", college.uai, *more]
    return CliRunner().invoke(main, ["timetable", "import", str(path), *arguments])


def test_a_dry_run_says_and_changes_nothing(college, tmp_path):
    result = run(tmp_path / "edt.ics", college, "--dry-run")

    assert result.exit_code == 0, result.output
    assert "1 ajoutés, 0 modifiés, 0 annulés, 0 inchangés." in result.output
    assert not Lesson.objects.exists()


def test_a_file_is_taken_and_the_next_one_says_what_changes(college, tmp_path):
    run(tmp_path / "edt.ics", college)

    result = run(
        tmp_path / "edt.ics",
        college,
        content=calendar([LESSON.replace("Salle : 12", "Salle : 14")]),
    )

    assert "Modifié : Maths, 4e B, mardi 5 novembre à 9 h : état Prévu → Déplacé" in (
        result.output.replace("\xa0", " ")
    )
    assert Lesson.objects.get().room == "14"


def test_a_damaged_file_is_refused_with_its_lines(college, tmp_path):
    result = run(
        tmp_path / "edt.ics", college, content=calendar([LESSON.replace("T090000", "T990000")])
    )

    assert result.exit_code == 1
    assert "Ligne 6 : La valeur ne peut pas être lue : DTSTART." in (
        result.output.replace("\xa0", " ")
    )
    assert not TimetableImport.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--class", "3e Z"), "n'a pas de classe 3e Z. Il a : 4e B."),
        (("--from", "2024-11-04"), "Donnez --from et --to"),
    ],
)
def test_a_place_or_days_that_are_not_are_said(college, tmp_path, more, said):
    result = run(tmp_path / "edt.ics", college, *more)

    assert (result.exit_code, said in result.output) == (1, True), result.output
