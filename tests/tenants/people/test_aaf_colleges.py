"""Establishments: known by their UAI, then by their identifier; opened, closed, passed over."""

from __future__ import annotations

import datetime

import pytest

from tenants.people.aaf.uai import departement_digits, is_valid_uai, make_uai
from tenants.people.aaf.vocabulary import may_be_college
from tenants.people.models import College, Pupil, Schooling
from tests.factories.feeds import (
    FAMILY,
    LATER,
    MOTHER,
    became,
    change,
    delta,
    pupil,
    removal,
    school,
    take,
    write,
)

WRONG, RIGHT = "0921234F", "0921234S"


def known():
    return list(College.objects.order_by("pk").values_list("uai", "jointure_id", "is_open"))


def test_a_corrected_uai_is_the_same_college(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(uai=WRONG), pupil("1"), pupil("2")))
    corrected = write(
        tmp_path / "b",
        school(uai=RIGHT),
        pupil("1", ENTEleveClasses="700$5E2"),
        pupil("3"),
        day=LATER,
    )

    imported = take(corrected)

    assert known() == [(RIGHT, "700", True)]
    row = imported.rows.get(record_kind="COLLEGE")
    assert (row.diff, row.reviews) == ({"uai": [WRONG, RIGHT]}, ["UAI_CHANGED"])
    assert imported.rows.get(record_id="1").diff == {"class": ["6E1", "5E2"]}
    assert became(imported) == {"CHANGED": 1, "CREATED": 1, "DISAPPEARING": 1}
    assert Schooling.objects.filter(valid_until=None).count() == Pupil.objects.count() == 3
    assert became(take(corrected)) == {"UNCHANGED": 2}


def test_an_identifier_that_moves_to_another_college_leaves_the_first(tenant_db, tmp_path):
    both = (school("700", RIGHT), school("701", "0921235T"))
    take(write(tmp_path / "a", *both, pupil("1")))
    swapped = write(
        tmp_path / "b",
        school("701", RIGHT, ENTStructureNomCourant="Collège 700"),
        school("700", "0921235T", ENTStructureNomCourant="Collège 701"),
        pupil("1", ENTPersonStructRattach="701", ENTEleveClasses="701$6E1"),
        day=LATER,
    )

    imported = take(swapped)

    assert known() == [(RIGHT, "701", True), ("0921235T", "700", True)]
    assert became(imported) == {"UNCHANGED": 1}
    assert became(imported, "COLLEGE") == {"CHANGED": 2}


def test_another_name_and_another_uai_wait_for_an_agent(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1")))
    other = school("700", "0921235T", ENTStructureNomCourant="Collège Marie Curie")

    imported = take(write(tmp_path / "b", other, pupil("1"), pupil("2"), day=LATER))

    assert known() == [(RIGHT, "700", True)]
    row = imported.rows.get(record_kind="COLLEGE")
    assert (row.outcome, row.reason_code) == ("AMBIGUOUS", "ID_REUSED")
    assert row.diff == {
        "uai": [RIGHT, "0921235T"], "name": ["Collège 700", "Collège Marie Curie"]
    }  # fmt: skip
    assert became(imported) == {"AMBIGUOUS": 2}
    assert {row.reason_code for row in imported.rows.filter(record_kind="PUPIL")} == {
        "AMBIGUOUS_SCHOOL"
    }


def test_a_college_closes_by_a_delta_and_opens_when_named_again(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER])))
    closing = delta(tmp_path / "b", removal("700", "EtabEducNat"))

    assert became(take(closing), "COLLEGE") == {"DISAPPEARING": 1}
    assert known() == [(RIGHT, "700", False)]
    assert became(take(closing), "COLLEGE") == {"UNCHANGED": 1}

    again = take(write(tmp_path / "c", *FAMILY, pupil("1", [MOTHER]), day=LATER))
    assert again.rows.get().diff == {"is_open": [False, True]}
    assert known() == [(RIGHT, "700", True)]


