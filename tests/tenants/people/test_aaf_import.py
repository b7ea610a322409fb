"""Comparing a feed with what is held, and taking it."""

from __future__ import annotations

import datetime

import pytest
from click.testing import CliRunner

from commons.actors import Actor
from commons.models import OutboxEvent
from tenants.people import operations
from tenants.people.families import share_bills
from tenants.people.models import (
    College,
    FeedImport,
    Guardian,
    Guardianship,
    Pupil,
    SchoolClass,
    Schooling,
)
from tests.factories.feeds import guardian, pupil, record, school, write

ACTOR = Actor.system("tests")
AT = datetime.datetime(2024, 9, 2, 6, tzinfo=datetime.UTC)
MOTHER, FATHER = "10$2$1$1$1$1", "11$1$0$2$1$0"
LATER = datetime.date(2024, 11, 4)
FAMILY = (school(), guardian("10", mail="Awa@exemple.fr"), guardian("11"))


def take(folder, **options):
    return operations.import_aaf(
        **{
            "paths": [folder],
            "school_year": 2024,
            "apply": True,
            "force": True,
            "actor": ACTOR,
            "at": AT,
            **options,
        }
    )


def became(imported, kind="PUPIL"):
    return imported.counts["become"].get(kind, {})


def test_a_first_feed_creates_everybody_and_says_who_pays(tenant_db, tmp_path):
    folder = write(tmp_path, *FAMILY, pupil("1", [MOTHER, FATHER], ENTEleveINE="092000001AB"))

    imported = take(folder)

    assert (imported.state, imported.counts["feed_on"]) == ("APPLIED", "2024-09-02")
    assert imported.counts["become"] == {
        "COLLEGE": {"CREATED": 1}, "GUARDIAN": {"CREATED": 2}, "PUPIL": {"CREATED": 1}
    }  # fmt: skip
    child = Pupil.objects.get()
    assert (child.ine, child.birth_date) == ("092000001AB", datetime.date(2013, 5, 4))
    schooling = Schooling.objects.get()
    assert (schooling.regime, schooling.school_class.name) == ("HALF_BOARD", "6E1")
    assert schooling.valid_from == datetime.date(2024, 9, 1)
    links = Guardianship.objects.order_by("guardian__jointure_id")
    assert [(one.relation, one.legal_role, one.payer_share_bp) for one in links] == [
        ("MOTHER", 1, 10_000), ("FATHER", 2, 0)
    ]  # fmt: skip
    assert Guardian.objects.get(jointure_id="10").email == "awa@exemple.fr"
    told = OutboxEvent.objects.get(name="people.feed.applied")
    assert told.payload == {"feed_import_id": imported.pk}


def test_a_dry_run_says_the_same_and_changes_nothing(tenant_db, tmp_path):
    folder = write(tmp_path, *FAMILY, pupil("1", [MOTHER]))

    imported = take(folder, apply=False)

    assert (imported.state, became(imported)) == ("DRY_RUN", {"CREATED": 1})
    assert (Pupil.objects.count(), College.objects.count()) == (0, 0)
    assert imported.rows.count() == 4
    assert not OutboxEvent.objects.filter(name="people.feed.applied").exists()


def test_the_same_feed_again_changes_nothing(tenant_db, tmp_path):
    folder = write(tmp_path, *FAMILY, pupil("1", [MOTHER, FATHER]))
    take(folder)

    again = take(folder)

    assert {verdict for kind in again.counts["become"].values() for verdict in kind} == {
        "UNCHANGED"
    }
    assert again.rows.count() == 0


def test_a_change_is_told_field_by_field(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER])))

    changed = pupil("1", [MOTHER], givenName="Mariam", ENTEleveClasses="700$5E2")
    imported = take(write(tmp_path / "b", *FAMILY, changed, day=LATER))

    (row,) = imported.rows.all()
    assert row.diff == {"first_name": ["Enfant1", "Mariam"], "class": ["6E1", "5E2"]}
    assert row.place.endswith("Eleve_0000.xml:6") or ":" in row.place
    child = Pupil.objects.get()
    assert (child.first_name, child.sort_key) == ("Mariam", "diallo\x01mariam")
    assert Schooling.objects.get().school_class.name == "5E2"
    assert SchoolClass.objects.count() == 2


