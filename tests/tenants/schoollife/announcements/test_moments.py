"""When one is told: a table, and what holds for any moment."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tenants.schoollife.announcements.moments import Chosen, after_quiet, due_at

PARIS = ZoneInfo("Europe/Paris")
ONE_MINUTE = datetime.timedelta(minutes=1)


def here(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("mode", "asked", "told"),
    [
        ("AT_ONCE", "2024-10-08 11:30", "2024-10-08 11:30"),  # a Tuesday
        ("AT_ONCE", "2024-10-08 20:00", "2024-10-09 07:00"),
        ("AT_ONCE", "2024-10-09 06:59", "2024-10-09 07:00"),
        ("AT_ONCE", "2024-10-09 07:00", "2024-10-09 07:00"),
        ("AT_ONCE", "2024-10-11 19:59", "2024-10-11 19:59"),  # Friday
        ("AT_ONCE", "2024-10-11 20:30", "2024-10-14 07:00"),  # to Monday
        ("AT_ONCE", "2024-10-13 12:00", "2024-10-14 07:00"),
        ("DIGEST", "2024-10-08 11:30", "2024-10-08 18:00"),
        ("DIGEST", "2024-10-08 18:00", "2024-10-08 18:00"),
        ("DIGEST", "2024-10-08 18:01", "2024-10-09 18:00"),
        ("DIGEST", "2024-10-11 19:00", "2024-10-14 07:00"),  # Saturday's would be in the week-end
        ("NONE", "2024-10-08 11:30", None),
    ],
)
def test_the_table(mode, asked, told):
    found = due_at(Chosen(mode=mode), digest_hour=18, is_urgent=False, at=here(asked))
    assert found == (here(told) if told else None)


def test_clocks_that_change_move_nothing():
    """On 27 October 2024 the night is an hour longer, on 31 March an hour shorter."""
    night = Chosen(is_quiet_at_weekends=False)
    for asked, told in (
        ("2024-10-26 23:00", "2024-10-27 07:00"),
        ("2024-03-30 23:00", "2024-03-31 07:00"),
    ):
        assert after_quiet(night, here(asked)) == here(told)


def test_what_is_urgent_is_told_at_once_to_all():
    at = here("2024-10-13 03:00")
    for mode in ("AT_ONCE", "DIGEST", "NONE"):
        assert due_at(Chosen(mode=mode), digest_hour=18, is_urgent=True, at=at) == at


def test_the_same_hour_twice_is_no_quiet_time():
    at = here("2024-10-08 03:00")
    assert after_quiet(Chosen(quiet_from=5, quiet_until=5), at) == at


@given(
    start=some.integers(0, 23),
    end=some.integers(0, 23),
    weekends=some.booleans(),
    minutes=some.integers(0, 3 * 366 * 24 * 60),
)
def test_what_is_told_is_never_in_the_quiet_time_nor_days_late(start, end, weekends, minutes):
    chosen = Chosen(quiet_from=start, quiet_until=end, is_quiet_at_weekends=weekends)
    moment = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC) + minutes * ONE_MINUTE
    found = after_quiet(chosen, moment)
    local = found.astimezone(PARIS)

    assert moment <= found <= moment + datetime.timedelta(days=4)
    assert after_quiet(chosen, found) == found
    assert not (weekends and local.weekday() >= 5)
    is_night = start <= local.hour < end if start < end else start != end and (
        local.hour >= start or local.hour < end
    )  # fmt: skip
    assert not is_night
