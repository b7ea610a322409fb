"""A family's month of meals by GraphQL: read it, cancel some, add one; link and end card numbers."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine

from billing.canteen.models import BookingException
from federation.passplus.models import CardNumber
from tenants.accounts.capabilities import Role
from tests.api.conftest import Api
from tests.factories.acting import make_agent
from tests.factories.canteen import Family, make_enrolment, make_family, open_canteen
from tests.factories.passplus import AUTUMN, make_card
from tests.factories.portal import account_of
from tests.factories.tariffs import make_resources, make_version

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)  # a Tuesday
MONTH = """query($of: Date!) { viewer { children { enrolment { id month(of: $of) {
    month mealCount amount { cents }
    days { day status isBilled price { cents } canCancel isLateCancel canAdd } } } } } }"""
CANCEL = """mutation($input: CancelMealsInput!) { cancelMeals(input: $input) {
    lateDays errors { code path message } } }"""
ADD = """mutation($input: AddMealInput!) { addMeal(input: $input) { errors { code path } } }"""
LINK = """mutation($input: LinkPassNumberInput!) { linkPassNumber(input: $input) {
    number { id kind number } errors { code path } } }"""
END = """mutation($input: EndPassNumberInput!) { endPassNumber(input: $input) {
    errors { code path } } }"""
NUMBERS = "{ viewer { children { id passCards { numbers { id kind number } } } } }"


@pytest.fixture
def october() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def family(tenant_db: None, october: None) -> Family:
    """Meals on Mondays and Thursdays."""
    found = make_family()
    open_canteen(found.college)
    make_version("92")
    make_resources(found.household)
    make_enrolment(found, weekdays=0b01001)
    return found


@pytest.fixture
def parent(api: Api, family: Family) -> Api:
    api.sign_in(account_of(family))
    return api


def month(parent: Api, of: str = "2024-10-01") -> dict[str, Any]:
    (child,) = parent.read(MONTH, of=of)["viewer"]["children"]
    found: dict[str, Any] = child["enrolment"]
    return found


def test_a_month_says_what_each_day_is_and_what_may_change(parent):
    found = month(parent)["month"]
    days = {one["day"]: one for one in found["days"]}

    assert found["month"] == "2024-10-01"
    assert found["mealCount"] == sum(one["isBilled"] for one in found["days"])
    assert days["2024-10-03"]["status"] == "MEAL"
    assert not days["2024-10-03"]["canCancel"]  # it is past
    assert days["2024-10-17"] | {"canCancel": True, "isLateCancel": False} == days["2024-10-17"]
    assert days["2024-10-15"] | {"status": "NO_MEAL", "canAdd": True} == days["2024-10-15"]
    assert "2024-10-24" not in days  # the holidays


def test_a_month_outside_the_school_year_is_none(parent):
    assert month(parent, "2023-10-01")["month"] is None
    assert month(parent, "9999-12-31")["month"] is None


def test_meals_are_cancelled_in_time_or_late(parent):
    given = {"enrolmentId": month(parent)["id"]}
    in_time = parent.read(CANCEL, input=given | {"days": ["2024-10-17"]})["cancelMeals"]
    late = parent.read(CANCEL, input=given | {"days": ["2024-10-10"]})["cancelMeals"]
    again = parent.read(CANCEL, input=given | {"days": ["2024-10-17"]})["cancelMeals"]

    assert in_time == {"lateDays": [], "errors": []}
    assert late == {"lateDays": ["2024-10-10"], "errors": []}
    assert again == in_time
    days = {one["day"]: one["status"] for one in month(parent)["month"]["days"]}
    assert (days["2024-10-17"], days["2024-10-10"]) == ("CANCELLED", "CANCELLED_LATE")


def test_a_meal_that_is_not_there_cancels_nothing_at_all(parent):
    given = {"enrolmentId": month(parent)["id"], "days": ["2024-10-17", "2024-10-16"]}

    (error,) = parent.read(CANCEL, input=given)["cancelMeals"]["errors"]

    assert (error["code"], error["path"]) == ("CANTEEN_MEAL_NOT_BOOKED", ["input", "days"])
    assert not BookingException.objects.exists()


def test_a_meal_is_added_and_one_is_put_back(parent):
    given = {"enrolmentId": month(parent)["id"]}
    parent.read(CANCEL, input=given | {"days": ["2024-10-17"]})
    for day in ("2024-10-15", "2024-10-17"):
        assert parent.read(ADD, input=given | {"day": day})["addMeal"]["errors"] == []

    days = {one["day"]: one["status"] for one in month(parent)["month"]["days"]}
    assert (days["2024-10-15"], days["2024-10-17"]) == ("EXTRA", "MEAL")
    (error,) = parent.read(ADD, input=given | {"day": "2024-10-15"})["addMeal"]["errors"]
    assert (error["code"], error["path"]) == ("CANTEEN_MEAL_ALREADY_BOOKED", ["input", "day"])


@pytest.mark.parametrize("who", ["stranger", "agent"])
def test_whose_child_it_is_not_changes_nothing(parent, who):
    enrolment = month(parent)["id"]
    other = Api()
    if who == "agent":
        other.sign_in(make_agent(Role.REGISSEUR))
    else:
        other.sign_in(account_of(make_family()))

    for text, name, more in (
        (CANCEL, "cancelMeals", {"days": ["2024-10-17"]}),
        (ADD, "addMeal", {"day": "2024-10-15"}),
    ):
        (error,) = other.read(text, input={"enrolmentId": enrolment} | more)[name]["errors"]
        assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "enrolmentId"])
    assert not BookingException.objects.exists()


@pytest.fixture
def holder(api: Api, tenant_db: None) -> Any:
    with time_machine.travel(AUTUMN, tick=False):
        family = make_family()
        make_card(pupil=family.pupil)
        api.sign_in(account_of(family))
        yield family


def test_a_badge_is_linked_then_lost(api, holder):
    child = {"childId": str(holder.pupil.public_id)}
    linked = api.read(LINK, input=child | {"kind": "BADGE", "number": "ab 12 34 56"})
    number = linked["linkPassNumber"]["number"]

    assert (number["kind"], number["number"]) == ("BADGE", "AB123456")
    (seen,) = api.read(NUMBERS)["viewer"]["children"]
    assert [card["numbers"] for card in seen["passCards"]] == [[number]]
    assert api.read(END, input=child | {"numberId": number["id"]})["endPassNumber"]["errors"] == []
    assert CardNumber.objects.get().ended_at == AUTUMN
    (error,) = api.read(END, input=child | {"numberId": number["id"]})["endPassNumber"]["errors"]
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "numberId"])


def test_a_number_that_cannot_be_is_told_at_its_path(api, holder):
    child = {"childId": str(holder.pupil.public_id)}

    answer = api.read(LINK, input=child | {"kind": "BADGE", "number": "?"})["linkPassNumber"]

    assert [(one["code"], one["path"]) for one in answer["errors"]] == [
        ("PASSPLUS_NUMBER_INVALID", ["input", "number"])
    ]


def test_somebody_elses_numbers_are_not_found(api, holder):
    stranger = Api()
    stranger.sign_in(account_of(make_family()))
    given = {"childId": str(holder.pupil.public_id), "kind": "BADGE", "number": "AB123456"}

    (error,) = stranger.read(LINK, input=given)["linkPassNumber"]["errors"]

    assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "childId"])
    assert not CardNumber.objects.exists()