def test_a_college_the_feed_no_longer_names_is_told_and_stays_open(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, school("701", "0921235T"), pupil("1", [MOTHER])))

    imported = take(write(tmp_path / "b", *FAMILY, pupil("1", [MOTHER]), day=LATER))

    row = imported.rows.get()
    assert (row.record_kind, row.record_id, row.outcome) == ("COLLEGE", "701", "UNCHANGED")
    assert row.reviews == ["ABSENT_COLLEGE"]
    assert [is_open for _uai, _id, is_open in known()] == [True, True]
    assert became(imported, "COLLEGE") == {"UNCHANGED": 1}


def test_a_delta_changes_a_college_by_its_identifier(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY))

    imported = take(delta(tmp_path / "b", change("700", "EtabEducNat", l="Nanterre")))

    assert imported.rows.get().diff == {"city": ["", "Nanterre"]}
    assert College.objects.get().city == "Nanterre"


@pytest.mark.parametrize(
    ("kind", "is_taken"),
    [
        ("COLLEGE", True),
        ("Collège", True),
        ("SANS OBJET", True),
        ("SECTION D'ENSEIGNEMENT GENERAL ET PROFESSIONNEL ADAPTE", True),
        ("ETABLISSEMENT REGIONAL D'ENSEIGNEMENT ADAPTE", True),
        ("LYCEE POLYVALENT", False),
        ("LYCEE D'ENSEIGNEMENT GENERAL ET TECHNOLOGIQUE", False),
        ("ECOLE ELEMENTAIRE", False),
        ("CENTRE DE FORMATION D'APPRENTIS", False),
    ],
)
def test_what_is_no_college_is_passed_over(kind, is_taken):
    assert may_be_college(kind) is is_taken


def test_a_lycee_is_passed_over_with_a_reason(tenant_db, tmp_path):
    lycee = school("701", "0921235T", ENTStructureTypeStruct="LYCEE POLYVALENT")

    imported = take(write(tmp_path, school(ENTStructureTypeStruct="COLLEGE"), lycee))

    assert became(imported, "COLLEGE") == {"CREATED": 1, "REJECTED": 1}
    row = imported.rows.get(outcome="REJECTED")
    assert (row.record_id, row.reason_code) == ("701", "NOT_A_COLLEGE")
    assert row.diff == {"attribute": [None, "ENTStructureTypeStruct"]}


def test_a_college_of_another_departement_is_taken_and_told(tenant_db, tmp_path):
    imported = take(write(tmp_path, school(), school("701", make_uai("0751234"))))

    assert became(imported, "COLLEGE") == {"CREATED": 2}
    assert imported.rows.get(record_id="701").reviews == ["OTHER_DEPARTEMENT"]
    assert imported.rows.get(record_id="700").reviews == []


def test_a_wrong_key_is_taken_and_told(tenant_db, tmp_path):
    imported = take(write(tmp_path, school(uai=WRONG)))

    assert imported.rows.get().reviews == ["WRONG_UAI_KEY"]
    assert known() == [(WRONG, "700", True)]
    # Unchanged, and told again.
    again = take(write(tmp_path, school(uai=WRONG)))
    assert (again.rows.get().outcome, again.rows.get().reviews) == ("UNCHANGED", ["WRONG_UAI_KEY"])
    assert again.counts["become"] == {"COLLEGE": {"UNCHANGED": 1}}


@pytest.mark.parametrize(
    ("code", "digits"), [("92", "092"), ("01", "001"), ("2A", "620"), ("2b", "720"), ("974", "974")]
)
def test_the_digits_of_a_departement(code, digits):
    assert departement_digits(code) == digits


def test_the_default_school_of_these_tests_is_a_real_one():
    assert is_valid_uai(RIGHT)
    assert not is_valid_uai(WRONG)
    assert make_uai("0921234") == RIGHT
    assert datetime.date(2024, 11, 4) == LATER
