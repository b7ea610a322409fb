"""Who is who: identifiers given to somebody else, pupils who come back under another, and deciding."""

from __future__ import annotations

import datetime

import pytest

from commons.audit import AuditEntry
from tenants.accounts.models import User
from tenants.people import operations
from tenants.people.families import connect_guardian
from tenants.people.models import College, Guardian, Guardianship, Pupil
from tests.factories.feeds import (
    ACTOR,
    FAMILY,
    FATHER,
    LATER,
    MOTHER,
    became,
    delta,
    guardian,
    pupil,
    removal,
    school,
    take,
    write,
)

AT = datetime.datetime(2024, 11, 5, 8, tzinfo=datetime.UTC)
NEXT = datetime.date(2024, 11, 6)
INE, OTHER_INE = "092000001AB", "092000002AB"
LEA = {"sn": "Martin", "givenName": "Léa", "ENTEleveINE": INE}
ALI = {"sn": "Koné", "givenName": "Ali", "ENTPersonDateNaissance": "01/01/2012"}


def decide(kind, record_id, *, is_same):
    return operations.decide_record(
        record_kind=kind, record_id=record_id, is_same=is_same, actor=ACTOR, at=AT
    )


def names(people=Pupil):
    """Everybody's last name by identifier."""
    return dict(people.objects.values_list("jointure_id", "last_name"))


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({**ALI, "ENTEleveINE": OTHER_INE}, "AMBIGUOUS"),
        ({**ALI, "ENTEleveINE": None}, "AMBIGUOUS"),
        ({**LEA, "givenName": "Lou", "ENTEleveINE": OTHER_INE}, "AMBIGUOUS"),  # a twin
        ({**LEA, "ENTPersonDateNaissance": "01/01/2012", "ENTEleveINE": OTHER_INE}, "AMBIGUOUS"),
        ({**ALI, "ENTEleveINE": INE}, "CHANGED"),  # the INE says that it is the same
        ({**LEA, "sn": "Durand"}, "CHANGED"),
        ({**LEA, "ENTPersonDateNaissance": "01/01/2012"}, "CHANGED"),
        ({**LEA, "ENTEleveINE": OTHER_INE}, "CHANGED"),
        ({**LEA, "sn": "MARTIN", "givenName": "Lea", "ENTPersonDateNaissance": "05/05/2013"},
         "CHANGED"),
    ],
)  # fmt: skip
def test_two_identity_facts_at_once_are_somebody_else(tenant_db, tmp_path, changed, verdict):
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))

    imported = take(write(tmp_path / "b", school(), pupil("1", **changed), day=LATER))

    assert became(imported) == {verdict: 1}
    row = imported.rows.get()
    assert row.reason_code == ("ID_REUSED" if verdict == "AMBIGUOUS" else "NO_GUARDIAN")
    if verdict == "AMBIGUOUS":
        child = Pupil.objects.get()
        assert (child.last_name, child.first_name, child.ine) == ("Martin", "Léa", INE)
        assert {"last_name", "first_name", "birth_date"} <= set(row.diff)


def test_an_ambiguous_pupil_is_left_untouched(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER], **LEA)))
    reused = pupil("1", [FATHER], ENTEleveClasses="700$3E1", **ALI)

    take(write(tmp_path / "b", *FAMILY, reused, day=LATER))

    link = Guardianship.objects.get()
    assert (link.guardian.jointure_id, link.valid_until) == ("10", None)
    assert Pupil.objects.get().schoolings.get().school_class.name == "6E1"
    assert Pupil.objects.get().missing_since is None


def test_another_pupil_gets_the_identifier_and_nothing_else(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER], **LEA)))
    account = User.objects.create(email="lea@exemple.fr")
    Pupil.objects.update(user=account)
    reused = write(tmp_path / "b", *FAMILY, pupil("1", [FATHER], **ALI), day=LATER)
    take(reused)

    decide("PUPIL", "1", is_same=False)
    imported = take(reused)

    assert became(imported) == {"CREATED": 1}
    before, after = Pupil.objects.order_by("pk")
    assert (before.jointure_id, before.last_name, before.user) == (
        f"#{before.pk}", "Martin", account
    )  # fmt: skip
    assert before.missing_since == AT.date()
    assert (after.jointure_id, after.last_name, after.user) == ("1", "Koné", None)
    assert became(take(reused)) == {"UNCHANGED": 1}