def test_a_pupil_who_changes_college_keeps_the_history(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER])))
    moved = pupil("1", [MOTHER], ENTPersonStructRattach="701", ENTEleveClasses="701$6E3")

    take(write(tmp_path / "b", *FAMILY, school("701", "0921235G"), moved, day=LATER))

    periods = Schooling.objects.order_by("valid_from").values_list(
        "college__uai", "valid_from", "valid_until"
    )
    assert list(periods) == [
        ("0921234F", datetime.date(2024, 9, 1), LATER),
        ("0921235G", LATER, None),
    ]


def test_a_guardian_no_longer_named_ends_and_another_pays(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))

    take(write(tmp_path / "b", *FAMILY, pupil("1", ["11$1$1$2$1$0"]), day=LATER))

    links = Guardianship.objects.order_by("guardian__jointure_id")
    assert [(one.valid_until, one.payer_share_bp) for one in links] == [
        (LATER, 10_000), (None, 10_000)
    ]  # fmt: skip


def test_shares_that_were_set_by_hand_stay(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))
    people = Guardian.objects.in_bulk(field_name="jointure_id")
    share_bills(
        pupil=Pupil.objects.get(),
        shares={people["10"].pk: 3000, people["11"].pk: 7000},
        actor=ACTOR,
        at=AT,
    )

    changed = pupil("1", [MOTHER, FATHER], givenName="Mariam")
    take(write(tmp_path / "b", *FAMILY, changed, day=LATER))

    links = Guardianship.objects.filter(valid_until__isnull=True).order_by("guardian__jointure_id")
    assert [one.payer_share_bp for one in links] == [3000, 7000]


def test_two_financial_guardians_share_and_three_make_the_whole(tenant_db, tmp_path):
    links = ["10$2$1$1$1$1", "11$1$1$2$1$1", "12$3$1$0$0$0"]
    take(write(tmp_path, *FAMILY, guardian("12"), pupil("1", links)))

    shares = Guardianship.objects.order_by("pk").values_list("payer_share_bp", flat=True)
    assert sorted(shares, reverse=True) == [3334, 3333, 3333]


def test_who_disappears_is_marked_and_comes_back(tenant_db, tmp_path):
    both = write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER]))
    take(both)

    imported = take(write(tmp_path / "b", *FAMILY, pupil("1", [MOTHER]), day=LATER))
    assert became(imported) == {"UNCHANGED": 1, "DISAPPEARING": 1}
    assert Pupil.objects.get(jointure_id="2").missing_since == LATER

    back = write(tmp_path / "c", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER]), day=LATER)
    assert became(take(back)) == {"UNCHANGED": 1, "CHANGED": 1}
    assert Pupil.objects.get(jointure_id="2").missing_since is None


def test_a_truncated_feed_stops_and_leaves_its_report(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER])))

    short = write(tmp_path / "b", *FAMILY, pupil("1", [MOTHER], givenName="Mariam"), day=LATER)
    stopped = take(short, force=False)

    assert (stopped.state, became(stopped)) == ("STOPPED", {"CHANGED": 1, "DISAPPEARING": 1})
    assert Pupil.objects.filter(missing_since__isnull=False).count() == 0
    assert Pupil.objects.get(jointure_id="1").first_name == "Enfant1"
    assert take(short, force=True).state == "APPLIED"


