"""The demo's timetables: two weeks in each collège, some of it changed, one file that waits."""

from __future__ import annotations

import datetime

import pytest

from socle.seeding.timetables import give_timetables
from tenants.schoollife.timetable.models import Lesson, TimetableImport
from tests.factories.canteen import make_family
from tests.factories.timetables import put_in_class

NOON = datetime.time(10, tzinfo=datetime.UTC)


def give(today):
    give_timetables(today=today, at=datetime.datetime.combine(today, NOON))


@pytest.fixture
def family(tenant_db):
    found = make_family()
    put_in_class(found)
    return found


@pytest.mark.parametrize("today", [datetime.date(2024, 11, 6), datetime.date(2024, 11, 10)])
def test_every_page_has_something_to_show(family, today):
    give(today)

    lessons = Lesson.objects.filter(school_class__college=family.college)
    coming = lessons.filter(starts_at__date__gte=today, starts_at__date__lt="2024-11-15")
    assert set(coming.values_list("status", flat=True)) == {
        "PLANNED",
        "CANCELLED",
        "MOVED",
        "REPLACED",
    }
    states = TimetableImport.objects.order_by("prepared_at").values_list("state", flat=True)
    assert list(states) == ["APPLIED", "APPLIED", "PREPARED"]


def test_there_is_nothing_in_the_holidays(family):
    give(datetime.date(2024, 12, 23))

    assert not Lesson.objects.exists()
