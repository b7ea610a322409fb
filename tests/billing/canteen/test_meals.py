"""Meals: cancelled in time or too late, added, closed; counted, shown and priced."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from billing.canteen import operations, overviews, queries
from billing.canteen.deadlines import PARIS
from billing.canteen.models import BookingException, Enrolment, ServiceDay
from billing.canteen.overviews import DayStatus
from billing.tariffs.issued_months import AlreadyBilled
from commons.errors import NotFound
from commons.models import AuditEntry, OutboxEvent
from commons.periods import Period
from tests.factories.canteen import (
    SCHOOL_YEAR,
    make_college,
    make_enrolment,
    make_family,
    open_canteen,
)
from tests.factories.tariffs import ACTOR, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
OCTOBER = Period(datetime.date(2024, 10, 1), datetime.date(2024, 11, 1))
THURSDAY = datetime.date(2024, 10, 10)
IN_TIME = datetime.datetime(2024, 10, 7, 23, 59, tzinfo=PARIS)
TOO_LATE = datetime.datetime(2024, 10, 8, 0, 1, tzinfo=PARIS)


def october(*days: int) -> list[datetime.date]:
    return [datetime.date(2024, 10, day) for day in days]


def cancel(
    enrolment: Enrolment, *days: datetime.date, at: datetime.datetime = IN_TIME
) -> list[BookingException]:
    return operations.cancel_meals(enrolment=enrolment, days=days, actor=ACTOR, at=at)


def add(
    enrolment: Enrolment,
    day: datetime.date,
    *,
    at: datetime.datetime = IN_TIME,
    by_agent: bool = False,
) -> BookingException | None:
    return operations.add_meal(enrolment=enrolment, day=day, actor=ACTOR, at=at, by_agent=by_agent)


def test_a_month_is_the_weekly_rule_on_the_open_days() -> None:
    """Mondays and Thursdays of October 2024, holidays from the 19th."""
    assert queries.meals_for(make_enrolment(), OCTOBER) == october(3, 7, 10, 14, 17)


def test_a_meal_cancelled_in_time_is_not_billed() -> None:
    enrolment = make_enrolment()

    (exception,) = cancel(enrolment, THURSDAY)

    assert not exception.is_late
    assert queries.meals_for(enrolment, OCTOBER) == october(3, 7, 14, 17)
    event = OutboxEvent.objects.get(name="canteen.meal.cancelled")
    assert event.payload == {
        "enrolment": str(enrolment.public_id),
        "first_day": "2024-10-10",
        "count": 1,
        "late_count": 0,
    }


def test_a_meal_cancelled_one_minute_too_late_is_kept_and_billed() -> None:
    enrolment = make_enrolment()

    (exception,) = cancel(enrolment, THURSDAY, at=TOO_LATE)

    assert exception.is_late
    assert THURSDAY in queries.meals_for(enrolment, OCTOBER)
    assert AuditEntry.objects.get(action="canteen.meal.cancelled").details["late_days"] == [
        "2024-10-10"
    ]


def test_cancelling_twice_changes_nothing() -> None:
    enrolment = make_enrolment()

    first = cancel(enrolment, THURSDAY)
    second = cancel(enrolment, THURSDAY, at=TOO_LATE)

    assert [row.pk for row in first] == [row.pk for row in second]
    assert queries.meals_for(enrolment, OCTOBER) == october(3, 7, 14, 17)
    assert OutboxEvent.objects.filter(name="canteen.meal.cancelled").count() == 1


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (datetime.date(2024, 10, 8), "NO_MEAL"),
        (datetime.date(2024, 10, 21), "NO_MEAL"),
        (datetime.date(2024, 10, 3), "PAST"),
        (datetime.date(2025, 9, 4), "NO_MEAL"),
    ],
)
def test_cancelling_what_cannot_be_is_refused_whole(day: datetime.date, reason: str) -> None:
    enrolment = make_enrolment()

    with pytest.raises(operations.MealNotBooked) as refusal:
        cancel(enrolment, THURSDAY, day)

    assert refusal.value.details["reason"] == reason
    assert not BookingException.objects.exists()
    assert THURSDAY in queries.meals_for(enrolment, OCTOBER)


def test_an_issued_month_takes_no_cancellation_no_extra_and_no_closing(
    issue_until: Callable[[datetime.date], None],
) -> None:
    enrolment = make_enrolment()
    issue_until(datetime.date(2024, 11, 1))

    with pytest.raises(AlreadyBilled):
        cancel(enrolment, THURSDAY)
    with pytest.raises(AlreadyBilled):
        add(enrolment, datetime.date(2024, 10, 11))
    with pytest.raises(AlreadyBilled):
        operations.close_service_day(
            college=enrolment.college, day=THURSDAY, reason="Grève", actor=ACTOR, at=IN_TIME
        )

    assert not BookingException.objects.exists()
    assert ServiceDay.objects.get(college=enrolment.college, day=THURSDAY).is_open


def test_an_added_meal_counts_and_can_be_taken_back_in_time() -> None:
    enrolment = make_enrolment()
    friday = datetime.date(2024, 10, 11)

    add(enrolment, friday)
    assert queries.meals_for(enrolment, OCTOBER) == october(3, 7, 10, 11, 14, 17)
    with pytest.raises(operations.MealAlreadyBooked):
        add(enrolment, friday)
    with pytest.raises(operations.MealTooLate):
        cancel(enrolment, friday, at=datetime.datetime(2024, 10, 9, 0, 0, tzinfo=PARIS))

    assert cancel(enrolment, friday) == []
    assert queries.meals_for(enrolment, OCTOBER) == october(3, 7, 10, 14, 17)


def test_adding_a_cancelled_meal_takes_its_cancellation_back() -> None:
    enrolment = make_enrolment()
    cancel(enrolment, THURSDAY)

    assert add(enrolment, THURSDAY) is None

    assert queries.meals_for(enrolment, OCTOBER) == october(3, 7, 10, 14, 17)
    assert not BookingException.objects.exists()


def test_a_late_cancellation_can_always_be_taken_back() -> None:
    enrolment = make_enrolment()
    cancel(enrolment, THURSDAY, at=TOO_LATE)

    assert add(enrolment, THURSDAY, at=TOO_LATE) is None

    assert not BookingException.objects.exists()


def test_adding_too_late_is_for_agents() -> None:
    enrolment = make_enrolment()
    tuesday = datetime.date(2024, 10, 8)

    with pytest.raises(operations.MealTooLate):
        add(enrolment, tuesday)
    assert not BookingException.objects.exists()

    assert add(enrolment, tuesday, by_agent=True) is not None
    assert tuesday in queries.meals_for(enrolment, OCTOBER)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (datetime.date(2024, 10, 16), "WEDNESDAY"),
        (datetime.date(2024, 10, 22), "CLOSED"),
        (datetime.date(2024, 10, 12), "CLOSED"),
    ],
)
def test_a_meal_cannot_be_added_on_a_day_without_service(day: datetime.date, reason: str) -> None:
    enrolment = make_enrolment()

    with pytest.raises(operations.MealNotBooked) as refusal:
        add(enrolment, day)

    assert refusal.value.details["reason"] == reason
    assert not BookingException.objects.exists()


def test_a_closed_day_has_no_meal_even_an_added_one() -> None:
    enrolment = make_enrolment()
    friday = datetime.date(2024, 10, 11)
    add(enrolment, friday)

    for day in (THURSDAY, friday):
        operations.close_service_day(
            college=enrolment.college, day=day, reason="Grève", actor=ACTOR, at=IN_TIME
        )

    assert queries.meals_for(enrolment, OCTOBER) == october(3, 7, 14, 17)
    with pytest.raises(NotFound):
        operations.close_service_day(
            college=enrolment.college,
            day=datetime.date(2024, 10, 12),
            reason="",
            actor=ACTOR,
            at=IN_TIME,
        )


def test_opening_days_twice_adds_none_and_reopens_none() -> None:
    college = make_college()
    open_canteen(college)
    count = ServiceDay.objects.filter(college=college).count()
    operations.close_service_day(
        college=college, day=THURSDAY, reason="Grève", actor=ACTOR, at=IN_TIME
    )

    new = operations.open_service_days(
        college=college, school_year=SCHOOL_YEAR, actor=ACTOR, at=IN_TIME
    )

    assert new == 0
    assert 150 < count < 185
    assert ServiceDay.objects.filter(college=college).count() == count
    assert not ServiceDay.objects.get(college=college, day=THURSDAY).is_open


def test_a_month_overview_says_each_day_and_the_estimate() -> None:
    make_version("92")
    family = make_family()
    make_resources(family.household)
    enrolment = make_enrolment(family)
    cancel(enrolment, THURSDAY)
    cancel(enrolment, datetime.date(2024, 10, 7))
    add(enrolment, datetime.date(2024, 10, 15))
    operations.close_service_day(
        college=enrolment.college,
        day=datetime.date(2024, 10, 17),
        reason="Formation",
        actor=ACTOR,
        at=IN_TIME,
    )

    month = overviews.month_overview(enrolment, year=2024, month=10, at=IN_TIME)

    by_day = {view.day.day: view for view in month.days}
    shown = (3, 7, 8, 10, 14, 15, 17)
    assert {day: by_day[day].status for day in shown} == {
        3: DayStatus.MEAL,
        7: DayStatus.CANCELLED_LATE,
        8: DayStatus.NO_MEAL,
        10: DayStatus.CANCELLED,
        14: DayStatus.MEAL,
        15: DayStatus.EXTRA,
        17: DayStatus.CLOSED,
    }
    assert (month.meal_count, month.amount_cents) == (4, 1200)
    assert by_day[17].closed_reason == "Formation"
    assert by_day[14].change_before == datetime.datetime(2024, 10, 10, tzinfo=PARIS)
    assert (by_day[14].can_cancel, by_day[3].can_cancel) == (True, False)
    assert (by_day[10].can_add, by_day[8].can_add, by_day[11].can_add) == (True, False, True)
    assert {view.unit_price_cents for view in month.days} == {300}


def test_an_overview_without_a_price_has_no_amount() -> None:
    month = overviews.month_overview(make_enrolment(), year=2024, month=10, at=IN_TIME)

    assert (month.meal_count, month.amount_cents) == (5, None)


def test_the_enrolment_page_gathers_what_its_three_steps_need() -> None:
    make_version("92")
    family = make_family(guardians=2)
    open_canteen(family.college)
    operations.save_enrolment_draft(
        pupil=family.pupil,
        college=family.college,
        school_year=SCHOOL_YEAR,
        weekdays=9,
        actor=ACTOR,
        at=IN_TIME,
    )

    page = overviews.enrolment_page(family.pupil, school_year=SCHOOL_YEAR, at=IN_TIME)

    assert page.colleges == (family.college,)
    assert page.draft is not None
    assert page.draft.next_step == 2
    assert page.allowed_weekdays == 0b11011
    assert page.first_free_day == THURSDAY
    assert [payer.share_bp for payer in page.possible_payers] == [5000, 5000]
    assert page.enrolments == ()
    assert page.price is None

    make_enrolment(family)
    page = overviews.enrolment_page(family.pupil, school_year=SCHOOL_YEAR, at=IN_TIME)
    assert page.draft is None
    assert len(page.enrolments) == 1
    assert page.price is not None
    assert page.price.unit_price_cents == 700


def test_without_a_stated_share_the_financial_guardian_pays_all() -> None:
    family = make_family(guardians=2)
    family.pupil.guardianships.update(payer_share_bp=0)

    payers = overviews.possible_payers(family.pupil, on=THURSDAY)

    assert [(payer.guardian.pk, payer.share_bp) for payer in payers] == [
        (family.guardians[0].pk, 10_000),
        (family.guardians[1].pk, 0),
    ]
