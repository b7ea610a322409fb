"""The canteen rules that ship with Socle."""

from __future__ import annotations

import dataclasses

import pytest

from billing.canteen.rules import PUBLISHED_FOLDER, parse_rules, published_rules
from billing.rule_files import read_rule_file

SEVEN = ("77", "78", "91", "92", "93", "94", "95")


@pytest.mark.parametrize("departement", SEVEN)
def test_each_departement_has_rules_that_can_be_written_back(departement: str) -> None:
    rules = published_rules(departement)

    assert parse_rules(rules.as_dict()) == rules


@pytest.mark.parametrize("departement", SEVEN)
def test_only_the_rules_of_hauts_de_seine_were_found(departement: str) -> None:
    """DOMAIN §2: the deadline of the others is an example, which the file says too."""
    (path,) = PUBLISHED_FOLDER.glob(f"{departement}-*.yaml")

    is_illustrative = published_rules(departement).is_illustrative

    assert is_illustrative is (departement != "92")
    assert ("VALEURS D'ESSAI" in path.read_text(encoding="utf-8")) is is_illustrative


def test_rules_that_say_nothing_are_real() -> None:
    data = dict(read_rule_file(next(PUBLISHED_FOLDER.glob("94-*.yaml"))).data)
    del data["is_illustrative"]

    assert parse_rules(data) == dataclasses.replace(published_rules("94"), is_illustrative=False)
