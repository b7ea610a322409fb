"""The collèges of the demo gave their files: each page has something, and a family waits for an answer."""

from __future__ import annotations

import datetime
import random

import pytest
import time_machine

from socle.seeding.school_records import seed_school_records
from tenants.schoollife.records import queries
from tenants.schoollife.records.models import Homework, ImportLine, Justification, Kind, Mark
from tests.factories.portal import account_of
from tests.factories.school_records import YEAR, make_schooled_family

pytestmark = pytest.mark.usefixtures("tenant_db")
TODAY = datetime.date(2024, 11, 24)  # a Sunday


@pytest.fixture
def family():
    family = make_schooled_family()
    account_of(family)
    for _ in range(11):
        make_schooled_family(college=family.college, class_name="3C")
    return family


def seed(today=TODAY):
    seed_school_records(year=YEAR, today=today, draw=random.Random(2026))


def test_a_family_of_the_cast_has_something_on_each_page(family):
    with time_machine.travel(datetime.datetime(2024, 11, 24, 12, tzinfo=datetime.UTC), tick=False):
        seed()

    marks = queries.in_context(list(queries.marks_of(family.pupil, school_year=2024)))
    assert {one.context is not None for one in marks if one.mark.value is not None} == {True, False}
    absences = queries.absences_of(family.pupil, school_year=2024)
    assert [one.is_waiting for one in absences] == [False, False, True]
    assert any(one.may_be_justified(on=TODAY) for one in absences)
    assert Justification.objects.count() == 1
    assert queries.homework_due(family.pupil, since=TODAY).count() == 3


def test_one_mark_was_corrected_and_its_history_says_so(family):
    seed()

    (changed,) = ImportLine.objects.filter(outcome="CHANGED")
    mark = Mark.objects.get(record_id=changed.record_id)
    assert [line.outcome for line in queries.history_of(mark, kind=Kind.MARKS)] == [
        "ADDED",
        "CHANGED",
    ]


def test_a_year_that_has_just_begun_has_nothing(family):
    seed(datetime.date(2024, 9, 3))

    assert not Mark.objects.exists()
    assert not Homework.objects.exists()
