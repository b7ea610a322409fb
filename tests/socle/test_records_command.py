"""`socle records import`: a file is compared, taken, or refused in words."""

from __future__ import annotations

import pytest
import time_machine
from click.testing import CliRunner

from socle.command import main
from tenants.schoollife.records import queries
from tenants.schoollife.records.models import Kind, Mark
from tests.factories.school_records import AT, csv_file, make_schooled_family, mark_row


@pytest.fixture
def family(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield make_schooled_family()


def run(path, family, *more, college=""):
    arguments = ["--tenant", "hauts-de-seine", "--kind", "marks"]
    arguments += ["--college", college or family.college.uai, *more]
    return CliRunner().invoke(main, ["records", "import", str(path), *arguments])


@pytest.fixture
def path(family, tmp_path):
    path = tmp_path / "notes.csv"
    path.write_bytes(csv_file(Kind.MARKS, [mark_row(family.pupil), mark_row("J0", 2)]))
    return path


def test_a_dry_run_says_what_would_change_and_takes_nothing(path, family):
    result = run(path, family, "--dry-run")

    assert result.exit_code == 0, result.output
    assert "Essai à blanc" in result.output
    assert "Ajouté : 1" in result.output.replace("\xa0", " ")
    assert "Ligne 3, colonne « eleve »" in result.output.replace("\xa0", " ")
    assert not Mark.objects.exists()


def test_a_file_is_taken(path, family):
    assert run(path, family).exit_code == 0
    assert Mark.objects.get().pupil == family.pupil


def test_a_file_cut_short_is_stopped_unless_forced(path, family):
    path.write_bytes(csv_file(Kind.MARKS, [mark_row(family.pupil, n) for n in range(20)]))
    run(path, family)
    path.write_bytes(csv_file(Kind.MARKS, [mark_row(family.pupil, 1)]))

    stopped = run(path, family)

    assert (stopped.exit_code, queries.standing_marks().count()) == (1, 20)
    assert run(path, family, "--force").exit_code == 0
    assert queries.standing_marks().count() == 1


def test_what_is_wrong_is_said(path, family):
    unknown = run(path, family, college="0929999Z")
    path.write_bytes(b"note_id;nom\n")
    wrong = run(path, family)

    assert (unknown.exit_code, wrong.exit_code) == (1, 1)
    assert "n'est pas l'UAI" in unknown.output
    assert "La colonne « nom » n'est pas de ce fichier." in wrong.output.replace("\xa0", " ")


def test_the_rules_are_set(family):
    arguments = ["--fewest-marks", "12", "--days-to-justify", "3", "--years-kept", "0"]

    result = CliRunner().invoke(
        main, ["records", "rules", "--tenant", "hauts-de-seine", *arguments]
    )

    assert result.exit_code == 0, result.output
    assert queries.rules().fewest_marks == 12
    wrong = ["--fewest-marks", "2", "--days-to-justify", "3", "--years-kept", "0"]
    assert (
        CliRunner()
        .invoke(main, ["records", "rules", "--tenant", "hauts-de-seine", *wrong])
        .exit_code
        == 1
    )
