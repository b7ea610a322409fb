"""`socle activation letters`: a file for who runs it, and for nobody else."""

from __future__ import annotations

import stat

import pytest
import time_machine
from click.testing import CliRunner

from socle.command import main
from tenants.activation.models import ActivationCode
from tests import pdfs
from tests.factories.canteen import make_family
from tests.factories.codes import AT


@pytest.fixture
def family(tenant_db):
    with time_machine.travel(AT, tick=False):
        yield make_family()


def letters(path, family, *more, uai=""):
    college = uai or family.college.uai
    arguments = ["--tenant", "hauts-de-seine", "--college", college, *more]
    return CliRunner().invoke(main, ["activation", "letters", str(path), *arguments])


def test_the_letters_are_in_a_file_of_ones_own(family, tmp_path):
    path = tmp_path / "lettres.pdf"

    result = letters(path, family)

    assert (result.exit_code, ActivationCode.objects.count()) == (0, 1), result.output
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert family.guardians[0].full_name in pdfs.text_of(path.read_bytes())


def test_a_file_that_is_there_is_not_written_over(family, tmp_path):
    path = tmp_path / "lettres.pdf"
    path.write_text("autre chose")

    result = letters(path, family)

    assert result.exit_code == 1
    assert path.read_text() == "autre chose"
    assert not ActivationCode.objects.exists()


@pytest.mark.parametrize("more", [("--class", "5e Z"), ("--for", "eleves", "--class", "6e A")])
def test_a_place_that_is_not_there_is_said(family, tmp_path, more):
    path = tmp_path / "lettres.pdf"

    result = letters(path, family, *more)

    assert result.exit_code == 1
    assert "n'existe pas cette année" in result.output
    assert not path.exists()


def test_nobody_to_write_to_leaves_no_file(family, tmp_path):
    letters(tmp_path / "lettres.pdf", family)

    again = letters(tmp_path / "encore.pdf", family)

    assert again.exit_code == 1
    assert not (tmp_path / "encore.pdf").exists()
