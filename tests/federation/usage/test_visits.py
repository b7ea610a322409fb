"""When a visit begins and ends, whom it counts, and as what."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.usage import gathering
from federation.usage.models import Audience, HourlyVisits, Kind, Window
from federation.usage.operations import Use, gather
from tests.factories.usage import HOME, PRESS, paris, visit, visits

pytestmark = pytest.mark.usefixtures("tenant_db")
HERE, THERE = "0920001A|PARENT", "0920002B|ELEVE"
HALF_HOUR = 30 * 60
gaps = st.lists(
    st.one_of(st.integers(0, 3_600), st.sampled_from([0, 1, HALF_HOUR - 1, HALF_HOUR])),
    max_size=12,
)


def visits_by_the_rule(gaps: list[int]) -> int:
    """A visit ends once half an hour has passed without a page."""
    return 1 + sum(gap >= HALF_HOUR for gap in gaps)


@given(gaps=gaps)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_half_an_hour_without_a_page_ends_a_visit(gaps):
    cache.key_prefix = uuid.uuid4().hex
    visitor = visit(HERE, at := paris(7, 6))
    for gap in gaps:
        at += datetime.timedelta(seconds=gap)
        visit(HERE, at, visitor=visitor)

    batch = gathering.take()

    assert sum(batch.hours.values()) == visits_by_the_rule(gaps)
    assert batch.cells["DAY|2024-10-07|0920001A|PARENT||"] == visits_by_the_rule(gaps)
    # Once in each visit, however many pages.
    assert batch.cells["MONTH|2024-10-01|0920001A|PARENT|NATIF|accueil"] == visits_by_the_rule(gaps)


def test_a_page_that_was_late_is_of_the_visit_that_goes_on():
    """Two servers need not agree on the second."""
    visitor = visit(HERE, paris(7, 9, 20))

    visit(HERE, paris(7, 9), visitor=visitor)
    visit(HERE, paris(7, 9, 45), visitor=visitor)

    assert gather(at=paris(7, 10)) == 1


def test_visits_and_visitors_are_counted_by_day_week_and_month():
    visitor = visit(HERE, paris(7, 9))
    visit(HERE, paris(7, 15), visitor=visitor)
    visit(HERE, paris(8, 9), visitor=visitor)
    visit(HERE, paris(28, 9), visitor=visitor)
    visit(THERE, paris(7, 9))

    assert gather(at=paris(28, 10)) == 5
    found = {
        (row.window, row.starts_on.isoformat(), row.college_uai): (row.visits, row.visitors)
        for row in Audience.objects.filter(kind=Kind.WHOLE)
    }
    assert found == {
        ("DAY", "2024-10-07", "0920001A"): (2, 1),
        ("DAY", "2024-10-08", "0920001A"): (1, 1),
        ("DAY", "2024-10-28", "0920001A"): (1, 1),
        ("WEEK", "2024-10-07", "0920001A"): (3, 1),
        ("WEEK", "2024-10-28", "0920001A"): (1, 1),
        ("MONTH", "2024-10-01", "0920001A"): (4, 1),
        ("DAY", "2024-10-07", "0920002B"): (1, 1),
        ("WEEK", "2024-10-07", "0920002B"): (1, 1),
        ("MONTH", "2024-10-01", "0920002B"): (1, 1),
    }
    hours = {(row.day.day, row.hour, row.profile): row.visits for row in HourlyVisits.objects.all()}
    assert hours[7, 9, "PARENT"] == 1
    assert hours[7, 15, "PARENT"] == 1
    assert hours[7, 9, "ELEVE"] == 1


def test_services_are_counted_by_month_with_who_used_them():
    several = visits(3, HERE, paris(7, 9))
    for visitor in several[:2]:
        visit(HERE, paris(7, 9, 5), visitor=visitor, use=PRESS)
    visit(HERE, paris(9, 9), visitor=several[0], use=PRESS)

    gather(at=paris(9, 10))

    rows = Audience.objects.exclude(kind=Kind.WHOLE)
    assert {(row.kind, row.service_code): (row.visits, row.visitors) for row in rows} == {
        ("NATIF", "accueil"): (3, 3),
        ("TIERS", "presse"): (3, 2),
    }
    assert {row.window for row in rows} == {Window.MONTH}


def test_a_visit_keeps_the_place_it_began_with():
    """It is asked for once, and a child who moves meanwhile is not in two collèges."""
    visitor = visit(HERE, paris(7, 9))

    visit(THERE, paris(7, 9, 10), visitor=visitor, use=PRESS)
    gather(at=paris(7, 10))

    assert {row.college_uai for row in Audience.objects.all()} == {"0920001A"}


def test_a_service_has_a_maker_and_a_code():
    for kind, code in ((Kind.WHOLE, "accueil"), (Kind.NATIVE, ""), (Kind.NATIVE, "a|b")):
        with pytest.raises(ValueError, match="a maker and a code"):
            Use(kind, code)


def test_the_counts_of_one_departement_are_not_the_others(in_tenant):
    visits(2, HERE, paris(7, 9))
    with in_tenant("d94"):
        visit(HERE, paris(7, 9))
        assert gather(at=paris(7, 10)) == 1
        assert Audience.objects.get(window=Window.DAY).visits == 1

    assert gather(at=paris(7, 10)) == 2
    assert Audience.objects.get(window=Window.DAY).visits == 2


def test_many_visitors_are_counted_within_two_in_a_hundred():
    """A sketch counts without holding anybody: with an error of 0.81 % (Flajolet et al., 2007)."""
    visits(600, HERE, paris(7, 9), use=HOME)

    gather(at=paris(7, 10))

    assert 588 <= Audience.objects.get(window=Window.DAY).visitors <= 612
