"""`socle tariffs`: prices and checks from files alone, without settings, database or tenant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from billing.tariffs.engine import Basis, Situation, decide
from billing.tariffs.schedule_files import SCHEDULES_FOLDER, ServiceName, load_schedule_text
from socle.command import main

GRID = str(SCHEDULES_FOLDER / "94-2025.yaml")
RATE = str(SCHEDULES_FOLDER / "92-2024.yaml")
AID = str(SCHEDULES_FOLDER / "59-2023.yaml")
ON = ("--on", "2025-10-10", "--service", "half_board")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["tariffs", *arguments])


def test_a_quote_says_all_that_the_contract_promises_without_settings() -> None:
    """In a process of its own, with no variable of ours: no database could be found."""
    clean = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    command = [sys.executable, "-m", "socle.command", "tariffs", "quote", GRID, *ON]

    done = subprocess.run(
        [*command, "--quotient", "1025.00", "--json"],
        env=clean, capture_output=True, text=True, check=True,
    )  # fmt: skip

    answer = json.loads(done.stdout)
    assert answer["amount_cents"] == 210
    assert answer["unit"] == "meal"
    assert answer["schedule"] == "94-restauration"
    assert answer["version_from"] == "2025-01-01"
    assert answer["quotient_cents"] == 102_500
    assert [set(step) for step in answer["steps"]] == [{"rule", "input", "output", "source"}] * 3


def test_a_quote_is_the_decision_of_the_engine() -> None:
    text = Path(RATE).read_text(encoding="utf-8")
    definition = load_schedule_text(text).services[ServiceName.HALF_BOARD]
    for quotient in ("0", "127.99", "128.10", "1399.99", "4000"):
        situation = Situation(
            basis=Basis.FISCAL_QF, stated_quotient=_decimal(quotient), source="COMMAND_LINE"
        )

        answer = json.loads(run("quote", RATE, *ON, "--quotient", quotient, "--json").stdout)

        decision = decide(definition, situation)
        assert answer["amount_cents"] == decision.unit_price_cents
        assert answer["steps"] == [step.as_dict() for step in decision.steps]


def _decimal(text: str) -> Any:
    from decimal import Decimal

    return Decimal(text)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((GRID,), "FIELD_MISSING", "Donnez le jour avec --on."),
        ((GRID, "--on", "10/10/2025"), "NOT_A_DATE", "AAAA-MM-JJ"),
        ((GRID, "--on", "2025-10-10"), "FIELD_MISSING", "--service"),
        ((GRID, "--on", "2025-10-10", "--service", "dinner"), "SERVICE_UNKNOWN", "dinner"),
        ((GRID, "--on", "2025-10-10", "--service", "guest"), "TARIFF_SERVICE_NOT_PRICED", "guest"),
        ((GRID, "--on", "2024-12-31", "--service", "half_board"), "TARIFF_NOT_IN_FORCE",
         "01/01/2025"),
        ((GRID, *ON, "--quotient", "beaucoup"), "NOT_A_NUMBER", "beaucoup"),
        ((GRID, *ON, "--quotient", "-1"), "RESOURCES_INVALID", "--quotient"),
        ((GRID, *ON, "--quotient", "1e12"), "RESOURCES_INVALID", "trop grand"),
        ((GRID, *ON, "--quotient", "1", "--rfr", "1"), "RESOURCES_INVALID", "pas les deux"),
        ((GRID, *ON, "--rfr", "12000", "--parts", "2"), "RESOURCES_INVALID", "--quotient"),
        ((RATE, *ON, "--rfr", "12000"), "RESOURCES_INVALID", "--parts"),
        ((RATE, *ON, "--parts", "2"), "RESOURCES_INVALID", "--rfr"),
        ((RATE, *ON, "--rfr", "12000", "--parts", "2.3"), "RESOURCES_INVALID", "quart"),
        ((RATE, *ON, "--rfr", "12000.001", "--parts", "2"), "TOO_MANY_DECIMALS", "--rfr"),
        ((AID, *ON, "--rfr", "12000"), "RESOURCES_INVALID", "--children"),
        ((AID, *ON, "--rfr", "12000", "--children", "1.5"), "RESOURCES_INVALID", "entier"),
        ((AID, *ON, "--rfr", "12000", "--children", "0"), "RESOURCES_INVALID", "--children"),
        ((AID, *ON, "--quotient", "300"), "RESOURCES_INVALID", "--rfr"),
        ((AID, *ON, "--maximum"), "TARIFF_MAXIMUM_NOT_OFFERED", "plus haut"),
        (("nowhere.yaml", *ON), "RULE_INVALID", "nowhere.yaml"),
    ],
)  # fmt: skip
def test_a_refusal_exits_2_with_a_code_and_a_sentence(
    arguments: tuple[str, ...], code: str, says: str
) -> None:
    result = run("quote", *arguments, "--json")

    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert error["code"] == code
    assert says in error["message"]
    assert f"Erreur : {error['message']}" in result.stderr
    assert "%(" not in error["message"]


def test_a_wrong_file_is_refused_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(Path(GRID).read_text(encoding="utf-8").replace("600.01", "601.00"))

    result = run("check", str(path))

    assert result.exit_code == 2
    assert "Ligne 32 : Trou avant la tranche 2" in result.stderr


def test_every_shipped_schedule_is_right() -> None:
    paths = sorted(str(path) for path in SCHEDULES_FOLDER.glob("*.yaml"))

    result = run("check", *paths, "--json")

    assert result.exit_code == 0, result.output
    assert len(json.loads(result.stdout)) == len(paths)


def test_versions_that_price_the_same_days_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "94-2024.yaml"
    path.write_text(Path(GRID).read_text(encoding="utf-8").replace("2025-01-01", "2024-01-01", 1))

    result = run("check", GRID, str(path))

    assert result.exit_code == 2
    assert "valid_until" in result.stderr


def test_the_following_schedule_is_written_compared_and_checked(tmp_path: Path) -> None:
    before = str(SCHEDULES_FOLDER / "93-2023.yaml")
    after = tmp_path / "93-2024.yaml"

    written = run("index", before, "--factor", "1,031", "--on", "2024-01-01")
    after.write_text(written.stdout, encoding="utf-8")

    assert run("check", str(after)).exit_code == 0
    compared = run("diff", before, str(after)).stdout
    assert "services.half_board.rule.brackets[12].price : 5.70 → 5.88" in compared
    assert run("diff", before, before).stdout == "Les deux grilles disent la même chose.\n"
    refused = run("index", before, "--factor", "1.031", "--on", "2023-01-01")
    assert (refused.exit_code, "suspendue pour 2023" in refused.stderr) == (2, True)
