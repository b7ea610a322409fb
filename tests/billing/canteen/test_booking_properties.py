"""A booking is a rule plus exceptions: what holds for every pattern and calendar."""

from __future__ import annotations

import datetime

from hypothesis import given
from hypothesis import strategies as st

from billing.canteen.booking import falls_on, meal_days, weekday_bit

FIRST = datetime.date(2026, 9, 1)
some_days = st.sets(st.integers(0, 60).map(lambda count: FIRST + datetime.timedelta(days=count)))
patterns = st.integers(1, 31)


@given(patterns, some_days, some_days, some_days)
def test_meals_are_open_days_only_in_order(
    weekdays: int,
    opened: set[datetime.date],
    cancelled: set[datetime.date],
    added: set[datetime.date],
) -> None:
    meals = meal_days(weekdays, opened, cancelled, added)

    assert meals == sorted(set(meals))
    assert set(meals) <= opened


@given(patterns, some_days, some_days)
def test_cancelling_and_keeping_split_the_rule(
    weekdays: int, opened: set[datetime.date], cancelled: set[datetime.date]
) -> None:
    by_rule = set(meal_days(weekdays, opened))
    kept = set(meal_days(weekdays, opened, cancelled))

    assert kept == by_rule - cancelled
    assert all(falls_on(weekdays, day) for day in kept)


@given(patterns, some_days, some_days)
def test_an_added_meal_counts_once(
    weekdays: int, opened: set[datetime.date], added: set[datetime.date]
) -> None:
    meals = meal_days(weekdays, opened, (), added)

    assert len(meals) == len(set(meal_days(weekdays, opened)) | (added & opened))


@given(some_days)
def test_each_day_of_the_week_belongs_to_one_bit(opened: set[datetime.date]) -> None:
    weekday_meals = [set(meal_days(bit, opened)) for bit in (1, 2, 4, 8, 16)]

    assert sum(len(meals) for meals in weekday_meals) == len(
        {day for day in opened if day.isoweekday() <= 5}
    )
    assert all(weekday_bit(day) == 4 for day in weekday_meals[2])
