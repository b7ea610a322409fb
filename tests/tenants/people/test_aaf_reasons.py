"""Each reason for which a record is refused, set aside or told, with its place and its words."""

from __future__ import annotations

import pytest

from tenants.people.aaf.errors import Problem
from tenants.people.aaf.reasons import DECIDABLE, Reason
from tenants.people.aaf.records import Kind
from tenants.people.models import Guardian, Guardianship, Pupil
from tests.factories.feeds import (
    FAMILY,
    LATER,
    MOTHER,
    change,
    delta,
    guardian,
    pupil,
    record,
    removal,
    school,
    take,
    write,
)
from ui import feed_texts

INE = "092000001AB"
BOTH = ["700", "701"]
# record, outcome, reason, the attribute at fault
REFUSED = [
    (pupil("1").replace("</attributes>", "</attributes><x/>"), "PUPIL", "BAD_STRUCTURE", None),
    (pupil("1", sn="A<x/>"), "PUPIL", "BAD_STRUCTURE", "sn"),
    (pupil("1", sn="&inconnue;"), "PUPIL", "ENTITY", "sn"),
    (pupil("1").replace("addRequest", "AddRequest"), "UNKNOWN", "UNKNOWN_REQUEST", "AddRequest"),
    (record("Astronaute", "5", sn="X"), "UNKNOWN", "UNKNOWN_CATEGORY", "Astronaute"),
    (pupil(""), "PUPIL", "MISSING_ID", "id"),
    (pupil("é1"), "PUPIL", "BAD_ID", "id"),
    (pupil("1", ENTPersonJointure="2"), "PUPIL", "ID_MISMATCH", "ENTPersonJointure"),
    (pupil("1", sn=""), "PUPIL", "MISSING_NAME", "sn"),
    (guardian("1", givenName=None), "GUARDIAN", "MISSING_NAME", "givenName"),
    (pupil("1", ENTPersonDateNaissance=""), "PUPIL", "MISSING_BIRTH_DATE", "ENTPersonDateNaissance"),
    (pupil("1", ENTPersonDateNaissance="31/02/2013"), "PUPIL", "BAD_BIRTH_DATE", "ENTPersonDateNaissance"),
    (pupil("1", ENTPersonDateNaissance="01/01/0213"), "PUPIL", "BAD_BIRTH_DATE", "ENTPersonDateNaissance"),
    (pupil("1", ENTPersonStructRattach=""), "PUPIL", "MISSING_SCHOOL", "ENTPersonStructRattach"),
    (pupil("1", ENTPersonStructRattach="999"), "PUPIL", "UNKNOWN_SCHOOL", None),
    (school("1", ENTStructureTypeStruct="LYCEE"), "COLLEGE", "NOT_A_COLLEGE", "ENTStructureTypeStruct"),
    (school("1", uai="921234F"), "COLLEGE", "BAD_UAI", "ENTStructureUAI"),
    (pupil("1", ["10$9$1$1$1$1"]), "PUPIL", "BAD_GUARDIAN_LINK", "ENTElevePersRelEleve"),
    (pupil("1", ["10$2$1"]), "PUPIL", "BAD_GUARDIAN_LINK", "ENTElevePersRelEleve"),
    (pupil("1", ["10$2$2$1$1$1"]), "PUPIL", "BAD_GUARDIAN_LINK", "ENTElevePersRelEleve"),
    (pupil("1", [MOTHER, MOTHER]), "PUPIL", "BAD_GUARDIAN_LINK", "ENTElevePersRelEleve"),
    (guardian("1", sn="D" * 101), "GUARDIAN", "TEXT_TOO_LONG", "sn"),
    (guardian("1", mail="İ" * 200), "GUARDIAN", "TEXT_TOO_LONG", "mail"),  # longer in lower case
    (pupil("1", ENTEleveClasses=f"700${'6' * 61}"), "PUPIL", "TEXT_TOO_LONG", "ENTEleveClasses"),
    (change("1", sn="X"), "PUPIL", "UNKNOWN_RECORD", None),
    (removal("1"), "PUPIL", "UNKNOWN_RECORD", None),
    (change("1", sn="X").replace("replace", "add"), "PUPIL", "BAD_STRUCTURE", "sn"),
]  # fmt: skip
SET_ASIDE = [
    ((pupil("1"), pupil("1")), "PUPIL", "DUPLICATE_ID"),
    ((pupil("1", ENTEleveINE=INE), pupil("2", ENTEleveINE=INE)), "PUPIL", "SAME_INE"),
    ((guardian("1"), guardian("1")), "GUARDIAN", "DUPLICATE_ID"),
    ((school("1", "0921235T"), school("2", "0921235T")), "COLLEGE", "DUPLICATE_UAI"),
    ((school("1", "0921235T"), school("1", "0921236U")), "COLLEGE", "DUPLICATE_ID"),
]
TOLD = [
    ((pupil("1", [MOTHER], ENTEleveINE="12"),), ["BAD_INE"]),
    ((pupil("1", [MOTHER], ENTEleveRegime="NOMADE"),), ["UNKNOWN_REGIME"]),
    ((pupil("1", [MOTHER], ENTPersonStructRattach=BOTH),), ["SEVERAL_SCHOOLS"]),
    ((pupil("1", [MOTHER], ENTPersonStructRattach=BOTH, ENTEleveClasses=None),), ["SEVERAL_SCHOOLS"]),
    ((pupil("1", [MOTHER], ENTEleveClasses=["700$6E1", "701$6E2"]),), ["SEVERAL_SCHOOLS"]),
    ((pupil("1", [MOTHER, "11$1$1$2$1$0"]),), ["SEVERAL_PAYERS"]),
    ((pupil("1", []),), ["NO_GUARDIAN"]),
    ((pupil("1", ["10$2$0$1$1$1"]),), ["NO_PAYER"]),
    ((pupil("1", [MOTHER, "99$1$0$2$1$0"]),), ["UNKNOWN_GUARDIAN"]),
    ((pupil("1", [MOTHER], sn="HÃ©lÃ¨ne"),), ["BROKEN_ACCENTS"]),
    ((pupil("1", [MOTHER], sn="Saõ-João-Ålesund"),), []),
    ((pupil("1", [], ENTEleveINE="12", ENTEleveRegime="NOMADE", ENTPersonStructRattach=BOTH),),
     ["SEVERAL_SCHOOLS", "BAD_INE", "UNKNOWN_REGIME", "NO_GUARDIAN"]),
]  # fmt: skip


