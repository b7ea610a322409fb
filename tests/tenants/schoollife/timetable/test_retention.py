"""Lessons are kept two school years; what was looked at and never taken, thirty days."""

from __future__ import annotations

import datetime

import pytest

from tenants.schoollife.timetable import retention
from tenants.schoollife.timetable.models import Lesson, TimetableImport, TimetableImportLine
from tests.factories.canteen import make_college
from tests.factories.timetables import AT, calendar, event, make_class, prepare, take

pytestmark = pytest.mark.usefixtures("tenant_db")
DAY = datetime.timedelta(days=1)


@pytest.fixture
def college(tenant_db):
    found = make_college()
    make_class(found)
    make_class(found, year=2025)
    return found


def file(*days):
    return calendar(
        event(f"un-{day}", f"{day}T090000", f"{day}T100000", of_class="4e B") for day in days
    )


def kept():
    return [model.objects.count() for model in (Lesson, TimetableImport, TimetableImportLine)]


def test_a_lesson_is_kept_until_the_end_of_the_next_school_year(college):
    take(college, file("20241105", "20241106"))

    last_day = datetime.datetime(2026, 8, 24, 12, tzinfo=datetime.UTC)
    assert retention.purge_timetables(at=last_day) == {"imports": 0, "lessons": 0}
    assert kept() == [2, 1, 2]
    assert retention.purge_timetables(at=last_day + DAY) == {"imports": 1, "lessons": 2}
    assert kept() == [0, 0, 0]
    assert retention.purge_timetables(at=last_day + DAY) == {"imports": 0, "lessons": 0}


def test_lessons_of_the_running_years_stay_with_what_was_said_of_them(college):
    take(college, file("20241105"))
    later = AT.replace(year=2025)
    take(college, file("20251104"), at=later)

    assert retention.purge_timetables(at=later.replace(year=2026))["lessons"] == 1
    (lesson,) = Lesson.objects.all()
    assert (lesson.starts_at.year, kept()) == (2025, [1, 1, 1])


def test_more_lessons_than_a_batch_all_go(college, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    take(college, file("20241105", "20241106", "20241107", "20241108", "20241112"))

    assert retention.purge_timetables(at=AT + 800 * DAY) == {"imports": 1, "lessons": 5}


def test_what_was_never_taken_is_forgotten_in_a_month(college):
    prepare(college, file("20241105"))

    assert retention.purge_timetables(at=AT + 30 * DAY)["imports"] == 0
    assert retention.purge_timetables(at=AT + 31 * DAY)["imports"] == 1
    assert kept() == [0, 0, 0]
