"""Where pupils are schooled: over a year, from one year to the next, and before it starts."""

from __future__ import annotations

import datetime

import pytest

from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people import operations
from tenants.people.aaf.file_names import find_feed
from tenants.people.access import visible_pupils
from tenants.people.models import College, Pupil, SchoolClass, Schooling
from tests.factories.feeds import (
    FAMILY,
    LATER,
    MOTHER,
    became,
    change,
    delta,
    pupil,
    school,
    take,
    write,
)

HERE, THERE = "0921234S", "0921235T"
SEPTEMBER = datetime.date(2024, 9, 1)
BOTH = (*FAMILY, school("701", THERE))
MOVED = {"ENTPersonStructRattach": "701", "ENTEleveClasses": "701$6E3"}


def periods():
    """Every schooling: pupil, collège, year, class, régime, from, until."""
    return list(
        Schooling.objects.order_by("pupil__jointure_id", "valid_from").values_list(
            "pupil__jointure_id",
            "college__uai",
            "school_class__name",
            "regime",
            "valid_from",
            "valid_until",
        )
    )


def test_a_pupil_who_changes_college_keeps_the_history(tenant_db, tmp_path):
    take(write(tmp_path / "a", *BOTH, pupil("1", [MOTHER])))

    imported = take(write(tmp_path / "b", *BOTH, pupil("1", [MOTHER], **MOVED), day=LATER))

    assert imported.rows.get().diff == {"college": [HERE, THERE], "class": ["6E1", "6E3"]}
    assert periods() == [
        ("1", HERE, "6E1", "HALF_BOARD", SEPTEMBER, LATER),
        ("1", THERE, "6E3", "HALF_BOARD", LATER, None),
    ]


def test_two_moves_on_one_day_leave_the_latest(tenant_db, tmp_path):
    take(write(tmp_path / "a", *BOTH, pupil("1")))
    take(write(tmp_path / "b", *BOTH, pupil("1", **MOVED), day=LATER))

    take(write(tmp_path / "c", *BOTH, pupil("1"), day=LATER))

    assert periods() == [
        ("1", HERE, "6E1", "HALF_BOARD", SEPTEMBER, LATER),
        ("1", HERE, "6E1", "HALF_BOARD", LATER, None),
    ]


def test_a_move_before_the_year_starts_is_no_history(tenant_db, tmp_path):
    take(write(tmp_path / "a", *BOTH, pupil("1"), day=datetime.date(2024, 8, 24)))

    moved = write(tmp_path / "b", *BOTH, pupil("1", **MOVED), day=datetime.date(2024, 8, 26))
    take(moved)

    assert periods() == [("1", THERE, "6E3", "HALF_BOARD", SEPTEMBER, None)]
    assert became(take(moved)) == {"UNCHANGED": 1}


def test_a_move_on_the_first_day_is_no_history(tenant_db, tmp_path):
    take(write(tmp_path / "a", *BOTH, pupil("1"), day=datetime.date(2024, 8, 24)))

    take(write(tmp_path / "b", *BOTH, pupil("1", **MOVED), day=SEPTEMBER))

    assert periods() == [("1", THERE, "6E3", "HALF_BOARD", SEPTEMBER, None)]


