"""Comparing a feed with what is held, and taking it."""

from __future__ import annotations

import datetime

from commons.audit import AuditEntry
from commons.models import OutboxEvent
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
from tests.factories.feeds import (
    ACTOR,
    FAMILY,
    FATHER,
    LATER,
    MOTHER,
    became,
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

AT = datetime.datetime(2024, 9, 2, 6, tzinfo=datetime.UTC)


def shares():
    """{guardian's identifier: share} of the links that run."""
    links = Guardianship.objects.filter(valid_until__isnull=True)
    return dict(links.values_list("guardian__jointure_id", "payer_share_bp"))


def test_a_first_feed_creates_everybody_and_says_who_pays(tenant_db, tmp_path):
    folder = write(tmp_path, *FAMILY, pupil("1", [MOTHER, FATHER], ENTEleveINE="092000001AB"))

    imported = take(folder)

    assert (imported.state, imported.counts["feed_on"]) == ("APPLIED", "2024-09-02")
    assert imported.counts["school_year"] == 2024
    assert imported.counts["become"] == {
        "COLLEGE": {"CREATED": 1}, "GUARDIAN": {"CREATED": 2}, "PUPIL": {"CREATED": 1}
    }  # fmt: skip
    child = Pupil.objects.get()
    assert (child.ine, child.birth_date) == ("092000001AB", datetime.date(2013, 5, 4))
    assert child.public_id.version == 7
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


def test_an_import_says_when_it_really_ended(tenant_db, tmp_path):
    imported = take(write(tmp_path, *FAMILY, pupil("1", [MOTHER])))

    kept = FeedImport.objects.get()
    assert kept.started_at < kept.ended_at < kept.started_at + datetime.timedelta(minutes=5)
    assert kept.counts == imported.counts


def test_a_dry_run_says_the_same_and_changes_nothing(tenant_db, tmp_path):
    folder = write(tmp_path, *FAMILY, pupil("1", [MOTHER]))

    imported = take(folder, apply=False)

    assert (imported.state, became(imported)) == ("DRY_RUN", {"CREATED": 1})
    assert (Pupil.objects.count(), College.objects.count()) == (0, 0)
    assert imported.rows.count() == 4
    assert not OutboxEvent.objects.filter(name="people.feed.applied").exists()


def test_a_created_row_says_who(tenant_db, tmp_path):
    imported = take(write(tmp_path, *FAMILY, pupil("1", [MOTHER])), apply=False)

    assert imported.rows.get(record_kind="PUPIL").diff == {
        "last_name": [None, "Diallo"],
        "first_name": [None, "Enfant1"],
        "birth_date": [None, "2013-05-04"],
        "college": [None, "0921234S"],
        "class": [None, "6E1"],
    }
    assert imported.rows.get(record_kind="GUARDIAN", record_id="10").diff == {
        "last_name": [None, "Diallo"],
        "first_name": [None, "Parent10"],
        "city": [None, "Nanterre"],
    }
    assert imported.rows.get(record_kind="COLLEGE").diff["name"] == [None, "Collège 700"]


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
    # The head has two lines, and the first record starts on the third.
    assert row.place == "FULL_ENTTEST_Complet_20241104_Eleve_0000.xml:6"
    child = Pupil.objects.get()
    assert (child.first_name, child.sort_key) == ("Mariam", "diallo\x01mariam")
    assert child.search_key == "diallo mariam"
    assert Schooling.objects.get().school_class.name == "5E2"
    assert SchoolClass.objects.count() == 2


def test_a_change_of_link_tells_the_links_that_change(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))

    changed = pupil("1", [MOTHER, "11$1$0$1$1$0"])
    imported = take(write(tmp_path / "b", *FAMILY, changed, day=LATER))

    (row,) = imported.rows.all()
    assert row.diff == {"guardians": [["11$FATHER$0$2$1$0"], ["11$FATHER$0$1$1$0"]]}
    assert Guardianship.objects.get(guardian__jointure_id="11").legal_role == 1


def test_a_guardian_no_longer_named_ends_and_another_pays(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))

    take(write(tmp_path / "b", *FAMILY, pupil("1", ["11$1$1$2$1$0"]), day=LATER))

    links = Guardianship.objects.order_by("guardian__jointure_id")
    assert [(one.valid_until, one.payer_share_bp) for one in links] == [
        (LATER, 10_000), (None, 10_000)
    ]  # fmt: skip


def test_a_link_that_an_agent_made_by_hand_stays(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))
    aunt = Guardian.objects.create(
        last_name="Ba", first_name="Fatou", sort_key="ba\x01fatou", search_key="ba fatou"
    )
    Guardianship.objects.create(
        pupil=Pupil.objects.get(), guardian=aunt, relation="FAMILY", valid_from=AT.date()
    )

    take(write(tmp_path / "b", *FAMILY, pupil("1", [MOTHER]), day=LATER))

    assert shares() == {"10": 10_000, None: 0}


def share_by_hand(**by_guardian: int) -> None:
    people = Guardian.objects.in_bulk(field_name="jointure_id")
    given = {people[name.removeprefix("g")].pk: share for name, share in by_guardian.items()}
    share_bills(pupil=Pupil.objects.get(), shares=given, actor=ACTOR, at=AT)


def test_shares_that_were_set_by_hand_stay(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))
    share_by_hand(g10=3000, g11=7000)

    changed = pupil("1", [MOTHER, "11$1$1$2$1$0"], givenName="Mariam")
    imported = take(write(tmp_path / "b", *FAMILY, changed, day=LATER))

    assert shares() == {"10": 3000, "11": 7000}
    assert imported.rows.get().reviews == ["SEVERAL_PAYERS"]


