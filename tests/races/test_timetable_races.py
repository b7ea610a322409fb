"""Two files of one collège at once: one is taken, and the other is compared again."""

from __future__ import annotations

import threading

import pytest

from tenants.accounts.models import User
from tenants.schoollife.timetable import operations
from tenants.schoollife.timetable.models import (
    FeedAddress,
    Lesson,
    TimetableImport,
    TimetableSource,
)
from tenants.schoollife.timetable.operations import (
    MOST_ADDRESSES,
    AddressesTooMany,
    ImportOvertaken,
    ImportTakenAlready,
)
from tests.factories.canteen import make_college
from tests.factories.tariffs import ACTOR
from tests.factories.timetables import AT, calendar, event, make_class, prepare, take
from tests.threads import meeting, run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def file_of(room):
    return calendar(
        [event("1", "20241105T090000", "20241105T100000", of_class="4e B", room=str(room))]
    )


@pytest.fixture
def college(committed_tenant_db):
    found = make_college()
    make_class(found)
    take(found, file_of(12))
    return found


def apply(key):
    operations.apply_import(
        timetable_import=TimetableImport.objects.get(pk=key), actor=ACTOR, at=AT
    )
    return "taken"


def said(results):
    names = {ImportOvertaken: "overtaken", ImportTakenAlready: "already", AddressesTooMany: "many"}
    return sorted(names.get(type(one), str(one)) for one in results)


def test_of_two_files_at_once_one_is_taken(monkeypatch, college):
    keys = iter([prepare(college, file_of(room)).pk for room in (14, 15)])
    meet = meeting(monkeypatch, operations, "_lock_source")

    results = meet(lambda: apply(next(keys)))

    assert said(results) == ["overtaken", "taken"]
    assert Lesson.objects.get().revision == 1


def test_one_file_is_taken_once_by_two_at_once(monkeypatch, college):
    key = prepare(college, file_of(14)).pk
    meet = meeting(monkeypatch, operations, "_lock_source")

    results = meet(lambda: apply(key))

    assert said(results) == ["already", "taken"]
    assert Lesson.objects.get().revision == 1


def test_both_files_are_taken_without_the_lock(monkeypatch, college):
    """If this fails, the tests above prove nothing."""
    keys = iter([prepare(college, file_of(room)).pk for room in (14, 15)])
    monkeypatch.setattr(
        operations, "_lock_source", lambda source_id: TimetableSource.objects.get(pk=source_id)
    )
    meet, times = threading.Barrier(2), operations._times_applied

    def slowly(source):
        found = times(source)
        meet.wait(10)
        return found

    monkeypatch.setattr(operations, "_times_applied", slowly)

    results = run_in_threads([lambda: apply(next(keys))] * 2)

    assert said(results) == ["taken", "taken"]


def test_the_last_address_is_given_once(monkeypatch, college):
    user = User.objects.create(email="parent@exemple.fr")
    for number in range(MOST_ADDRESSES - 1):
        FeedAddress.objects.create(user=user, fingerprint=str(number), made_at=AT)
    meet = meeting(monkeypatch, operations, "_lock_account")

    def make():
        operations.make_feed_address(
            user=User.objects.get(pk=user.pk), pupil=None, actor=ACTOR, at=AT
        )
        return "made"

    assert said(meet(make)) == ["made", "many"]
    assert FeedAddress.objects.filter(user=user).count() == MOST_ADDRESSES
