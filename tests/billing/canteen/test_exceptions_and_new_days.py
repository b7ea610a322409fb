"""Exceptions when the weekly rule changes under them: what was asked for is what is billed."""

from __future__ import annotations

import datetime

import pytest

from billing.canteen import operations, overviews, queries
from billing.canteen.deadlines import PARIS
from billing.canteen.models import BookingException, Enrolment
from billing.canteen.overviews import DayStatus
from commons.periods import Period
from tests.factories.canteen import START, make_enrolment, make_family
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
OCTOBER = Period(datetime.date(2024, 10, 1), datetime.date(2024, 11, 1))
TUESDAY = datetime.date(2024, 10, 15)
THURSDAY = datetime.date(2024, 10, 17)
EARLY = datetime.datetime(2024, 10, 1, 10, tzinfo=PARIS)
LATE = datetime.datetime(2024, 10, 14, 10, tzinfo=PARIS)
FROM_TUESDAYS_ON = datetime.date(2024, 10, 14)
MONDAY, MONDAY_TUESDAY_THURSDAY = 0b00001, 0b01011


def new_days(enrolment: Enrolment, weekdays: int, day: datetime.date) -> Enrolment:
    return operations.change_weekdays(
        enrolment=enrolment,
        weekdays=weekdays,
        effective_on=day,
        actor=ACTOR,
        at=EARLY,
        by_agent=True,
    )


def cancel(
    enrolment: Enrolment, day: datetime.date, at: datetime.datetime = EARLY
) -> list[BookingException]:
    return operations.cancel_meals(enrolment=enrolment, days=[day], actor=ACTOR, at=at)


def add(
    enrolment: Enrolment,
    day: datetime.date,
    at: datetime.datetime = EARLY,
    *,
    by_agent: bool = True,
) -> BookingException | None:
    return operations.add_meal(enrolment=enrolment, day=day, actor=ACTOR, at=at, by_agent=by_agent)


def meals(enrolment: Enrolment) -> list[datetime.date]:
    return queries.meals_for(enrolment, OCTOBER)


@pytest.mark.parametrize("effective_on", [FROM_TUESDAYS_ON, START])
def test_an_added_meal_the_rule_now_holds_is_cancelled_in_time_for_good(
    effective_on: datetime.date,
) -> None:
    enrolment = make_enrolment()
    add(enrolment, TUESDAY)
    enrolment = new_days(enrolment, MONDAY_TUESDAY_THURSDAY, effective_on)
    assert TUESDAY in meals(enrolment)

    (exception,) = cancel(enrolment, TUESDAY)

    assert not exception.is_late
    assert TUESDAY not in meals(enrolment)


def test_an_extra_of_before_on_a_day_of_the_rule_is_cancelled_like_the_rule() -> None:
    """As data of an older version may hold it."""
    enrolment = make_enrolment()
    BookingException.objects.create(
        enrolment=enrolment,
        day=THURSDAY,
        kind="EXTRA",
        requested_at=EARLY,
        actor_kind="system",
        actor_id="tests",
    )
    month = overviews.month_overview(enrolment, year=2024, month=10, at=EARLY)
    assert {view.day: view.status for view in month.days}[THURSDAY] is DayStatus.MEAL

    (exception,) = cancel(enrolment, THURSDAY)

    assert (exception.kind, exception.is_late) == ("CANCELLED", False)
    assert THURSDAY not in meals(enrolment)


def test_an_added_meal_the_rule_now_holds_cancelled_too_late_is_noted_and_billed() -> None:
    enrolment = make_enrolment()
    add(enrolment, TUESDAY)
    enrolment = new_days(enrolment, MONDAY_TUESDAY_THURSDAY, FROM_TUESDAYS_ON)

    (exception,) = cancel(enrolment, TUESDAY, at=LATE)

    assert exception.is_late
    assert TUESDAY in meals(enrolment)


def test_an_added_meal_the_rule_does_not_hold_stays_one_when_days_change() -> None:
    enrolment = make_enrolment()
    add(enrolment, TUESDAY)

    enrolment = new_days(enrolment, MONDAY, FROM_TUESDAYS_ON)

    assert TUESDAY in meals(enrolment)
    assert cancel(enrolment, TUESDAY) == []
    assert TUESDAY not in meals(enrolment)


def test_a_late_cancellation_whose_weekday_is_dropped_and_taken_again_gives_a_meal() -> None:
    enrolment = make_enrolment()
    cancel(enrolment, THURSDAY, at=datetime.datetime(2024, 10, 16, 10, tzinfo=PARIS))
    enrolment = new_days(enrolment, MONDAY, FROM_TUESDAYS_ON)
    assert THURSDAY not in meals(enrolment)

    added = add(enrolment, THURSDAY)

    assert added is not None
    assert added.kind == "EXTRA"
    assert THURSDAY in meals(enrolment)


def test_a_family_takes_no_late_cancellation_back_for_a_meal_that_is_no_longer_ordered() -> None:
    enrolment = make_enrolment()
    cancel(enrolment, THURSDAY, at=datetime.datetime(2024, 10, 16, 10, tzinfo=PARIS))
    enrolment = new_days(enrolment, MONDAY, FROM_TUESDAYS_ON)

    with pytest.raises(operations.MealTooLate):
        add(enrolment, THURSDAY, datetime.datetime(2024, 10, 16, 11, tzinfo=PARIS), by_agent=False)

    assert THURSDAY not in meals(enrolment)
    assert enrolment.exceptions.get().is_late


def test_enrolling_again_keeps_what_was_cancelled_in_time() -> None:
    family = make_family()
    enrolment = make_enrolment(family)
    cancel(enrolment, THURSDAY)
    add(enrolment, TUESDAY)
    operations.end_enrolment(
        enrolment=enrolment, end_on=FROM_TUESDAYS_ON, actor=ACTOR, at=EARLY, by_agent=True
    )

    again = make_enrolment(family, start_on=FROM_TUESDAYS_ON)

    # Nor Thursday, cancelled; nor Tuesday, whose addition ended with the enrolment.
    assert meals(again) == [FROM_TUESDAYS_ON]
    assert add(again, THURSDAY) is None
    assert meals(again) == [FROM_TUESDAYS_ON, THURSDAY]


def test_enrolling_again_forgets_no_cancellation_of_either_of_two_that_ended() -> None:
    family = make_family()
    first = make_enrolment(family)
    cancel(first, THURSDAY)
    operations.end_enrolment(
        enrolment=first, end_on=datetime.date(2024, 10, 7), actor=ACTOR, at=EARLY, by_agent=True
    )
    second = make_enrolment(family, start_on=datetime.date(2024, 10, 8))
    cancel(second, FROM_TUESDAYS_ON)
    operations.end_enrolment(
        enrolment=second, end_on=datetime.date(2024, 10, 10), actor=ACTOR, at=EARLY, by_agent=True
    )

    third = make_enrolment(family, start_on=datetime.date(2024, 10, 10))

    assert meals(third) == [datetime.date(2024, 10, 10)]
