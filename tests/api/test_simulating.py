"""The public simulator as a query: the same price as the portal's, for whoever asks."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from tests.factories.tariffs import make_version

ASKED = """query($household: SimulatedHousehold!) {
  simulatePrice(service: HALF_BOARD, household: $household) {
    service unit { cents formatted } quotient isIllustrative legalBasis validFrom validUntil
    explanation { sentences advice note steps { code source given { name value } } }
  }
}"""


@pytest.fixture(autouse=True)
def october(tenant_db):
    with time_machine.travel(datetime.datetime(2024, 10, 8, 10, tzinfo=datetime.UTC), tick=False):
        make_version("92")
        yield


def test_anybody_is_told_a_price_and_why(api):
    asked = {"referenceTaxIncomeCents": 18_000_00, "taxParts": "2.5"}

    price = api.read(ASKED, household=asked)["simulatePrice"]

    assert price["unit"] == {"cents": 300, "formatted": "3,00\u00a0€"}
    assert (price["service"], price["quotient"], price["isIllustrative"]) == (
        "HALF_BOARD",
        "600.00",
        True,
    )
    assert [step["code"] for step in price["explanation"]["steps"]] == [
        "QUOTIENT_FROM_TAX_NOTICE",
        "RATE_APPLIED",
        "ROUNDED",
    ]
    assert "d'après vos réponses" in price["explanation"]["sentences"][0]
    assert price["explanation"]["note"] == "Ce prix est un exemple : une valeur reste à confirmer."


def test_nothing_said_gives_the_maximum(api):
    price = api.read(ASKED, household={})["simulatePrice"]

    assert price["unit"]["cents"] == 700
    assert price["quotient"] is None
    assert price["explanation"]["advice"] == "Donnez votre situation : le prix peut baisser."


@pytest.mark.parametrize(
    "household",
    [
        {"quotientFamilial": "-1"},
        {"quotientFamilial": "NaN"},
        {"referenceTaxIncomeCents": 100},
        {"monthlyIncomeCents": 100},
        {"statuses": ["RSA"]},
    ],
)
def test_a_figure_that_cannot_be_is_refused_in_french(api, household):
    assert api.refusals(ASKED, household=household) == ["RESOURCES_INVALID"]


def test_a_service_without_a_price_is_refused(api):
    asked = ASKED.replace("HALF_BOARD", "GUEST")

    assert api.refusals(asked, household={}) == ["TARIFF_NOT_IN_FORCE"]
