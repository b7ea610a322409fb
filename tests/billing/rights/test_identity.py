"""Whom a source may be asked about: what a civil status can be, and whose name it is."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from billing.rights.identity import (
    CivilIdentity,
    IdentityInvalid,
    checked_civil,
    checked_tax_number,
    is_of,
)
from tenants.people.models import Guardian
from tests.sources import AMINATA, TAX_NUMBER

TODAY = datetime.date(2026, 11, 28)


def test_spaces_are_put_right_and_a_birth_abroad_has_no_commune() -> None:
    untidy = dataclasses.replace(
        AMINATA, birth_name="  De  La Tour ", birth_country="99351", birth_commune="92050"
    )

    checked = checked_civil(untidy, today=TODAY)

    assert (checked.birth_name, checked.birth_commune) == ("De La Tour", "")


@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        ({"birth_name": ""}, "birth_name"),
        ({"birth_name": "D1allo"}, "birth_name"),
        ({"birth_name": "x" * 81}, "birth_name"),
        ({"first_names": ()}, "first_names"),
        ({"first_names": ("A", "B", "C", "D")}, "first_names"),
        ({"sex": "X"}, "sex"),
        ({"birth_country": "FR"}, "birth_country"),
        ({"birth_commune": "92"}, "birth_commune"),
        ({"birth_commune": ""}, "birth_commune"),
        ({"birth_commune": "", "birth_commune_name": "Nanterre"}, "birth_departement"),
        ({"birth_commune": "", "birth_departement": "92"}, "birth_commune"),
        ({"birth_month": 2, "birth_day": 30}, "birth_date"),
        ({"birth_month": None}, "birth_date"),
        ({"birth_year": 1850}, "birth_date"),
        ({"birth_year": 2030}, "birth_date"),
        ({"usage_name": "<b>"}, "usage_name"),
    ],
)
def test_what_no_civil_status_has_is_refused(traits: dict[str, object], reason: str) -> None:
    with pytest.raises(IdentityInvalid) as refusal:
        checked_civil(dataclasses.replace(AMINATA, **traits), today=TODAY)

    assert refusal.value.details["reason"] == reason


def test_a_commune_is_known_by_its_name_and_its_departement() -> None:
    named = dataclasses.replace(
        AMINATA, birth_commune="", birth_commune_name=" Nanterre ", birth_departement="92"
    )

    checked = checked_civil(named, today=TODAY)

    assert (checked.birth_commune, checked.birth_commune_name) == ("", "Nanterre")
    assert checked.birth_departement == "92"


def test_a_corsican_commune_and_an_unknown_day_are_known() -> None:
    corsican = dataclasses.replace(AMINATA, birth_commune="2a004", birth_month=None, birth_day=None)

    assert checked_civil(corsican, today=TODAY).birth_commune == "2A004"


@pytest.mark.parametrize("number", ["", "12", "1300000001000", "x300000001123", f"{TAX_NUMBER}1"])
def test_a_tax_number_is_checked_by_its_last_digits(number: str) -> None:
    assert checked_tax_number(f" {TAX_NUMBER[:2]} {TAX_NUMBER[2:]} ") == TAX_NUMBER

    with pytest.raises(IdentityInvalid):
        checked_tax_number(number)


@pytest.mark.parametrize(
    ("birth_name", "usage_name", "first_names", "expected"),
    [
        ("Diallo", "", ("Aminata",), True),
        ("DIALLO", "", ("AMINATA", "Rose"), True),
        ("Sow", "Diallo", ("Aminata",), True),
        ("Sow", "Diallo", ("Rose", "Aminata"), True),
        ("Sow", "", ("Aminata",), False),
        ("Diallo", "", ("Fatou",), False),
    ],
)
def test_a_name_is_a_guardians_by_either_name_and_a_first_name(
    birth_name: str, usage_name: str, first_names: tuple[str, ...], expected: bool
) -> None:
    known = [Guardian(last_name="Diallo", first_name="Aminata")]
    given = CivilIdentity(
        birth_name=birth_name, usage_name=usage_name, first_names=first_names, sex="F",
        birth_year=1980,
    )  # fmt: skip

    assert is_of(given, known) is expected