@pytest.mark.parametrize(("refused", "kind", "reason", "attribute"), REFUSED)
def test_a_record_that_cannot_be_taken_says_why_and_where(
    tenant_db, tmp_path, refused, kind, reason, attribute
):
    imported = take(write(tmp_path, school(), refused))

    row = imported.rows.get(outcome="REJECTED")
    assert (row.record_kind, row.reason_code) == (kind, reason)
    assert row.place == "FULL_ENTTEST_Complet_20240902_Eleve_0000.xml:4"
    assert row.diff.get("attribute") == ([None, attribute] if attribute else None)
    assert (Pupil.objects.count(), Guardian.objects.count()) == (0, 0)
    # Every record read has one outcome.
    read, become = imported.counts["read"], imported.counts["become"]
    assert {one: sum(outcomes.values()) for one, outcomes in become.items()} == read
    assert sum(read.values()) == 2


@pytest.mark.parametrize(("records", "kind", "reason"), SET_ASIDE)
def test_records_that_contradict_each_other_are_set_aside(
    tenant_db, tmp_path, records, kind, reason
):
    imported = take(write(tmp_path, school(), *records))

    rows = imported.rows.filter(outcome="AMBIGUOUS").order_by("rank")
    assert [(row.record_kind, row.reason_code) for row in rows] == [(kind, reason)] * 2
    assert [row.place.rpartition(":")[2] for row in rows] == ["4", "5"]
    assert (Pupil.objects.count(), Guardian.objects.count()) == (0, 0)


@pytest.mark.parametrize(("records", "reviews"), TOLD)
def test_what_has_to_be_looked_at_is_taken_and_told_each_time(
    tenant_db, tmp_path, records, reviews
):
    base = (*FAMILY, school("701", "0921235T"))
    folder = write(tmp_path, *base, *records)

    row = take(folder).rows.get(record_kind="PUPIL")
    assert (row.outcome, sorted(row.reviews)) == ("CREATED", sorted(reviews))
    assert row.reason_code == (row.reviews[0] if reviews else "")
    again = take(folder).rows.filter(record_kind="PUPIL")
    assert [(one.outcome, sorted(one.reviews)) for one in again] == (
        [("UNCHANGED", sorted(reviews))] if reviews else []
    )


