"""The family's day is found by its indexes, whatever the size of the département."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection

from commons.hot_reads import statement
from tenants.schoollife.timetable import queries
from tenants.schoollife.timetable.days import days_of, midnight, timetable_year, week_of
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.timetables import AT, calendar, event, put_in_class, take

DAY = AT.date()


def lesson(uid, day, of_class="4e B"):
    return event(uid, f"{day}T090000", f"{day}T100000", of_class=of_class)


@pytest.fixture
def family(tenant_db):
    found = make_family()
    put_in_class(found)
    return found


def read(user, **more):
    days = queries.Period(DAY, DAY + datetime.timedelta(days=1))
    return queries.lessons_of_family(user, **{"days": days, "today": DAY, **more})


def plan_of(user):
    """What PostgreSQL would do, were no table small enough to be read whole."""
    text = statement(queries.SQL, "d92")
    parameters = {
        "user_id": user.pk, "pupil": None, "today": DAY, "first_day": DAY,
        "last_day": DAY + datetime.timedelta(days=1), "since": midnight(DAY),
        "until": midnight(DAY + datetime.timedelta(days=1)), "news": datetime.timedelta(days=14),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {text}", parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_no_table_is_read_whole(family):
    plan = plan_of(account_of(family))

    assert "timetable_lesson_of_class" in plan
    assert "Seq Scan" not in plan, plan


def test_a_class_that_changes_gives_the_lessons_of_each_day(family):
    """A pupil who changes class on Tuesday has Monday's lessons of the one, then the other's."""
    old = family.pupil.schoolings.get()
    take(family.college, calendar([lesson("1", "20241104"), lesson("2", "20241105")]))
    old.valid_until = datetime.date(2024, 11, 5)
    old.save(update_fields=["valid_until"])

    (child,) = read(account_of(family), days=week_of(DAY))

    assert [one.starts_at.date() for one in child.lessons] == [DAY]


def test_who_is_no_child_of_mine_is_not_there(family):
    stranger = make_family()

    assert read(account_of(stranger), pupil=family.pupil.public_id) == ()


def test_what_was_taken_back_long_before_is_not_shown_any_more(family):
    far = calendar([lesson("1", "20241104"), lesson("9", "20250310")])
    take(family.college, far)
    take(family.college, calendar([lesson("1", "20241104")]), days=days_of(timetable_year(DAY)))
    march = datetime.date(2025, 3, 10)

    (child,) = read(account_of(family), days=week_of(march))

    assert child.lessons == ()