def test_the_same_pupil_takes_the_new_names(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))
    renamed = write(tmp_path / "b", school(), pupil("1", **ALI), day=LATER)
    take(renamed)

    row = decide("PUPIL", "1", is_same=True)

    child = Pupil.objects.get()
    assert (child.last_name, child.first_name, child.sort_key, child.search_key) == (
        "Koné", "Ali", "kone\x01ali", "kone ali"
    )  # fmt: skip
    assert child.birth_date == datetime.date(2012, 1, 1)
    entry = AuditEntry.objects.get(action="people.feed_record.decided")
    assert (entry.subject_id, entry.details) == (
        str(child.public_id), {"row": row.pk, "is_same": True}
    )  # fmt: skip
    assert became(take(renamed)) == {"UNCHANGED": 1}


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"sn": "Koné", "givenName": "Ali"}, "AMBIGUOUS"),
        ({"sn": "Koné"}, "CHANGED"),  # a marriage
        ({"givenName": "Aïcha"}, "CHANGED"),
        ({"sn": "Parent10", "givenName": "Diallo"}, "CHANGED"),  # written the other way round
    ],
)
def test_another_last_and_first_name_are_another_guardian(tenant_db, tmp_path, changed, verdict):
    take(write(tmp_path / "a", school(), guardian("10"), pupil("1", [MOTHER])))

    imported = take(
        write(tmp_path / "b", school(), guardian("10", **changed), pupil("1", [MOTHER]), day=LATER)
    )

    assert became(imported, "GUARDIAN") == {verdict: 1}
    assert names(Guardian) == {
        "10": "Diallo" if verdict == "AMBIGUOUS" else changed.get("sn", "Diallo")
    }


def test_an_account_never_sees_the_children_of_who_took_the_identifier(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), guardian("10"), pupil("1", [MOTHER])))
    account = User.objects.create(email="awa@exemple.fr")
    connect_guardian(guardian=Guardian.objects.get(), user=account, actor=ACTOR, at=AT)
    other = guardian("10", sn="Koné", givenName="Ali")
    children = (pupil("1", []), pupil("2", ["10$1$1$1$1$1"]))
    reused = write(tmp_path / "b", school(), other, *children, day=LATER)

    imported = take(reused)

    # Nothing is linked to somebody we are not sure of.
    assert imported.rows.get(record_kind="PUPIL", record_id="2").reviews == ["AMBIGUOUS_GUARDIAN"]
    assert not Guardianship.objects.filter(valid_until=None).exists()

    decide("GUARDIAN", "10", is_same=False)
    take(reused)

    link = Guardianship.objects.get(valid_until=None)
    assert (link.guardian.last_name, link.guardian.user) == ("Koné", None)
    assert (link.pupil.jointure_id, link.payer_share_bp) == ("2", 10_000)


def test_a_standing_link_to_an_ambiguous_guardian_stays(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), guardian("10"), pupil("1", [MOTHER])))
    other = guardian("10", sn="Koné", givenName="Ali")

    imported = take(write(tmp_path / "b", school(), other, pupil("1", [MOTHER]), day=LATER))

    row = imported.rows.get(record_kind="PUPIL")
    assert (row.outcome, row.reviews) == ("UNCHANGED", ["AMBIGUOUS_GUARDIAN"])
    assert Guardianship.objects.get().valid_until is None


def test_another_guardian_replaces_the_first_for_the_same_pupil(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), guardian("10"), pupil("1", [MOTHER])))
    other = guardian("10", sn="Koné", givenName="Ali")
    reused = write(tmp_path / "b", school(), other, pupil("1", [MOTHER]), day=LATER)
    take(reused)
    decide("GUARDIAN", "10", is_same=False)

    take(reused)

    first, second = Guardian.objects.order_by("pk")
    links = Guardianship.objects.order_by("pk").values_list("guardian_id", "valid_until")
    assert list(links) == [(first.pk, LATER), (second.pk, None)]
    assert Guardianship.objects.get(guardian=second).payer_share_bp == 10_000
    assert first.missing_since == AT.date()


def test_the_same_guardian_takes_the_new_names(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), guardian("10"), pupil("1", [MOTHER])))
    renamed = guardian("10", sn="Koné", givenName="Ali")
    again = write(tmp_path / "b", school(), renamed, pupil("1", [MOTHER]), day=LATER)
    take(again)

    decide("GUARDIAN", "10", is_same=True)

    assert names(Guardian) == {"10": "Koné"}
    assert take(again).counts["become"] == {
        "COLLEGE": {"UNCHANGED": 1}, "GUARDIAN": {"UNCHANGED": 1}, "PUPIL": {"UNCHANGED": 1}
    }  # fmt: skip


