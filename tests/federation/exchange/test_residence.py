"""Article L. 213-8: pupils of a collège who live elsewhere, counted by hand."""

from __future__ import annotations

import datetime

import pytest

from federation.exchange import residence
from tenants.people.models import Guardian, Schooling
from tests.factories.canteen import make_college, make_family
from tests.factories.exchange import agree

ON = datetime.date(2023, 10, 2)


def school(college, *postal_codes: str) -> None:
    """A pupil of a collège at each address."""
    for code in postal_codes:
        family = make_family(college=college, school_year=2023)
        Guardian.objects.filter(pk=family.guardians[0].pk).update(postal_code=code)


def counted() -> list[tuple[str, str, int, int, bool]]:
    return [
        (one.uai, one.residence, one.pupils, one.of_college, one.reaches_tenth)
        for one in residence.residents_elsewhere(on=ON)
    ]


@pytest.mark.usefixtures("tenant_db")
def test_pupils_are_counted_by_collège_and_département_of_residence():
    near, far = make_college(uai="0921111A"), make_college(uai="0922222B")
    school(near, *["92000"] * 18, "94000", "94120", "97110")
    school(far, *["92000"] * 9, "94000", "", "5 rue X")
    gone = make_family(college=far, school_year=2023)
    Schooling.objects.filter(pupil=gone.pupil).update(valid_until=ON)

    assert counted() == [
        ("0921111A", "94", 2, 21, False),
        ("0921111A", "971", 1, 21, False),
        ("0922222B", "94", 1, 12, False),
    ]


@pytest.mark.usefixtures("tenant_db")
def test_a_tenth_exactly_is_a_tenth_and_a_private_collège_is_not_counted():
    school(make_college(uai="0921111A"), *["92000"] * 9, "94000")
    school(make_college(uai="0922222B", sector="PRIVATE"), "94000")

    assert counted() == [("0921111A", "94", 1, 10, True)]


@pytest.mark.usefixtures("committed_tenant_db")
def test_what_is_owed_is_of_the_collèges_where_a_tenth_live_there():
    agree(pupil_cents=350_00)
    school(make_college(uai="0921111A"), *["92000"] * 8, "94000", "94000")
    school(make_college(uai="0922222B"), *["92000"] * 10, "94000")

    owed = residence.owed_to_us(on=ON)

    assert [(one.schema, one.pupils, one.cents) for one in owed] == [("d94", 2, 700_00)]
