"""Any sequence of cancellations and additions leaves the meals a plain model predicts."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.canteen import operations, queries
from billing.canteen.booking import falls_on
from billing.canteen.deadlines import PARIS, cancel_before
from billing.canteen.models import BookingException, Enrolment
from billing.canteen.rules import published_rules
from commons.periods import Period
from tests.factories.canteen import MONDAY_THURSDAY, make_enrolment
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db")
OCTOBER = Period(datetime.date(2024, 10, 1), datetime.date(2024, 10, 19))
RULE = published_rules("92").cancellation

acts = st.lists(
    st.tuples(
        st.sampled_from(["cancel", "add"]),
        st.integers(1, 18).map(lambda day: datetime.date(2024, 10, day)),
        st.integers(0, 9).map(
            lambda day: (
                datetime.datetime(2024, 9, 25, 12, tzinfo=PARIS) + datetime.timedelta(days=day)
            )
        ),
    ),
    max_size=12,
)


class Model:
    """The same promise, said again in the plainest way."""

    def __init__(self, opened: set[datetime.date]) -> None:
        self.opened = opened
        self.rule = {day for day in opened if falls_on(MONDAY_THURSDAY, day)}
        self.gone: set[datetime.date] = set()
        self.late: set[datetime.date] = set()
        self.added: set[datetime.date] = set()

    @property
    def meals(self) -> set[datetime.date]:
        return (self.rule - self.gone) | self.added

    def cancel(self, day: datetime.date, at: datetime.datetime) -> None:
        is_late = at >= cancel_before(RULE, day)
        if day < at.date() or day not in self.meals:
            return
        if day in self.added:
            self.added -= set() if is_late else {day}
        elif day not in self.late:
            (self.late if is_late else self.gone).add(day)

    def add(self, day: datetime.date, at: datetime.datetime) -> None:
        if day in self.late:
            self.late.remove(day)
            return
        is_late = at >= cancel_before(RULE, day)
        if is_late or day in self.meals or day not in self.opened or day.isoweekday() == 3:
            return
        if day in self.gone:
            self.gone.remove(day)
        else:
            self.added.add(day)


@given(acts)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_meals_are_what_the_model_says(
    shared: tuple[Enrolment, set[datetime.date]],
    sequence: Sequence[tuple[str, datetime.date, datetime.datetime]],
) -> None:
    enrolment, opened = shared
    BookingException.objects.all().delete()
    model = Model(opened)

    for act, day, at in sorted(sequence, key=lambda one: one[2]):
        before = queries.meals_for(enrolment, OCTOBER)
        try:
            if act == "cancel":
                operations.cancel_meals(enrolment=enrolment, days=[day], actor=ACTOR, at=at)
            else:
                operations.add_meal(enrolment=enrolment, day=day, actor=ACTOR, at=at)
        except (
            operations.MealNotBooked,
            operations.MealAlreadyBooked,
            operations.MealTooLate,
        ):
            assert queries.meals_for(enrolment, OCTOBER) == before
        getattr(model, act)(day, at)

    assert queries.meals_for(enrolment, OCTOBER) == sorted(model.meals)


@pytest.fixture
def shared() -> tuple[Enrolment, set[datetime.date]]:
    enrolment = make_enrolment()
    opened = queries.service_days(enrolment.college, OCTOBER).values_list("day", flat=True)
    return enrolment, set(opened)
