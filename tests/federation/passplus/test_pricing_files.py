"""Files of what partners are paid: read to the cent, refused by the line, and true to their schema."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from billing.rule_files import InvalidRule
from federation.passplus.engine.campaign import Domain
from federation.passplus.engine.pricing import ALL_OF_IT, Line
from federation.passplus.reimbursing.rule_files import (
    MODEL_PATH,
    SCHEMA_PATH,
    load_pricing,
    load_pricing_text,
    parse_pricing,
    pricing_text,
    shipped_pricing_paths,
)
from tests.spoilt_files import spoilt_of
from ui.rule_problems import SENTENCES, refusal_sentences

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
PATHS = [*shipped_pricing_paths(), MODEL_PATH]
MODEL = MODEL_PATH.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_shipped_file_obeys_the_schema_and_reads_back_as_itself(path: Path) -> None:
    rules = load_pricing(path)

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(rules.as_dict(), SCHEMA)
    assert parse_pricing(rules.as_dict()) == rules
    assert load_pricing_text(pricing_text(rules)) == rules
    assert rules.valid_from.isoformat()[:4] in rules.code


def test_where_no_source_says_what_is_kept_all_is_paid_and_said_to_be_an_example() -> None:
    found = {path.stem: load_pricing(path) for path in shipped_pricing_paths()}

    assert set(found) == {"78-2022", "92-2022"}
    for rules in found.values():
        assert rules.is_illustrative
        assert all(rules.line_for({domain}) == ALL_OF_IT for domain in Domain)


def test_the_model_shows_a_rate_a_cap_and_the_line_of_the_others() -> None:
    rules = load_pricing(MODEL_PATH)

    assert rules.line_for({Domain.CULTURE}) == Line(Decimal(95), Domain.CULTURE, 40_00)
    assert rules.line_for({Domain.SPORT}).rate == 100
    assert MODEL_PATH not in shipped_pricing_paths()


def test_what_the_schema_refuses_the_reader_refuses() -> None:
    """Drop or spoil each field in turn: the reader is never more lenient than the schema."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    refused_by_schema = 0

    for spoilt in spoilt_of(load_pricing(MODEL_PATH).as_dict()):
        if validator.is_valid(spoilt):
            continue
        refused_by_schema += 1
        with pytest.raises(InvalidRule):
            parse_pricing(spoilt)

    assert refused_by_schema > 25


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("rate: 95", "rate: 105", "Ligne 13 : « lines[0].rate »"),
        ("rate: 95", "rate: 95.125", "Ligne 13 : « lines[0].rate »"),
        ("  - {rate: 100}", "  - {domain: CULTURE, rate: 90}",
         "Ligne 14 : Le domaine « CULTURE » a deux lignes."),
        ("domain: CULTURE, ", "",
         "Ligne 14 : « lines[1].domain » vient après la ligne de tous les domaines."),
        ("domain: CULTURE", "domain: THEATRE", "Ligne 13 : « lines[0].domain »"),
        ("valid_from: 2025-06-01", "valid_from: demain", "Ligne 8 : « valid_from »"),
        ('departement: "00"', 'departement: "9"', "Ligne 6 : "),
    ],
)  # fmt: skip
def test_a_refusal_names_its_line(before: str, after: str, sentence: str) -> None:
    assert MODEL.count(before) == 1

    with pytest.raises(InvalidRule) as refusal:
        load_pricing_text(MODEL.replace(before, after))

    assert any(said.startswith(sentence) for said in refusal_sentences(refusal.value))
    assert {problem.code for problem in refusal.value.problems} <= set(SENTENCES)
