"""`socle passplus pricing`: rules checked from a file, what they change shown, then published."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from federation.passplus.models import ReimbursementRules
from federation.passplus.reimbursing.rule_files import MODEL_PATH, shipped_pricing_paths
from socle.command import main
from socle.commands import pricing
from tests.factories.passplus import make_card, make_partner
from tests.factories.reimbursing import captured, priced

OF_92 = ("--tenant", "92")
TEXT = (
    MODEL_PATH.read_text(encoding="utf-8")
    .replace('"00"', '"92"')
    .replace("2025-06-01", "2023-10-01")
    .replace("CULTURE, rate: 95, cap: 40.00", "SPORT, rate: 90.5, cap: 9.00")
)


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django is here already."""
    monkeypatch.setattr(pricing, "django_ready", lambda _process: None)


def run(act: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["passplus", "pricing", act, *map(str, arguments)])


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "regles.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_files_are_checked_line_by_line_without_a_database(tmp_path: Path):
    good = run("check", *shipped_pricing_paths())
    assert good.exit_code == 0
    assert good.output.count("règles correctes") == 2

    spoilt = tmp_path / "spoilt.yaml"
    spoilt.write_text(TEXT.replace("90.5", "190"), encoding="utf-8")
    bad = run("check", spoilt)
    assert bad.exit_code != 0
    assert "Ligne 13" in bad.output


@pytest.mark.usefixtures("tenant_db")
def test_what_changes_is_shown_and_nothing_is_published_before_it_is_asked(written: Path):
    priced(valid_from="2023-09-01")
    captured(make_card(), make_partner(), 10_00)

    shown = run("publish", written, *OF_92)

    assert shown.exit_code == 0, shown.output
    assert "Sport : 100\u00a0% → 90,5\u00a0%, 9,00\u00a0€ au plus par ticket" in shown.output
    assert "Culture : 100\u00a0% → 100\u00a0%" in shown.output
    assert "1 tickets déjà validés : 10,00\u00a0€ → 9,00\u00a0€" in shown.output
    assert ReimbursementRules.objects.count() == 1

    applied = run("publish", written, *OF_92, "--apply")
    assert "publiées à partir du 01/10/2023" in applied.output
    assert ReimbursementRules.objects.latest("valid_from").code == "modele-2025"
    again = run("publish", written, *OF_92, "--apply")
    assert again.exit_code == 0
    assert ReimbursementRules.objects.count() == 2


@pytest.mark.usefixtures("tenant_db")
def test_rules_of_another_departement_or_of_a_day_that_is_taken_are_refused(
    written: Path, tmp_path: Path
):
    other = tmp_path / "78.yaml"
    other.write_text(TEXT.replace('"92"', '"78"'), encoding="utf-8")
    refused = run("publish", other, *OF_92, "--apply")
    assert refused.exit_code != 0
    assert "celles du 78, pas du 92" in refused.output

    priced(valid_from="2023-11-01")
    refused = run("publish", written, *OF_92, "--apply")
    assert refused.exit_code != 0
    assert "2\u00a0novembre\u00a02023" in refused.output
    assert ReimbursementRules.objects.count() == 1
