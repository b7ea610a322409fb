"""`socle canteen deadline`, run as the operator runs it: no settings, no database, no tenant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RULE = "working_days: 3\ncutoff: 24:00\n"


def deadline(*arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("", "platform", "graphql"))
    return subprocess.run(
        [sys.executable, "-m", "socle.command", "canteen", "deadline", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": paths, "PYTHONUTF8": "1"},
        cwd=ROOT.anchor,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "rule.yaml"
    path.write_text(RULE, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content", "meal", "expected"),
    [
        ("rule.yaml", RULE, "2024-10-14", "2024-10-10T00:00+02:00"),
        ("rule.yaml", RULE, "2024-10-10", "2024-10-08T00:00+02:00"),
        (
            "rule.json",
            '{"working_days": 3, "cutoff": "12:00"}',
            "2024-10-14",
            "2024-10-09T12:00+02:00",
        ),
        (
            "rule.json",
            '{"working_days": 3, "cutoff": "24:00", "clear_days": true}',
            "2024-10-10",
            "2024-10-05T00:00+02:00",
        ),
    ],
)
def test_the_command_answers_the_deadline(
    tmp_path: Path, name: str, content: str, meal: str, expected: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")

    answer = deadline("--rule", str(path), "--meal", meal, "--json")

    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == {"cancel_before": expected}
    assert answer.stderr == ""


def test_the_published_rules_of_hauts_de_seine_are_such_a_file() -> None:
    path = ROOT / "billing" / "canteen" / "published_rules" / "92-2024.yaml"

    answer = deadline("--rule", str(path), "--meal", "2024-10-14", "--json")

    assert json.loads(answer.stdout) == {"cancel_before": "2024-10-10T00:00+02:00"}


def test_without_json_the_answer_is_a_sentence(rule: Path) -> None:
    answer = deadline("--rule", str(rule), "--meal", "2024-10-14")

    assert answer.stdout == "Ce repas peut être annulé avant le 10/10/2024 à 00:00.\n"


@pytest.mark.parametrize(
    ("content", "meal", "sentence"),
    [
        (RULE, "2024-02-30", "« 2024-02-30 » n'est pas une date AAAA-MM-JJ."),
        (RULE, "demain", "« demain » n'est pas une date AAAA-MM-JJ."),
        (RULE, "0001-01-01", "Le jour du repas doit être entre 1970 et 2100."),
        ("working_days: 3\n", "2024-10-14", "Ligne 1 : « cutoff » manque."),
        ("- 3\n", "2024-10-14", "Ligne 1 : Le fichier doit contenir des couples"),
        ("working_days: [\n", "2024-10-14", "n'est pas écrit en YAML ou en JSON."),
        ("cutoff: 24:00\nworking_days: -1\n", "2024-10-14", "Ligne 2 : « working_days » doit être"),
    ],
)
def test_a_bad_file_or_date_is_one_french_sentence_and_code_two(
    tmp_path: Path, content: str, meal: str, sentence: str
) -> None:
    path = tmp_path / "rule.yaml"
    path.write_text(content, encoding="utf-8")

    answer = deadline("--rule", str(path), "--meal", meal, "--json")

    assert answer.returncode == 2
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr
    error = json.loads(answer.stdout)["error"]
    assert sentence in error["message"]
    assert error["code"].isupper()


@pytest.mark.parametrize("arguments", [(), ("--meal", "2024-10-14"), ("--rule", "/absent.yaml")])
def test_a_missing_argument_is_a_french_sentence(arguments: tuple[str, ...]) -> None:
    answer = deadline(*arguments)

    assert answer.returncode == 2
    assert answer.stderr.startswith("Erreur : Donnez ")


def test_an_absent_file_is_said(tmp_path: Path) -> None:
    answer = deadline("--rule", str(tmp_path / "absent.yaml"), "--meal", "2024-10-14")

    assert answer.returncode == 2
    assert "ne peut pas être ouvert" in answer.stderr
