"""Counts are added once, whoever dies in the middle; what is over is forgotten."""

from __future__ import annotations

import datetime

import pytest

from federation.usage import gathering, store
from federation.usage.models import Audience, Gathering, HourlyVisits, Kind, PseudonymKey, Window
from federation.usage.operations import gather, purge
from tests.factories.usage import paris, visit, visits

pytestmark = pytest.mark.usefixtures("tenant_db")
HERE = "0920001A|PARENT"


def of_the_day() -> Audience:
    return Audience.objects.get(window=Window.DAY, starts_on=datetime.date(2024, 10, 7))


def test_what_was_set_aside_by_a_worker_that_died_is_added_by_the_next():
    visits(3, HERE, paris(7, 9))
    gathering.take()  # and no further
    visits(2, HERE, paris(7, 10))

    assert gather(at=paris(7, 11)) == 5
    assert (of_the_day().visits, of_the_day().visitors) == (5, 5)


def test_what_was_added_by_a_worker_that_died_is_not_added_again():
    visits(3, HERE, paris(7, 9))
    batch = gathering.take()
    assert gathering.keep(batch, at=paris(7, 10))  # and it is not let go

    assert gather(at=paris(7, 11)) == 0
    assert of_the_day().visits == 3
    assert not store.client().exists(store.key("gathering"))
    assert HourlyVisits.objects.get().visits == 3


def test_a_batch_that_is_offered_again_changes_nothing():
    visits(3, HERE, paris(7, 9))
    batch = gathering.take()

    assert gathering.keep(batch, at=paris(7, 10))
    assert not gathering.keep(batch, at=paris(7, 11))

    assert (of_the_day().visits, Gathering.objects.count()) == (3, 1)


def test_who_comes_late_does_not_let_go_of_the_next_batch():
    visits(3, HERE, paris(7, 9))
    first = gathering.take()
    gathering.keep(first, at=paris(7, 10))
    gathering.let_go(first)
    visits(2, HERE, paris(7, 10))
    gathering.take()

    gathering.let_go(first)  # by somebody who was slow

    assert gather(at=paris(7, 11)) == 2
    assert of_the_day().visits == 5


def test_a_visitor_is_not_counted_again_when_redis_has_died():
    """What was gathered comes back from the tables: only the visits that went on are counted twice."""
    visitor = visit(HERE, paris(7, 9))
    visits(4, HERE, paris(7, 9))
    gather(at=paris(7, 10))
    for key in store.client().scan_iter(match=f"{store.key('')}*"):
        store.client().delete(key)

    visit(HERE, paris(7, 15), visitor=visitor)
    visit(HERE, paris(7, 15))
    gather(at=paris(7, 16))

    assert (of_the_day().visits, of_the_day().visitors) == (7, 6)


def test_keys_and_sketches_die_with_their_window():
    visits(2, HERE, paris(7, 9))
    gather(at=paris(7, 23, 30))
    assert PseudonymKey.objects.count() == 3
    assert Audience.objects.filter(sketch=None).count() == 0

    gather(at=paris(8, 0, 59))  # within the hour of grace
    assert PseudonymKey.objects.count() == 3

    gather(at=paris(8, 1))
    assert set(PseudonymKey.objects.values_list("window", flat=True)) == {"WEEK", "MONTH"}
    assert of_the_day().sketch is None

    gather(at=paris(14, 1))
    assert set(PseudonymKey.objects.values_list("window", flat=True)) == {"MONTH"}

    gather(at=paris(1, 1, month=11))
    assert not PseudonymKey.objects.exists()
    assert not Audience.objects.exclude(sketch=None).exists()
    assert not list(store.client().scan_iter(match=f"{store.sketch_key('')}*"))
    assert (of_the_day().visits, of_the_day().visitors) == (2, 2)


def test_a_page_that_comes_after_its_window_is_one_more_visit_of_nobody_new():
    visits(2, HERE, paris(7, 9))
    gather(at=paris(8, 2))

    visit(HERE, paris(7, 23, 59))
    gather(at=paris(8, 3))

    assert (of_the_day().visits, of_the_day().visitors) == (3, 2)
    assert of_the_day().sketch is None


def test_examples_are_marked_and_mark_what_they_are_added_to():
    visits(2, HERE, paris(7, 9))
    gather(at=paris(7, 10))
    assert not of_the_day().is_example
    visits(2, HERE, paris(7, 11))
    gather(at=paris(7, 12), are_examples=True)
    visits(2, HERE, paris(7, 13))
    gather(at=paris(7, 14))

    assert of_the_day().is_example
    assert of_the_day().visits == 6


def test_days_and_weeks_are_deleted_after_two_years_and_months_are_kept():
    visits(2, HERE, paris(7, 9))
    gather(at=paris(7, 10))

    assert purge(at=paris(8, 10)) == 0
    purge(at=datetime.datetime(2026, 12, 7, 9, tzinfo=datetime.UTC))

    assert set(Audience.objects.values_list("window", flat=True)) == {"MONTH"}
    assert {row.kind for row in Audience.objects.all()} == {Kind.WHOLE, Kind.NATIVE}
    assert not HourlyVisits.objects.exists()
    assert not Gathering.objects.exists()


def test_nothing_to_gather_is_nothing():
    assert gather(at=paris(7, 10)) == 0
    assert not Gathering.objects.exists()
