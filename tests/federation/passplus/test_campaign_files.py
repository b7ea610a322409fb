"""Campaign files: read to the cent, refused by the line, and true to their published schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from billing.rule_files import InvalidRule
from federation.passplus.campaign_files import (
    CAMPAIGNS_FOLDER,
    MODEL_PATH,
    SCHEMA_PATH,
    load_campaign,
    load_campaign_text,
    parse_campaign,
    published_campaign_paths,
)
from federation.passplus.engine.campaign import LateCancellation, Status
from federation.passplus.engine.spending import warnings
from tests.spoilt_files import spoilt_of
from ui.rule_problems import SENTENCES, refusal_sentences

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
PATHS = published_campaign_paths()
TEXT = (CAMPAIGNS_FOLDER / "92-pass-plus-2023.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_each_shipped_campaign_obeys_the_schema_and_reads_back_as_itself(path: Path) -> None:
    campaign = load_campaign(path)

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(campaign.as_dict(), SCHEMA)
    assert parse_campaign(campaign.as_dict()) == campaign
    assert campaign.code == path.stem
    assert campaign.scheme in campaign.code


def test_the_amounts_found_are_those_of_the_sources() -> None:
    totals = {
        path.stem: {str(s): sum(load_campaign(path).amount_of(s).values()) for s in Status}
        for path in PATHS
    }

    both = {"BASE": 80_00, "BURSARY": 100_00}
    assert totals == {
        "78-pass-plus-2023": both,
        "92-pass-plus-2022": both,
        "92-pass-plus-2023": both,
        "93-cheque-reussite-2023": {"BASE": 200_00, "BURSARY": 200_00},
        "93-pass-sport-5e-2024": {"BASE": 100_00, "BURSARY": 100_00},
    }
    assert load_campaign(PATHS[0]).tickets.late_cancellation is LateCancellation.LOST


def test_what_a_new_departement_begins_with_loses_nothing_in_silence() -> None:
    model = load_campaign(MODEL_PATH)

    assert MODEL_PATH not in PATHS
    assert model.is_illustrative
    assert model.tickets.late_cancellation is LateCancellation.RESTORED
    assert warnings(model)[0] < warnings(model)[-1] < model.tickets.issued_before


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_the_schema_refuses_the_reader_refuses(path: Path) -> None:
    """Drop or spoil each field in turn: the reader is never more lenient than the schema."""
    data = load_campaign(path).as_dict()
    validator = jsonschema.Draft202012Validator(SCHEMA)
    refused_by_schema = 0

    for spoilt in spoilt_of(data):
        if validator.is_valid(spoilt):
            continue
        refused_by_schema += 1
        with pytest.raises(InvalidRule):
            parse_campaign(spoilt)

    assert refused_by_schema > 60


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("issued_before: 2024-07-01", "issued_before: 2023-06-01",
         "Ligne 42 : « tickets.issued_before » doit venir après la date de début (2023-06-01)."),
        ("captured_before: 2025-07-01", "captured_before: 2024-06-30",
         "Ligne 43 : « tickets.captured_before » doit venir après « issued_before » (2024-06-30)."),
        ("bursary: {sport: 50.00", "bursary: {sport: 39.99",
         "Ligne 22 : « amounts.bursary.sport » donne moins que le montant de base."),
        ("base: {sport: 40.00, culture: 40.00}", "base: {sport: 40.00}",
         "Ligne 21 : « amounts.base.culture » manque."),
        ("restored_days: 0", "restored_days: 30",
         "Ligne 45 : « restored_days » va avec « late_cancellation: RESTORED », et seulement avec lui."),
        ("- born: {from: 2005-01-01}\n", "- aged: 18\n",
         "Ligne 28 : Condition inconnue : « aged »."),
        ("code: culture,", "code: sport,", "Ligne 19 : Le porte-monnaie « sport » est écrit deux fois."),
        ("class_in: [6E, 5E", "class_in: [7E, 5E", "Ligne 30 : « eligibility.all[2].any[0].class_in[0] »"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_line(before: str, after: str, sentence: str) -> None:
    assert TEXT.count(before) == 1

    with pytest.raises(InvalidRule) as refusal:
        load_campaign_text(TEXT.replace(before, after))

    assert any(said.startswith(sentence) for said in refusal_sentences(refusal.value))
    assert {problem.code for problem in refusal.value.problems} <= set(SENTENCES)
