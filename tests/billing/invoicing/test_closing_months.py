"""A month is issued once it is over, in its turn, as it stands; then it is closed for everybody."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from billing.canteen import operations as canteen
from billing.canteen.models import BookingException, Enrolment, ServiceDay
from billing.invoicing import operations, queries
from billing.invoicing.models import BillingRun, DraftInvoice, Invoice, Regie
from billing.ledger.models import Transfer
from billing.month_locks import PARIS
from billing.tariffs import operations as tariffs
from billing.tariffs.issued_months import AlreadyBilled
from billing.tariffs.models import PriceDecision
from tests.factories.canteen import Family, make_college, make_enrolment, make_family
from tests.factories.invoicing import (
    DUE_ON,
    ISSUE_AT,
    OCTOBER,
    SEPTEMBER,
    issue,
    make_billed_family,
    make_regie,
    prepare,
    review,
)
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
NOVEMBER = datetime.date(2024, 11, 1)
IN_NOVEMBER = datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC)
IN_DECEMBER = datetime.datetime(2024, 12, 2, 10, tzinfo=datetime.UTC)
IN_TIME = datetime.datetime(2024, 9, 2, 10, tzinfo=datetime.UTC)
THURSDAY = datetime.date(2024, 9, 26)


def issuing(run: BillingRun, at: datetime.datetime = ISSUE_AT, due_on: datetime.date = DUE_ON):
    return operations.issue_run(run=run, due_on=due_on, actor=ACTOR, at=at)


def nothing_was_issued() -> bool:
    return not Invoice.objects.exists() and not Transfer.objects.exists()


def enrolment_of(family: Family) -> Enrolment:
    return family.pupil.enrolments.get()


def test_one_regie_bills_the_meals_of_the_departement() -> None:
    first = make_regie()

    with pytest.raises(operations.MealsBilledElsewhere) as refusal:
        make_regie("autre")

    assert refusal.value.details == {"regie": "Régie de restauration"}
    assert make_regie() == first
    with pytest.raises(IntegrityError, match="one_regie_bills_the_meals"), transaction.atomic():
        Regie.objects.create(code="b", name="B", revenue_account_id=first.revenue_account_id)


def test_another_regie_never_bills_the_same_meals() -> None:
    make_billed_family()
    issue(prepare())
    other = operations.open_regie(
        code="pass", name="Régie Pass+", siret="", bills_meals=False, actor=ACTOR, at=ISSUE_AT
    )

    with pytest.raises(operations.RegieBillsNoMeals):
        prepare(other)
    with pytest.raises(IntegrityError, match="one_run_per_month"), transaction.atomic():
        BillingRun.objects.create(
            regie=other, month=SEPTEMBER, state="PREPARED", prepared_at=ISSUE_AT
        )

    assert [regie.code for regie in queries.regies()] == ["restauration"]
    assert Invoice.objects.get().total_cents == 2700


def _close_a_day(family: Family) -> None:
    canteen.close_service_day(
        college=family.college, day=THURSDAY, reason="Grève", actor=ACTOR, at=IN_TIME
    )


def _cancel(family: Family) -> None:
    canteen.cancel_meals(enrolment=enrolment_of(family), days=[THURSDAY], actor=ACTOR, at=IN_TIME)


def _add(family: Family) -> None:
    friday = THURSDAY + datetime.timedelta(days=1)
    canteen.add_meal(enrolment=enrolment_of(family), day=friday, actor=ACTOR, at=IN_TIME)


def _change_the_days(family: Family) -> None:
    canteen.change_weekdays(
        enrolment=enrolment_of(family),
        weekdays=0b01000,
        effective_on=datetime.date(2024, 9, 16),
        actor=ACTOR,
        at=IN_TIME,
        by_agent=True,
    )


def _change_the_price(family: Family) -> None:
    make_resources(family.household, choose_maximum=True, valid_from=THURSDAY)
    tariffs.decide_price(
        pupil=family.pupil, service="HALF_BOARD", valid_from=THURSDAY, actor=ACTOR, at=IN_TIME
    )


def _take_the_price_away(family: Family) -> None:
    PriceDecision.objects.filter(pupil=family.pupil).update(valid_until=THURSDAY)


def _enrol_another_without_a_price(_family: Family) -> None:
    late = make_enrolment(make_family())
    PriceDecision.objects.filter(pupil=late.pupil).update(valid_until=datetime.date(2024, 9, 2))


CHANGES = (
    _close_a_day,
    _cancel,
    _add,
    _change_the_days,
    _change_the_price,
    _take_the_price_away,
    _enrol_another_without_a_price,
)


@pytest.mark.parametrize("change", CHANGES)
def test_drafts_that_no_longer_say_what_the_month_says_are_not_issued(
    change: Callable[[Family], None],
) -> None:
    family = make_billed_family()
    regie = make_regie()
    run = review(prepare(regie))
    change(family)

    with pytest.raises(operations.RunOutOfDate):
        issuing(run)

    assert nothing_was_issued()
    issue(prepare(regie))
    assert Invoice.objects.filter(payer=family.guardians[0]).count() == 1


def test_payers_who_changed_make_a_run_out_of_date_too() -> None:
    family = make_billed_family(guardians=2)
    run = review(prepare())
    enrolment = enrolment_of(family)
    enrolment.payers.all().delete()
    enrolment.payers.create(guardian=family.guardians[0], share_bp=10_000)

    with pytest.raises(operations.RunOutOfDate):
        issuing(run)
    assert nothing_was_issued()


def test_a_change_that_takes_itself_back_leaves_a_run_up_to_date() -> None:
    family = make_billed_family()
    run = review(prepare())
    _cancel(family)
    canteen.add_meal(enrolment=enrolment_of(family), day=THURSDAY, actor=ACTOR, at=IN_TIME)

    assert issuing(run).total_cents == 2700


@pytest.mark.parametrize(
    ("at", "is_over"),
    [
        (datetime.datetime(2024, 9, 3, 10, tzinfo=PARIS), False),
        (datetime.datetime(2024, 9, 30, 23, 59, tzinfo=PARIS), False),
        (datetime.datetime(2024, 10, 1, 0, 0, tzinfo=PARIS), True),
    ],
)
def test_a_month_may_be_prepared_early_and_is_issued_when_it_is_over(
    at: datetime.datetime, *, is_over: bool
) -> None:
    family = make_billed_family()
    run = review(prepare(at=at), at)

    if is_over:
        assert issuing(run, at).invoices == 1
    else:
        with pytest.raises(operations.MonthNotOver):
            issuing(run, at)
        assert nothing_was_issued()
        _cancel(family)


def test_months_are_issued_in_their_turn() -> None:
    make_billed_family()
    regie = make_regie()
    october = review(prepare(regie, OCTOBER, IN_NOVEMBER), IN_NOVEMBER)
    due_on = datetime.date(2024, 12, 4)

    with pytest.raises(operations.EarlierMonthNotIssued) as refusal:
        issuing(october, IN_NOVEMBER, due_on)

    assert refusal.value.details == {"month": "2024-09-01"}
    assert nothing_was_issued()
    issue(prepare(regie, SEPTEMBER, IN_NOVEMBER), IN_NOVEMBER, due_on=due_on)
    issuing(october, IN_NOVEMBER, due_on)
    assert [invoice.month for invoice in Invoice.objects.order_by("number")] == [SEPTEMBER, OCTOBER]


def test_a_month_without_a_meal_holds_nobody_up() -> None:
    make_billed_family()
    regie = make_regie()
    ServiceDay.objects.filter(day__lt=OCTOBER).update(is_open=False)

    (invoice,) = issue(
        prepare(regie, OCTOBER, IN_NOVEMBER), IN_NOVEMBER, due_on=datetime.date(2024, 12, 4)
    )

    assert invoice.month == OCTOBER
    with pytest.raises(operations.RunAlreadyIssued):
        prepare(regie, SEPTEMBER, IN_NOVEMBER)


def test_a_month_of_meals_at_no_price_closes_with_no_invoice() -> None:
    family = make_billed_family()
    decision = PriceDecision.objects.get(pupil=family.pupil)
    PriceDecision.objects.filter(pk=decision.pk).update(valid_until=decision.valid_from)
    PriceDecision.objects.create(
        pupil=family.pupil,
        service="HALF_BOARD",
        tariff_version=decision.tariff_version,
        unit_price_cents=0,
        inputs={},
        steps=[],
        source="NONE",
        valid_from=decision.valid_from,
        decided_at=AT,
    )

    assert issue(prepare()) == []

    assert DraftInvoice.objects.get().total_cents == 0
    assert queries.first_open_day() == OCTOBER


def test_a_month_without_any_meal_is_not_issued() -> None:
    run = review(prepare(month=datetime.date(2024, 7, 1)))

    with pytest.raises(operations.NothingToIssue):
        issuing(run)


def test_the_latest_issued_month_closes_everything_before_it() -> None:
    make_billed_family()
    regie = make_regie()
    assert queries.first_open_day() is None
    due_on = datetime.date(2024, 12, 4)
    issue(prepare(regie))
    assert queries.first_open_day() == OCTOBER
    issue(prepare(regie, OCTOBER, IN_NOVEMBER), IN_NOVEMBER, due_on=due_on)
    review(prepare(regie, NOVEMBER, IN_NOVEMBER), IN_NOVEMBER)

    assert queries.first_open_day() == NOVEMBER


def _enrol_late(family: Family) -> object:
    return make_enrolment(family)


def _price_late(family: Family) -> object:
    return tariffs.decide_price(
        pupil=family.pupil, service="HALF_BOARD", valid_from=SEPTEMBER, actor=ACTOR, at=ISSUE_AT
    )


@pytest.mark.parametrize("act", [_enrol_late, _price_late, _close_a_day])
def test_an_issued_month_is_closed_to_who_had_no_invoice_in_it(
    act: Callable[[Family], object],
) -> None:
    """Not one line bills this pupil: what came late would be billed by nobody."""
    make_billed_family()
    late = make_family()
    make_resources(late.household)
    canteen.open_service_days(college=late.college, school_year=2024, actor=ACTOR, at=IN_TIME)
    issue(prepare())

    with pytest.raises(AlreadyBilled) as refusal:
        act(late)

    assert refusal.value.details["first_open_day"] == OCTOBER
    assert not Enrolment.objects.filter(pupil=late.pupil).exists()
    assert not PriceDecision.objects.filter(pupil=late.pupil).exists()
    assert not ServiceDay.objects.filter(is_open=False).exists()


def test_days_of_an_issued_month_are_not_opened() -> None:
    make_billed_family()
    issue(prepare())
    college = make_college()

    with pytest.raises(AlreadyBilled):
        canteen.open_service_days(college=college, school_year=2024, actor=ACTOR, at=ISSUE_AT)
    assert not ServiceDay.objects.filter(college=college).exists()

    opened = canteen.open_service_days(
        college=college, school_year=2024, since=OCTOBER, actor=ACTOR, at=ISSUE_AT
    )
    days = ServiceDay.objects.filter(college=college).order_by("day")
    assert (days.count(), days[0].day) == (opened, OCTOBER)


def test_what_is_enrolled_late_is_billed_from_the_first_open_day() -> None:
    make_billed_family()
    regie = make_regie()
    late = make_family()
    make_resources(late.household)
    canteen.open_service_days(college=late.college, school_year=2024, actor=ACTOR, at=IN_TIME)
    issue(prepare(regie))

    make_enrolment(late, start_on=OCTOBER)
    issue(prepare(regie, OCTOBER, IN_NOVEMBER), IN_NOVEMBER, due_on=datetime.date(2024, 12, 4))

    bill = Invoice.objects.get(payer=late.guardians[0])
    assert (bill.month, bill.total_cents) == (OCTOBER, 5 * 300)


def test_an_issued_month_takes_no_exception_whoever_asks() -> None:
    family = make_billed_family()
    issue(prepare())

    for act in (_cancel, _add, _change_the_days):
        with pytest.raises(AlreadyBilled):
            act(family)
    assert not BookingException.objects.exists()


def test_case_7_a_notice_of_20_november_changes_no_bill_already_issued() -> None:
    """DOMAIN §8, case 7: the maximum without proof; the notice counts from its day on."""
    family = make_family()
    make_version("92")
    make_enrolment(family)
    regie = make_regie()
    (september,) = issue(prepare(regie))
    due_on = datetime.date(2025, 1, 6)
    (october,) = issue(prepare(regie, OCTOBER, IN_NOVEMBER), IN_NOVEMBER, due_on=due_on)
    notice_day = datetime.date(2024, 11, 20)
    make_resources(family.household, valid_from=notice_day)

    def decide(day: datetime.date) -> PriceDecision:
        return tariffs.decide_price(
            pupil=family.pupil, service="HALF_BOARD", valid_from=day, actor=ACTOR, at=IN_NOVEMBER
        )

    with pytest.raises(AlreadyBilled):
        decide(datetime.date(2024, 10, 21))
    assert decide(notice_day).unit_price_cents == 300
    (november,) = issue(prepare(regie, NOVEMBER, IN_DECEMBER), IN_DECEMBER, due_on=due_on)

    # Nine meals, then five, at 7.00. November: 4, 7, 14 and 18 at 7.00; 21, 25 and 28 at 3.00.
    assert [bill.total_cents for bill in (september, october)] == [6300, 3500]
    lines = [(line.quantity, line.unit_price_cents) for line in queries.lines_of(november)]
    assert (lines, november.total_cents) == ([(4, 700), (3, 300)], 3700)
    assert Invoice.objects.get(pk=october.pk).total_cents == 3500