def test_shares_set_by_hand_go_back_when_a_payer_leaves(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))
    share_by_hand(g10=3000, g11=7000)
    left = write(tmp_path / "b", *FAMILY, pupil("1", ["11$1$1$2$1$0"]), day=LATER)

    told = take(left, apply=False)
    imported = take(left)

    assert shares() == {"11": 10_000}
    assert told.rows.get().reviews == imported.rows.get().reviews == ["SHARES_RESET"]


def test_who_pays_nothing_may_leave_without_a_word(tenant_db, tmp_path):
    both = write(
        tmp_path / "a", *FAMILY, guardian("12"), pupil("1", [MOTHER, FATHER, "12$4$0$0$1$0"])
    )
    take(both)
    share_by_hand(g10=3000, g11=7000)

    imported = take(
        write(tmp_path / "b", *FAMILY, guardian("12"), pupil("1", [MOTHER, FATHER]), day=LATER)
    )

    assert shares() == {"10": 3000, "11": 7000}
    assert imported.rows.get().reviews == []


def test_two_financial_guardians_share_and_three_make_the_whole(tenant_db, tmp_path):
    links = ["10$2$1$1$1$1", "11$1$1$2$1$1", "12$3$1$0$0$0"]
    take(write(tmp_path / "a", *FAMILY, guardian("12"), pupil("1", links)))
    assert sorted(shares().values(), reverse=True) == [3334, 3333, 3333]

    # The same shares, once we know the pupil.
    take(write(tmp_path / "b", *FAMILY, guardian("12"), pupil("1", [MOTHER]), day=LATER))
    assert shares() == {"10": 10_000}
    take(write(tmp_path / "c", *FAMILY, guardian("12"), pupil("1", links), day=LATER))
    assert sorted(shares().values(), reverse=True) == [3334, 3333, 3333]


def test_who_disappears_is_marked_and_comes_back(tenant_db, tmp_path):
    both = write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER]))
    take(both)

    imported = take(write(tmp_path / "b", *FAMILY, pupil("1", [MOTHER]), day=LATER))
    assert became(imported) == {"UNCHANGED": 1, "DISAPPEARING": 1}
    assert Pupil.objects.get(jointure_id="2").missing_since == LATER
    assert imported.rows.get().diff == {
        "last_name": ["Diallo", None], "first_name": ["Enfant2", None]
    }  # fmt: skip

    back = write(tmp_path / "c", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER]), day=LATER)
    again = take(back)
    assert became(again) == {"UNCHANGED": 1, "CHANGED": 1}
    assert again.rows.get().diff == {"missing_since": ["2024-11-04", ""]}
    assert Pupil.objects.get(jointure_id="2").missing_since is None


def test_a_malformed_record_names_its_pupil_all_the_same(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2"), pupil("3")))
    spoilt = pupil("2").replace("</attributes>", "</attributes><x/>")
    nameless = (
        pupil("3")
        .replace('<attr name="categoriePersonne">', "<attr>", 1)
        .replace("<value>Eleve</value>", "<value/><value/>", 1)
    )

    imported = take(
        write(tmp_path / "b", *FAMILY, pupil("1", [MOTHER]), spoilt, nameless, day=LATER)
    )

    assert became(imported) == {"UNCHANGED": 1, "REJECTED": 1}
    assert became(imported, "UNKNOWN") == {"REJECTED": 1}
    assert Pupil.objects.filter(missing_since__isnull=True).count() == 3


def test_a_delta_says_only_what_changes(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2", [MOTHER])))
    changed = change("1", givenName="Mariam")

    imported = take(delta(tmp_path / "b", changed, removal("2")))

    assert became(imported) == {"CHANGED": 1, "DISAPPEARING": 1}
    one, two = Pupil.objects.order_by("jointure_id")
    assert (one.first_name, one.birth_date) == ("Mariam", datetime.date(2013, 5, 4))
    assert (one.missing_since, two.missing_since) == (None, LATER)
    assert Guardianship.objects.filter(pupil=one, valid_until__isnull=True).count() == 1


def test_a_delta_of_one_name_keeps_the_keys_right(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER], givenName="Léa")))

    take(
        delta(
            tmp_path / "b",
            change("1", sn="Zidane"),
            change("10", "PersRelEleve", givenName="Éva"),
        )
    )

    child, mother = Pupil.objects.get(), Guardian.objects.get(jointure_id="10")
    assert (child.sort_key, child.search_key) == ("zidane\x01lea", "zidane lea")
    assert (mother.sort_key, mother.search_key) == ("diallo\x01eva", "diallo eva")


def test_the_journal_says_what_was_done(tenant_db, tmp_path):
    imported = take(write(tmp_path, *FAMILY, pupil("1", [MOTHER])))

    entry = AuditEntry.objects.get(action="people.feed.applied")
    assert entry.subject_id == str(imported.public_id)
    assert entry.details == {"digest": imported.digest, "forced": ["DISAPPEARING"]}


def test_staff_subjects_and_formations_are_read_and_not_kept(tenant_db, tmp_path):
    others = [record(kind, "5") for kind in ("PersEducNat", "MatiereEducNat", "MefEducNat")]

    imported = take(write(tmp_path, school(), *others))

    assert imported.counts["read"] == {"COLLEGE": 1, "STAFF": 1, "SUBJECT": 1, "FORMATION": 1}
    assert imported.counts["become"] == {"COLLEGE": {"CREATED": 1}}