@pytest.mark.parametrize(
    "renumbered",
    [
        pupil("2", **LEA),
        pupil("2", **{**LEA, "ENTEleveINE": None}),
        pupil("2", **{**ALI, "ENTEleveINE": INE}),
    ],
    ids=["names and INE", "names", "INE"],
)
def test_a_pupil_who_comes_back_under_another_identifier_waits(tenant_db, tmp_path, renumbered):
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))
    later = write(tmp_path / "b", school(), renumbered, day=LATER)

    imported = take(later)

    assert became(imported) == {"AMBIGUOUS": 1}
    assert imported.rows.get().reason_code == "RENUMBERED"
    assert names() == {"1": "Martin"}
    assert Pupil.objects.get().missing_since is None

    decide("PUPIL", "2", is_same=True)
    assert set(names()) == {"2"}
    assert Pupil.objects.count() == 1
    assert set(became(take(later))) <= {"UNCHANGED", "CHANGED"}
    assert became(take(later)) == {"UNCHANGED": 1}


def test_a_homonym_born_the_same_day_is_created_once_decided(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))
    later = write(tmp_path / "b", school(), pupil("2", **LEA), day=LATER)
    take(later)

    decide("PUPIL", "2", is_same=False)
    imported = take(later)

    assert became(imported) == {"CREATED": 1}
    assert "POSSIBLE_DUPLICATE" in imported.rows.get().reviews
    before, after = Pupil.objects.order_by("pk")
    assert (before.jointure_id, before.ine, after.jointure_id, after.ine) == (
        f"#{before.pk}", None, "2", INE
    )  # fmt: skip


def test_a_delta_that_renumbers_waits_too(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))

    imported = take(delta(tmp_path / "b", removal("1"), pupil("2", **LEA)))

    assert imported.rows.get(record_id="2").reason_code == "RENUMBERED"
    assert became(imported) == {"DISAPPEARING": 1, "AMBIGUOUS": 1}


def test_who_is_still_named_is_only_a_namesake(tenant_db, tmp_path):
    double = {**LEA, "ENTEleveINE": None}
    take(write(tmp_path / "a", school(), pupil("1", **LEA)))

    full = take(write(tmp_path / "b", school(), pupil("1", **LEA), pupil("2", **double), day=LATER))
    later = take(delta(tmp_path / "c", pupil("3", **double)))

    assert became(full) == {"UNCHANGED": 1, "CREATED": 1}
    assert {row.record_id: row.reviews for row in full.rows.all()} == {
        "1": ["NO_GUARDIAN", "POSSIBLE_DUPLICATE"], "2": ["NO_GUARDIAN", "POSSIBLE_DUPLICATE"]
    }  # fmt: skip
    assert became(later) == {"CREATED": 1}
    assert "POSSIBLE_DUPLICATE" in later.rows.get().reviews


def test_namesakes_of_one_feed_are_both_told(tenant_db, tmp_path):
    double = {**LEA, "ENTEleveINE": None}
    imported = take(write(tmp_path, school(), pupil("1", **LEA), pupil("2", **double), pupil("3")))

    told = {row.record_id: row.reviews for row in imported.rows.filter(record_kind="PUPIL")}
    assert {name: "POSSIBLE_DUPLICATE" in reviews for name, reviews in told.items()} == {
        "1": True, "2": True, "3": False
    }  # fmt: skip


def test_an_ine_that_another_pupil_holds_is_set_aside(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", ENTEleveINE=INE)))

    both = (pupil("1", ENTEleveINE=INE), pupil("2", ENTEleveINE=INE))
    imported = take(write(tmp_path / "b", school(), *both, day=LATER))

    assert became(imported) == {"AMBIGUOUS": 2}
    assert {row.reason_code for row in imported.rows.all()} == {"SAME_INE"}
    assert Pupil.objects.count() == 1


def test_a_college_that_an_agent_decides_on(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1")))
    other = school("700", "0921235T", ENTStructureNomCourant="Collège Marie Curie")
    later = write(tmp_path / "b", other, pupil("1"), day=LATER)
    take(later)

    decide("COLLEGE", "700", is_same=False)
    take(later)

    assert set(College.objects.values_list("uai", "jointure_id")) == {
        ("0921234S", ""), ("0921235T", "700")
    }  # fmt: skip
    assert Pupil.objects.get().schoolings.get(valid_until=None).college.uai == "0921235T"


def test_nothing_is_decided_twice_nor_out_of_nothing(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", **LEA), pupil("9", ENTEleveINE=OTHER_INE)))
    take(
        write(
            tmp_path / "b", school(), pupil("1", **ALI), pupil("9"), pupil("9"), day=LATER
        )
    )  # fmt: skip
    decide("PUPIL", "1", is_same=True)

    for record_id in ("1", "9", "404"):  # done, ambiguous otherwise, never seen
        with pytest.raises(operations.NothingToDecide):
            decide("PUPIL", record_id, is_same=False)

    assert names() == {"1": "Koné", "9": "Diallo"}
    assert AuditEntry.objects.filter(action="people.feed_record.decided").count() == 1