@pytest.mark.parametrize(
    ("records", "kind", "reason", "verdict"),
    [
        ((pupil("1"), pupil("1")), "PUPIL", "DUPLICATE_ID", "AMBIGUOUS"),
        (
            (pupil("1", ENTEleveINE="092000001AB"), pupil("2", ENTEleveINE="092000001AB")),
            "PUPIL", "SAME_INE", "AMBIGUOUS",
        ),
        ((school("701"), school("702")), "COLLEGE", "DUPLICATE_UAI", "AMBIGUOUS"),
        ((pupil("1", ENTPersonStructRattach="999"),), "PUPIL", "UNKNOWN_SCHOOL", "REJECTED"),
        ((pupil("1", ENTPersonDateNaissance="31/02/2013"),), "PUPIL", "BAD_BIRTH_DATE", "REJECTED"),
        ((pupil("1", ENTPersonDateNaissance=""),), "PUPIL", "MISSING_BIRTH_DATE", "REJECTED"),
        ((pupil("1", sn=""),), "PUPIL", "MISSING_NAME", "REJECTED"),
        ((pupil("1", sn="&inconnue;"),), "PUPIL", "ENTITY", "REJECTED"),
        ((pupil("1", ["10$9$1$1$1$1"]),), "PUPIL", "BAD_GUARDIAN_LINK", "REJECTED"),
        ((pupil("1", ["10$2$1"]),), "PUPIL", "BAD_GUARDIAN_LINK", "REJECTED"),
        ((pupil("", ),), "PUPIL", "MISSING_ID", "REJECTED"),
        ((school("701", uai="921234F"),), "COLLEGE", "BAD_UAI", "REJECTED"),
        ((guardian("10", sn="D" * 101),), "GUARDIAN", "TEXT_TOO_LONG", "REJECTED"),
        ((record("Astronaute", "5", sn="X"),), "UNKNOWN", "UNKNOWN_CATEGORY", "REJECTED"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_taken_says_why_and_where(
    tenant_db, tmp_path, records, kind, reason, verdict
):
    count = {"PUPIL": 1, "COLLEGE": 0, "GUARDIAN": 0, "UNKNOWN": 0}[kind]
    base = () if count == 0 else (school(),)

    imported = take(write(tmp_path, *base, *records))

    rows = imported.rows.filter(outcome=verdict)
    assert {(row.record_kind, row.reason_code) for row in rows} == {(kind, reason)}
    assert all(":" in row.place for row in rows)
    assert Pupil.objects.count() == 0
    # Every record read has one verdict.
    read = imported.counts["read"]
    assert {
        one: sum(verdicts.values()) for one, verdicts in imported.counts["become"].items()
    } == read


def test_an_unknown_guardian_is_left_out_and_told(tenant_db, tmp_path):
    imported = take(write(tmp_path, *FAMILY, pupil("1", [MOTHER, "99$1$0$2$1$0"])))

    assert Guardianship.objects.count() == 1
    assert imported.rows.get(record_kind="PUPIL").reason_code == "UNKNOWN_GUARDIAN"


def test_an_ine_that_another_pupil_holds_is_set_aside(tenant_db, tmp_path):
    take(write(tmp_path / "a", school(), pupil("1", ENTEleveINE="092000001AB")))

    both = (pupil("1", ENTEleveINE="092000001AB"), pupil("2", ENTEleveINE="092000001AB"))
    imported = take(write(tmp_path / "b", school(), *both, day=LATER))

    assert became(imported) == {"AMBIGUOUS": 2}
    assert Pupil.objects.count() == 1


def test_a_delta_says_only_what_changes(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER])))
    changed = record("Eleve", "1", "modifyRequest", sn="Diallo", givenName="Mariam")
    gone = record("Eleve", "2", "deleteRequest")

    imported = take(write(tmp_path / "b", changed, gone, day=LATER, variant="Delta"))

    assert became(imported) == {"CHANGED": 1, "DISAPPEARING": 1}
    one, two = Pupil.objects.order_by("jointure_id")
    assert (one.first_name, one.birth_date) == ("Mariam", datetime.date(2013, 5, 4))
    assert (one.missing_since, two.missing_since) == (None, LATER)
    assert Guardianship.objects.filter(pupil=one, valid_until__isnull=True).count() == 1


def test_the_order_of_feeds_is_kept(tenant_db, tmp_path):
    delta = write(tmp_path / "d", pupil("1"), variant="Delta")
    with pytest.raises(operations.DeltaBeforeFull):
        take(delta)
    take(write(tmp_path / "b", school(), pupil("1"), day=LATER))
    with pytest.raises(operations.FeedOlderThanLatest):
        take(write(tmp_path / "a", school(), pupil("1")))
    assert FeedImport.objects.count() == 1


def test_the_command_shows_the_dry_run(committed_tenant_db, tmp_path):
    from socle.commands.feeds import import_group

    folder = write(tmp_path, *FAMILY, pupil("1", [MOTHER]), pupil("2", ENTPersonStructRattach="9"))
    asked = ["aaf", "--tenant", "hauts-de-seine", "--year", "2024", str(folder)]

    result = CliRunner().invoke(import_group, asked)

    assert result.exit_code == 0, result.output
    assert "Essai à blanc · annuaire du 2024-09-02" in result.output
    assert "PUPIL     Créé 1, Refusé 1" in result.output
    assert "UNKNOWN_SCHOOL" in result.output
    assert Pupil.objects.count() == 0