@pytest.mark.parametrize(
    ("given", "kept", "reviews"),
    [
        ("0" * 10, "", []),
        ("06 12 34 56 78", "0612345678", []),
        ("1" * 30, "1" * 30, []),
        ("1" * 31, "", ["BAD_PHONE"]),
        ("1" * 40, "", ["BAD_PHONE"]),
    ],
)
def test_a_telephone_number_that_is_none_is_left_out(tenant_db, tmp_path, given, kept, reviews):
    dry = write(tmp_path, school(), guardian("1", mobile=given))
    assert take(dry, apply=False).rows.get(record_id="1").reviews == reviews

    imported = take(dry)

    assert imported.rows.get(record_id="1").reviews == reviews
    assert Guardian.objects.get().mobile_phone == kept


def test_names_whose_keys_are_longer_than_they_are_still_fit(tenant_db, tmp_path):
    imported = take(write(tmp_path, school(), pupil("1", sn="œ" * 100, givenName="ß" * 100)))

    assert imported.counts["become"]["PUPIL"] == {"CREATED": 1}
    assert len(Pupil.objects.get().sort_key) <= 220
    again = take(delta(tmp_path / "d", change("1", sn="Ba")))
    assert again.counts["become"]["PUPIL"] == {"CHANGED": 1}
    assert Pupil.objects.get().sort_key.startswith("ba\x01sss")


def test_the_place_in_a_file_of_a_long_name_still_fits(tenant_db, tmp_path):
    name = "x" * 205 + "_ENT_Complet_20240902_Eleve_0000.xml"

    imported = take(write(tmp_path, school(), pupil("1"), name=name))

    place = imported.rows.get(record_kind="PUPIL").place
    assert place == f"{name[-180:]}:4"


def test_an_attribute_that_comes_twice_has_the_values_of_both(tenant_db, tmp_path):
    twice = pupil("1", [MOTHER]).replace(
        "</attributes>",
        '<attr name="ENTElevePersRelEleve"><value>11$1$0$2$1$0</value></attr>'
        '<attr name="ENTPersonVille"><value>Nanterre</value></attr></attributes>',
    )

    take(write(tmp_path, *FAMILY, twice))

    linked = Guardianship.objects.values_list("guardian__jointure_id", flat=True)
    assert sorted(linked) == ["10", "11"]


def test_a_line_that_is_no_record_is_counted_wherever_it_stands(tenant_db, tmp_path):
    strange = pupil("1").replace("addRequest", "ajout")
    take(write(tmp_path / "a", school(), pupil("1"), pupil("2")))

    imported = take(
        write(tmp_path / "b", "<premier/>\n", school(), strange, "<autre/>\n", pupil("2"), "<fin/>",
              day=LATER)
    )  # fmt: skip

    rows = imported.rows.filter(reason_code="UNKNOWN_REQUEST").order_by("rank")
    assert [(row.record_id, row.diff["attribute"][1], row.place.rpartition(":")[2]) for row in rows] == [
        ("", "premier", "3"), ("1", "ajout", "5"), ("", "autre", "6"), ("", "fin", "8")
    ]  # fmt: skip
    assert imported.counts["become"] == {
        "COLLEGE": {"UNCHANGED": 1}, "PUPIL": {"UNCHANGED": 1}, "UNKNOWN": {"REJECTED": 4}
    }  # fmt: skip


def test_every_reason_kind_and_refusal_has_its_words():
    assert set(feed_texts.REASONS) == {reason.value for reason in Reason}
    assert set(feed_texts.KINDS) == {kind.value for kind in Kind}
    assert {Problem(name) for name in feed_texts.REFUSALS} == {
        Problem.FUTURE_FEED, Problem.WRONG_YEAR
    }  # fmt: skip
    for text in (*feed_texts.REASONS.values(), *feed_texts.REFUSALS.values()):
        assert str(text).endswith((".", "?"))


def test_every_reason_is_tried_here_or_beside():
    """Those that need two feeds are in `test_aaf_identity`, `_colleges`, `_schoolings`, `_import`."""
    beside = {
        "AMBIGUOUS_SCHOOL", "ID_REUSED", "RENUMBERED", "WRONG_UAI_KEY", "UAI_CHANGED",
        "OTHER_DEPARTEMENT", "ABSENT_COLLEGE", "CLASS_ELSEWHERE", "AMBIGUOUS_GUARDIAN",
        "SHARES_RESET", "POSSIBLE_DUPLICATE", "BAD_PHONE",
    }  # fmt: skip
    here = {reason for _record, _kind, reason, _attribute in REFUSED}
    here |= {reason for _records, _kind, reason in SET_ASIDE}
    here |= {reason for _records, reviews in TOLD for reason in reviews}
    assert here | beside == {reason.value for reason in Reason}
    assert here & beside == set()
    assert {Reason(name) for name in beside} >= DECIDABLE