def test_a_delta_of_class_and_regime_is_applied_where_the_pupil_is(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1")))
    changed = change("1", ENTEleveRegime="EXTERNE LIBRE", ENTEleveClasses="700$6E9")

    imported = take(delta(tmp_path / "b", changed))

    assert imported.rows.get().diff == {"class": ["6E1", "6E9"], "regime": ["HALF_BOARD", "DAY"]}
    assert periods() == [("1", HERE, "6E9", "DAY", SEPTEMBER, None)]
    assert became(take(delta(tmp_path / "b", changed))) == {"UNCHANGED": 1}


def test_a_delta_of_class_elsewhere_is_left_out_and_told(tenant_db, tmp_path):
    take(write(tmp_path / "a", *BOTH, pupil("1")))

    imported = take(delta(tmp_path / "b", change("1", sn="Ba", ENTEleveClasses="701$6E9")))

    row = imported.rows.get()
    assert (row.diff, row.reviews) == ({"last_name": ["Diallo", "Ba"]}, ["CLASS_ELSEWHERE"])
    assert periods() == [("1", HERE, "6E1", "HALF_BOARD", SEPTEMBER, None)]
    assert SchoolClass.objects.count() == 1


def test_a_delta_of_school_keeps_the_regime_and_the_scholarship(tenant_db, tmp_path):
    take(write(tmp_path / "a", *BOTH, pupil("1", ENTEleveBoursier="O")))

    take(delta(tmp_path / "b", change("1", ENTPersonStructRattach="701")))

    assert periods() == [
        ("1", HERE, "6E1", "HALF_BOARD", SEPTEMBER, LATER),
        ("1", THERE, None, "HALF_BOARD", LATER, None),
    ]
    assert Schooling.objects.get(valid_until=None).is_boursier is True


def test_a_new_year_ends_the_year_before_for_all(tenant_db, tmp_path):
    take(write(tmp_path / "a", *BOTH, pupil("1", [MOTHER]), pupil("2"), pupil("3")))
    stays = pupil("1", [MOTHER], ENTEleveRegime=None, ENTEleveClasses="700$5E1")
    moves = pupil("2", ENTPersonStructRattach="701", ENTEleveClasses="701$5E3")
    august = write(tmp_path / "b", *BOTH, stays, moves, day=datetime.date(2025, 8, 25))

    imported = take(august)

    year, next_year = SEPTEMBER, datetime.date(2025, 9, 1)
    assert imported.counts["school_year"] == 2025
    assert imported.counts["ended_schoolings"] == 3
    assert became(imported) == {"CHANGED": 2, "DISAPPEARING": 1}
    assert periods() == [
        ("1", HERE, "6E1", "HALF_BOARD", year, next_year),
        ("1", HERE, "5E1", "HALF_BOARD", next_year, None),
        ("2", HERE, "6E1", "HALF_BOARD", year, next_year),
        ("2", THERE, "5E3", "HALF_BOARD", next_year, None),
        ("3", HERE, "6E1", "HALF_BOARD", year, next_year),
    ]
    assert take(august).counts["ended_schoolings"] == 0


@pytest.mark.parametrize(
    ("today", "seen_here", "seen_there"),
    [
        (datetime.date(2025, 8, 26), {"1", "2"}, {"1"}),  # both: one prepares, one still has them
        (datetime.date(2025, 9, 1), set(), {"1"}),
    ],
)
def test_the_former_college_sees_its_pupils_to_the_end_of_the_year(
    tenant_db, tmp_path, time_machine, today, seen_here, seen_there
):
    take(write(tmp_path / "a", *BOTH, pupil("1", [MOTHER]), pupil("2")))
    moves = pupil("1", [MOTHER], ENTPersonStructRattach="701", ENTEleveClasses="701$5E3")
    take(write(tmp_path / "b", *BOTH, moves, day=datetime.date(2025, 8, 25)))

    def seen(uai):
        user = User.objects.create(email=f"{uai.lower()}@exemple.fr")
        StaffRole.objects.create(user=user, role=Role.COLLEGE_SECRETARY, college_uai=uai)
        return set(visible_pupils(user).values_list("jointure_id", flat=True))

    time_machine.move_to(datetime.datetime.combine(today, datetime.time(8), datetime.UTC))
    assert (seen(HERE), seen(THERE)) == (seen_here, seen_there)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (datetime.date(2024, 8, 14), 2023),
        (datetime.date(2024, 8, 15), 2024),
        (datetime.date(2024, 9, 2), 2024),
        (datetime.date(2025, 7, 4), 2024),
    ],
)
def test_the_year_of_a_feed_is_that_of_its_day(tmp_path, day, year):
    assert find_feed([write(tmp_path, school(), day=day)]).school_year.start_year == year


@pytest.mark.parametrize("year", [2022, 2024, 2025])
def test_a_feed_of_another_year_is_refused(tenant_db, tmp_path, year):
    folder = write(tmp_path, school(), pupil("1"), day=datetime.date(2024, 3, 4))

    with pytest.raises(operations.FeedUnreadable) as caught:
        take(folder, school_year=year)

    assert caught.value.details["reason"] == "WRONG_YEAR"
    assert (Pupil.objects.count(), College.objects.count()) == (0, 0)
    assert take(folder, school_year=2023).counts["school_year"] == 2023
