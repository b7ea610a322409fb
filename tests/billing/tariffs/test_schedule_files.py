"""Schedule files: read to the cent, refused by the line, and true to their published schema."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from billing.rule_files import LARGEST_FILE_BYTES, InvalidRule, read_rule_file, read_rule_text
from billing.tariffs.engine import InvalidDefinition, parse_definition
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    SCHEMA_PATH,
    load_schedule,
    load_schedule_text,
    parse_schedule,
    published_schedule,
    published_schedule_paths,
)
from commons.errors import NotFound
from ui.rule_problems import problem_sentence

GRID = (SCHEDULES_FOLDER / "94-2025.yaml").read_text(encoding="utf-8")
LINEAR = (SCHEDULES_FOLDER / "92-2024.yaml").read_text(encoding="utf-8")
SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidRule) as refusal:
        load_schedule_text(text)
    return [problem_sentence(problem) for problem in refusal.value.problems]


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "600.01, to",
            "600.02, to",
            "Ligne 32 : Trou avant la tranche 2 : elle commence à 600,02 au lieu de 600,01.",
        ),
        (
            "600.01, to",
            "600.00, to",
            (
                "Ligne 32 : La tranche 2 chevauche la précédente :"
                " elle commence à 600,00 au lieu de 600,01."
            ),
        ),
        (
            "from: 0.00",
            "from: 1.00",
            "Ligne 31 : Trou avant la tranche 1 : elle commence à 1,00 au lieu de 0.",
        ),
        (
            "to: null, price: 5.95",
            "to: 3000.00, price: 5.95",
            "Ligne 40 : La dernière tranche (10) s'arrête à 3000,00 : elle doit rester ouverte.",
        ),
        (
            "from: 1025.01, to: 1200.00",
            "from: 1025.01, to: null",
            "Ligne 34 : La tranche 4 n'a pas de fin, alors qu'une autre la suit.",
        ),
        (
            "price: 2.10",
            "price: 12.01",
            "Ligne 33 : Le prix 12,01\u00a0€ dépasse le coût du repas, 12,00\u00a0€.",
        ),
        (
            "status: RSA, price: 0.40",
            "status: RSA, price: 13.00",
            "Ligne 26 : Le prix 13,00\u00a0€ dépasse le coût du repas, 12,00\u00a0€.",
        ),
        (
            "price: 1.15",
            "price: -1.15",
            (
                "Ligne 31 : « services.half_board.rule.brackets[0].price »"
                " ne peut pas être négatif (-1.15)."
            ),
        ),
        (
            "price: 1.15",
            "price: 1.155",
            (
                "Ligne 31 : « services.half_board.rule.brackets[0].price »"
                " a plus de 2 décimales (1,155)."
            ),
        ),
    ],
)
def test_a_wrong_grid_is_refused_with_a_sentence_that_names_the_line(
    old: str, new: str, sentence: str
) -> None:
    assert sentence in refused(replaced(GRID, old, new))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "max: 7.00",
            "max: 0.50",
            "Ligne 29 : Le minimum (0,64\u00a0€) doit être sous le maximum (0,50\u00a0€).",
        ),
        (
            "coefficient: 0.005",
            "coefficient: 0.0001",
            (
                "Ligne 29 : Le maximum (7,00\u00a0€) ne peut pas être atteint"
                " avec le coefficient 0,0001."
            ),
        ),
        (
            "coefficient: 0.005",
            "coefficient: 0",
            "Ligne 29 : Le maximum (7,00\u00a0€) ne peut pas être atteint avec le coefficient 0.",
        ),
        (
            "kind: LINEAR",
            "kind: LINEAIRE",
            (
                "Ligne 26 : Règle inconnue : « LINEAIRE »."
                " Règles possibles : BRACKETS, BRACKETS_BY_CHILDREN, FLAT, LINEAR,"
                " SUBSIDY_PER_MEAL, SUBSIDY_PER_YEAR."
            ),
        ),
        ("half_board:", "half_bord:", "Service inconnu : « half_bord »."),
        ("coefficient:", "coeficient:", "« services.half_board.rule.coefficient » manque."),
        ("valid_until: null", "valid_until: 2024-09-01", "doit venir après la date de début"),
        ("valid_from: 2024-09-01", "valid_from: 2024-13-01", "doit être une date AAAA-MM-JJ"),
        ("is_illustrative: true", "is_illustrative: oui", "doit valoir true ou false"),
    ],
)
def test_a_wrong_linear_schedule_is_refused_with_a_sentence(
    old: str, new: str, sentence: str
) -> None:
    assert any(sentence in told for told in refused(replaced(LINEAR, old, new)))


def test_every_problem_is_told_at_once() -> None:
    text = replaced(replaced(GRID, "600.01, to", "600.02, to"), "price: 2.10", "price: 12.01")
    text = replaced(text, "2225.01, to", "2225.00, to")

    assert [told.split(" : ")[0] for told in refused(text)] == ["Ligne 32", "Ligne 40"]


@pytest.mark.parametrize("integer_bounds", [("400", "401"), ("800", "801")])
def test_integer_bounds_that_leave_a_gap_are_refused(integer_bounds: tuple[str, str]) -> None:
    """Lyon writes "401–800" after "≤ 400": a quotient of 400.50 would have no price."""
    upper, lower = integer_bounds
    grid = {
        "basis": "CAF_QF",
        "without_proof": "MAXIMUM",
        "may_choose_maximum": True,
        "rule": {
            "kind": "BRACKETS",
            "upper_inclusive": True,
            "brackets": [
                {"from": "0", "to": upper, "price": "1.00"},
                {"from": lower, "to": None, "price": "2.00"},
            ],
        },
    }

    with pytest.raises(InvalidDefinition) as refusal:
        parse_definition(grid)

    (problem,) = refusal.value.problems
    assert (problem.code, problem.place) == ("BRACKET_GAP", "rule.brackets[1].from")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00", "FILE_NOT_UTF8"),
        (b"a: [", "FILE_SYNTAX"),
        (b"just text", "FILE_NOT_A_MAPPING"),
        (b"", "FILE_NOT_A_MAPPING"),
        (b"a: 1\na: 2", "KEY_TWICE"),
        (b"a: &x 1\nb: *x", "FILE_ALIAS"),
        (b"a: " + b"[" * 30 + b"]" * 30, "FILE_TOO_DEEP"),
        (b"a: " + b"[" * 100_000, "FILE_SYNTAX"),
        (b"a: " + b"x" * LARGEST_FILE_BYTES, "FILE_TOO_LARGE"),
        (b"a: !!python/object/apply:os.system ['true']", None),
    ],
)
def test_a_hostile_file_is_refused_or_read_as_plain_text(
    tmp_path: Path, content: bytes, code: str | None
) -> None:
    path = tmp_path / "schedule.yaml"
    path.write_bytes(content)

    if code is None:
        assert read_rule_file(path).data == {"a": ["true"]}
        return
    with pytest.raises(InvalidRule) as refusal:
        read_rule_file(path)
    assert [problem.code for problem in refusal.value.problems] == [code]


def test_a_decimal_is_read_exactly_as_written_and_an_hour_stays_text() -> None:
    data = read_rule_text("price: 0.10\nhour: 24:00\nday: 2025-01-01\nbig: 1e400\n").data

    assert data == {
        "price": Decimal("0.10"),
        "hour": "24:00",
        "day": datetime.date(2025, 1, 1),
        "big": "1e400",
    }


@pytest.mark.parametrize(
    "path", sorted(SCHEDULES_FOLDER.glob("*.yaml")), ids=lambda path: path.stem
)
def test_each_shipped_schedule_obeys_the_published_schema(path: Path) -> None:
    schedule = load_schedule_text(path.read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(schedule.as_dict(), SCHEMA)
    assert path.stem == f"{schedule.departement}-{schedule.valid_from.year}"
    assert parse_schedule(schedule.as_dict()) == schedule


@pytest.mark.parametrize(
    "name", ["92-2024", "94-2025", "77-2020", "77-2024", "59-2023", "69-2023", "91-2019", "93-2023"]
)
def test_what_the_schema_refuses_the_reader_refuses(name: str) -> None:
    """Drop or spoil each field in turn: the reader is never more lenient than the schema."""
    good = load_schedule(SCHEDULES_FOLDER / f"{name}.yaml").as_dict()
    validator = jsonschema.Draft202012Validator(SCHEMA)
    assert validator.is_valid(good)

    refused_by_schema = 0
    for spoilt in _spoilt(good):
        if validator.is_valid(spoilt):
            continue
        refused_by_schema += 1
        with pytest.raises(InvalidRule):
            parse_schedule(spoilt)
    assert refused_by_schema > 50


def _spoilt(data: Any) -> list[Any]:
    """Every copy of the data with one value removed, or replaced by nonsense."""
    copies = []
    if isinstance(data, dict):
        for name, value in data.items():
            copies.append({other: data[other] for other in data if other != name})
            copies.extend({**data, name: nonsense} for nonsense in ("?!", -1, [], {}, True))
            copies.extend({**data, name: copy} for copy in _spoilt(value))
        copies.append({**data, "unknown": 1})
    if isinstance(data, list):
        for rank, value in enumerate(data):
            copies.extend([*data[:rank], copy, *data[rank + 1 :]] for copy in _spoilt(value))
    return copies


def test_the_schedule_of_a_departement_without_file_is_not_found() -> None:
    with pytest.raises(NotFound):
        published_schedule("01")
    assert published_schedule_paths("01") == []
