"""The deadlines of docs/pricing.md, computed again, and what holds for each of them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.canteen.deadlines import (
    PARIS,
    CancellationRule,
    InvalidDeadlineRule,
    cancel_before,
    first_free_day,
    is_too_late,
    parse_cancellation_rule,
)
from commons.school_calendar import is_working_day
from tests.pricing_tables import names, table

MIDNIGHT = CancellationRule(working_days=3, cutoff="24:00")
days = st.dates(datetime.date(2020, 1, 1), datetime.date(2035, 12, 31))
rules = st.builds(
    CancellationRule,
    working_days=st.integers(0, 10),
    cutoff=st.sampled_from(["24:00", "12:00", "08:30", "00:00", "23:59"]),
    clear_days=st.booleans(),
)


@pytest.mark.parametrize("row", table("deadlines"), ids=names(table("deadlines")))
def test_a_deadline_is_the_one_worked_by_hand(row: dict[str, str]) -> None:
    rule = CancellationRule(
        working_days=int(row["working days"]),
        cutoff=row["cutoff"],
        clear_days=row["clear days"] == "yes",
    )

    limit = cancel_before(rule, datetime.date.fromisoformat(row["meal"]))

    assert limit.isoformat(timespec="minutes") == row["cancel before"]
    assert limit.tzinfo is PARIS


def test_one_minute_after_midnight_is_too_late_and_the_last_minute_is_not() -> None:
    meal = datetime.date(2024, 10, 10)

    assert not is_too_late(MIDNIGHT, meal, datetime.datetime(2024, 10, 7, 23, 59, tzinfo=PARIS))
    assert is_too_late(MIDNIGHT, meal, datetime.datetime(2024, 10, 8, 0, 0, tzinfo=PARIS))
    assert is_too_late(MIDNIGHT, meal, datetime.datetime(2024, 10, 8, 0, 1, tzinfo=PARIS))
    in_utc = datetime.datetime(2024, 10, 7, 22, 1, tzinfo=datetime.UTC)
    assert is_too_late(MIDNIGHT, meal, in_utc)


@pytest.mark.parametrize(
    ("meal", "hours"),
    [(datetime.date(2024, 10, 29), 1), (datetime.date(2025, 4, 1), 0)],
)
def test_the_wall_clock_rules_across_a_clock_change(meal: datetime.date, hours: int) -> None:
    """The night of the change has 25 or 23 hours; midnight stays midnight on the wall."""
    limit = cancel_before(MIDNIGHT, meal)

    assert (limit.hour, limit.minute) == (0, 0)
    assert limit.utcoffset() == datetime.timedelta(hours=hours + 1)


@given(rules, days)
def test_the_deadline_day_is_a_working_day_before_the_meal(
    rule: CancellationRule, meal: datetime.date
) -> None:
    limit = cancel_before(rule, meal)
    day = limit.date()
    if rule.cutoff == "24:00":
        day -= datetime.timedelta(days=1)

    assert day <= meal
    if rule.working_days or rule.clear_days:
        assert is_working_day(day)
        between = [day + datetime.timedelta(days=count) for count in range((meal - day).days)]
        counted = sum(is_working_day(one) for one in between)
        assert counted == rule.working_days + rule.clear_days


@given(rules, days)
def test_a_later_meal_never_has_an_earlier_deadline(
    rule: CancellationRule, meal: datetime.date
) -> None:
    following = meal + datetime.timedelta(days=1)

    assert cancel_before(rule, meal) <= cancel_before(rule, following)


@given(rules, days, st.times())
def test_the_first_free_day_is_the_first_one_that_is_not_too_late(
    rule: CancellationRule, day: datetime.date, clock: datetime.time
) -> None:
    at = datetime.datetime.combine(day, clock, tzinfo=PARIS)

    first = first_free_day(rule, at)

    assert not is_too_late(rule, first, at)
    if first > day:
        assert is_too_late(rule, first - datetime.timedelta(days=1), at)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        is_too_late(MIDNIGHT, datetime.date(2024, 10, 10), datetime.datetime(2024, 10, 7))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        ({}, "FIELD_MISSING", "working_days"),
        ({"working_days": 3}, "FIELD_MISSING", "cutoff"),
        ({"working_days": -1, "cutoff": "24:00"}, "OUT_OF_RANGE", "working_days"),
        ({"working_days": True, "cutoff": "24:00"}, "NOT_AN_INTEGER", "working_days"),
        ({"working_days": "3", "cutoff": "24:00"}, "NOT_AN_INTEGER", "working_days"),
        ({"working_days": 3, "cutoff": "25:00"}, "NOT_A_CLOCK_TIME", "cutoff"),
        ({"working_days": 3, "cutoff": "24:01"}, "NOT_A_CLOCK_TIME", "cutoff"),
        ({"working_days": 3, "cutoff": "noon!"}, "NOT_A_CLOCK_TIME", "cutoff"),
        ({"working_days": 3, "cutoff": "24:00", "clear_days": 3}, "NOT_YES_OR_NO", "clear_days"),
        ({"working_days": 3, "cutoff": "24:00", "cutof": "12:00"}, "FIELD_UNKNOWN", "cutof"),
        ([], "NOT_A_MAPPING", ""),
    ],
)
def test_a_misspelt_rule_is_refused_by_name(data: object, code: str, place: str) -> None:
    with pytest.raises(InvalidDeadlineRule) as refusal:
        parse_cancellation_rule(data)

    assert (code, place) in [(problem.code, problem.place) for problem in refusal.value.problems]
