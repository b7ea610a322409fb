"""What `compute` gives to be protected: tables that hold together, told apart by role and put back."""

from __future__ import annotations

import datetime

import pytest

from commons.periods import Period, month_period
from federation.metrics import queries
from federation.metrics.catalogue import Grain, indicator, indicators
from federation.secrecy.protecting import protect
from federation.secrecy.tables import Table
from federation.usage.operations import count_people, gather
from tests.factories.canteen import make_college, make_family
from tests.factories.metrics import OCTOBER, check
from tests.factories.usage import paris, visits

pytestmark = pytest.mark.usefixtures("tenant_db")
PERIOD = month_period(2024, 10)


def computed(code: str) -> tuple[Table, ...]:
    return queries.compute(indicator(code), PERIOD)


def october() -> None:
    """Three pupils of 0920001A, two of whom came."""
    college = make_college(uai="0920001A", city="Saint-Ouen-sur-Seine")
    for _rank in range(3):
        make_family(college=college)
    count_people(at=paris(8, 12))
    visits(2, "0920001A|ELEVE", paris(8, 9))
    gather(at=paris(8, 10))


def test_in_an_empty_departement_every_indicator_is_of_nobody():
    for one in indicators():
        for table in queries.compute(one, one.grain.period(OCTOBER)):
            assert table.cells == {}, one.code


def test_every_margin_of_every_indicator_adds_up():
    october()

    for one in indicators():
        for table in queries.compute(one, one.grain.period(OCTOBER)):
            check(table)


def test_a_college_stands_under_its_commune_and_that_under_the_whole():
    october()
    (table,) = computed("visits")
    parents = table.dimensions[0].parents

    assert parents["0920001A"] == "COM-SAINT-OUEN-SUR-SEINE"
    assert parents["COM-SAINT-OUEN-SUR-SEINE"] == "TOTAL"
    assert parents["NONE"] == "TOTAL"
    assert parents["TOTAL"] is None
    labels = queries.labels(indicator("visits"))
    assert labels["college"]["COM-SAINT-OUEN-SUR-SEINE"] == "Saint-Ouen-sur-Seine"
    assert labels["profile"]["ELEVE"] == "Élèves"


def test_visitors_are_the_numerator_of_the_share_they_are_of():
    """The same figure in the same table: protected twice, each way would tell what the other hides."""
    october()
    (share,) = computed("adoption")
    (alone,) = computed("unique-visitors")
    _visits, below = computed("visits-per-visitor")

    assert alone == below == share
    told = queries.by_role(indicator("unique-visitors"), [share])
    assert told["numerator"].cells["0920001A", "ELEVE"].value == 2
    assert told["numerator:rest"].cells["0920001A", "ELEVE"].value == 1
    assert told["numerator:whole"].cells["0920001A", "ELEVE"].value == 3


@pytest.mark.parametrize(
    "code", ["visits", "unique-visitors", "visits-per-visitor", "adoption", "canteen-average-price"]
)
def test_tables_told_by_role_are_put_back_as_they_were(code):
    october()
    found = indicator(code)
    tables = queries.compute(found, PERIOD)

    told = queries.by_role(found, tables)

    assert all(one.dimensions == told["numerator"].dimensions for one in told.values())
    assert queries.from_roles(found, told) == tables


def test_what_is_computed_can_be_protected_then_told_by_role():
    """Of 0920001A two pupils came of three; of 0920002B seven of thirteen, who can be told of alone."""
    october()
    there = make_college(uai="0920002B", city="Saint-Ouen-sur-Seine")
    for _rank in range(13):
        make_family(college=there)
    count_people(at=paris(9, 12))
    visits(7, "0920002B|ELEVE", paris(9, 9))
    gather(at=paris(9, 10))
    adoption = indicator("adoption")

    protection = protect(computed("adoption"))

    told = queries.by_role(adoption, protection.tables)
    values = {role: table.cells["0920001A", "ELEVE"].value for role, table in told.items()}
    assert values == {"numerator": None, "denominator": None, "rest": None}
    assert told["numerator"].cells["TOTAL", "TOTAL"].value in {9, None}
    both = protect(computed("visits-per-visitor"))
    assert len(queries.by_role(indicator("visits-per-visitor"), both.tables)) == 4


def test_a_table_says_its_measure_and_its_period():
    (visits_table, _visitors) = computed("visits-per-visitor")
    year = indicator("pass-plus-take-up")
    (cards,) = queries.compute(year, year.grain.period(OCTOBER))

    assert (visits_table.measure, visits_table.period, visits_table.additive) == (
        "visits",
        "2024-10",
        True,
    )
    assert (cards.measure, cards.period, cards.additive) == ("pupils", "2024-2025", False)


@pytest.mark.parametrize(
    "period",
    [
        Period(datetime.date(2024, 10, 2), datetime.date(2024, 11, 1)),
        Period(datetime.date(2024, 10, 1), datetime.date(2024, 12, 1)),
        Period(datetime.date(2024, 10, 1)),
        Grain.YEAR.period(OCTOBER),
    ],
)
def test_an_indicator_is_of_its_own_periods_alone(period):
    with pytest.raises(ValueError, match="visits is told by MONTH"):
        queries.compute(indicator("visits"), period)
