"""Enrolling: who, where, which days, from when, who pays; refusals change nothing."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from billing.canteen import operations, queries
from billing.canteen.deadlines import PARIS
from billing.canteen.models import CanteenRules, Enrolment, EnrolmentPayer
from billing.canteen.operations import Payer
from billing.canteen.rules import WednesdayPolicy, published_rules
from billing.tariffs import operations as tariffs
from billing.tariffs.issued_months import AlreadyBilled
from billing.tariffs.models import PriceDecision
from billing.tariffs.queries import price_on
from commons.models import AuditEntry, OutboxEvent
from commons.periods import Period
from tests.factories.canteen import (
    MONDAY_THURSDAY,
    SCHOOL_YEAR,
    START,
    make_college,
    make_enrolment,
    make_family,
    open_canteen,
    set_rules,
)
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
ALL_DAYS = 0b11111
NO_WEDNESDAY = 0b11011
YEAR_END = datetime.date(2025, 9, 1)
OCTOBER = Period(datetime.date(2024, 10, 1), datetime.date(2024, 11, 1))


def changed(enrolment: Enrolment, weekdays: int, day: datetime.date, **traits: Any) -> Enrolment:
    return operations.change_weekdays(
        **{
            "enrolment": enrolment,
            "weekdays": weekdays,
            "effective_on": day,
            "actor": ACTOR,
            "at": AT,
            "by_agent": True,
            **traits,
        }
    )


def test_an_enrolment_holds_from_its_first_day_to_the_end_of_the_school_year() -> None:
    family = make_family(guardians=2)

    enrolment = make_enrolment(family)

    assert enrolment.state == "ACTIVE"
    assert (enrolment.valid_from, enrolment.valid_until) == (START, YEAR_END)
    assert [(payer.guardian_id, payer.share_bp) for payer in enrolment.payers.order_by("pk")] == [
        (guardian.pk, 5000) for guardian in family.guardians
    ]
    event = OutboxEvent.objects.get(name="canteen.enrolment.created")
    assert event.payload == {
        "enrolment": str(enrolment.public_id),
        "pupil": str(family.pupil.public_id),
    }
    assert AuditEntry.objects.filter(action="canteen.enrolment.created").count() == 1


def test_enrolling_decides_the_price_from_the_first_day() -> None:
    make_version("92")
    family = make_family()
    make_resources(family.household)

    make_enrolment(family)

    decision = price_on(family.pupil, "HALF_BOARD", START)
    assert decision is not None
    assert (decision.unit_price_cents, decision.valid_from) == (300, START)


def test_enrolling_keeps_a_price_that_rests_on_the_same_facts() -> None:
    make_version("92")
    family = make_family()
    standing = tariffs.decide_price(
        pupil=family.pupil,
        service="HALF_BOARD",
        valid_from=datetime.date(2024, 9, 1),
        actor=ACTOR,
        at=AT,
    )

    make_enrolment(family)

    assert price_on(family.pupil, "HALF_BOARD", START) == standing
    assert PriceDecision.objects.count() == 1


def test_without_a_tariff_the_pupil_is_enrolled_without_a_price() -> None:
    make_enrolment()

    assert Enrolment.objects.count() == 1
    assert not PriceDecision.objects.exists()


@pytest.mark.parametrize(
    ("policy", "regime", "weekdays", "reason"),
    [
        (WednesdayPolicy.BOARDERS_ONLY, "HALF_BOARD", ALL_DAYS, "WEDNESDAY_FOR_BOARDERS"),
        (WednesdayPolicy.CLOSED, "BOARDER", ALL_DAYS, "WEDNESDAY_CLOSED"),
        (WednesdayPolicy.ALLOWED, "HALF_BOARD", 0, "NO_DAY"),
        (WednesdayPolicy.ALLOWED, "HALF_BOARD", 32, "UNKNOWN_DAY"),
        (WednesdayPolicy.ALLOWED, "HALF_BOARD", -1, "UNKNOWN_DAY"),
    ],
)
def test_impossible_days_are_refused_and_change_nothing(
    policy: WednesdayPolicy, regime: str, weekdays: int, reason: str
) -> None:

    set_rules(dataclasses.replace(published_rules("92"), wednesday=policy))
    family = make_family(regime=regime)

    with pytest.raises(operations.InvalidWeekdays) as refusal:
        make_enrolment(family, weekdays=weekdays)

    assert refusal.value.details["reason"] == reason
    assert not Enrolment.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(("regime", "weekdays"), [("BOARDER", ALL_DAYS), ("DAY", NO_WEDNESDAY)])
def test_wednesday_is_for_boarders(regime: str, weekdays: int) -> None:
    enrolment = make_enrolment(make_family(regime=regime), weekdays=weekdays)

    assert enrolment.weekdays == weekdays


def test_payers_must_be_guardians_once_each_and_make_a_whole() -> None:
    family = make_family(guardians=2)
    stranger = make_family().guardians[0]
    mother, father = family.guardians

    for payers, reason in [
        ([], "NO_PAYER"),
        ([Payer(mother, 5000), Payer(mother, 5000)], "PAYER_TWICE"),
        ([Payer(mother, 10_000), Payer(father, 0)], "SHARE_NOT_POSITIVE"),
        ([Payer(mother, 5000), Payer(father, 4999)], "SHARES_MISS_THE_WHOLE"),
        ([Payer(stranger, 10_000)], "NOT_A_GUARDIAN"),
    ]:
        with pytest.raises(operations.InvalidPayers) as refusal:
            make_enrolment(family, payers=payers)
        assert refusal.value.details["reason"] == reason

    assert not Enrolment.objects.exists()
    assert not EnrolmentPayer.objects.exists()


def test_a_pupil_of_another_college_is_refused() -> None:
    family = make_family()

    with pytest.raises(operations.NotSchooledThere):
        make_enrolment(family, college=make_college())
    with pytest.raises(operations.NotSchooledThere):
        make_enrolment(family, school_year=2025, start_on=datetime.date(2025, 9, 2))

    assert not Enrolment.objects.exists()


def test_a_second_enrolment_at_the_same_time_is_refused() -> None:
    family = make_family()
    first = make_enrolment(family)

    for service in ("HALF_BOARD", "OCCASIONAL", "BOARDER"):
        with pytest.raises(operations.AlreadyEnrolled) as refusal:
            make_enrolment(family, service=service, start_on=datetime.date(2025, 1, 6))
        assert refusal.value.details["enrolment"] == str(first.public_id)

    assert Enrolment.objects.count() == 1


def test_the_database_itself_refuses_two_enrolments_on_a_day() -> None:
    enrolment = make_enrolment()

    second = Enrolment(
        pupil_id=enrolment.pupil_id,
        college_id=enrolment.college_id,
        school_year=SCHOOL_YEAR,
        weekdays=1,
        state="ACTIVE",
        valid_from=datetime.date(2025, 1, 6),
        created_at=AT,
    )
    overlap = "enrolments_do_not_overlap"
    with pytest.raises(IntegrityError, match=overlap), transaction.atomic():
        second.save(force_insert=True)
    second.service = "OCCASIONAL"
    with pytest.raises(IntegrityError, match=overlap), transaction.atomic():
        second.save(force_insert=True)


def test_a_family_enrols_in_time_for_the_kitchen_and_an_agent_at_once() -> None:
    family = make_family()
    at = datetime.datetime(2024, 10, 7, 23, 59, tzinfo=PARIS)
    thursday = datetime.date(2024, 10, 10)

    with pytest.raises(operations.InvalidStart) as refusal:
        make_enrolment(family, start_on=datetime.date(2024, 10, 9), at=at, by_agent=False)

    assert refusal.value.details["first_free_day"] == thursday
    assert make_enrolment(family, start_on=thursday, at=at, by_agent=False).valid_from == thursday
    other = make_family()
    assert make_enrolment(other, start_on=datetime.date(2024, 10, 1), at=at).state == "ACTIVE"


def test_families_wait_for_the_opening_and_agents_do_not() -> None:

    rules = published_rules("92")
    set_rules(dataclasses.replace(rules, enrolment_opens_on=datetime.date(2024, 9, 3)))
    family = make_family()

    with pytest.raises(operations.EnrolmentNotOpen):
        make_enrolment(family, by_agent=False, start_on=datetime.date(2024, 10, 1))

    assert make_enrolment(family, start_on=datetime.date(2024, 10, 1)).state == "ACTIVE"


@pytest.mark.parametrize("start_on", [datetime.date(2024, 8, 31), YEAR_END])
def test_a_start_outside_the_school_year_is_refused(start_on: datetime.date) -> None:
    with pytest.raises(operations.InvalidStart) as refusal:
        make_enrolment(start_on=start_on)

    assert refusal.value.details["reason"] == "OUTSIDE_SCHOOL_YEAR"


def test_nothing_starts_changes_or_ends_in_an_issued_month(
    issue_until: Callable[[datetime.date], None],
) -> None:
    issue_until(datetime.date(2024, 10, 1))
    family = make_family()

    with pytest.raises(AlreadyBilled):
        make_enrolment(family)
    enrolment = make_enrolment(family, start_on=datetime.date(2024, 10, 1))
    with pytest.raises(AlreadyBilled):
        changed(enrolment, 1, datetime.date(2024, 9, 30))
    with pytest.raises(AlreadyBilled):
        operations.end_enrolment(
            enrolment=enrolment,
            end_on=datetime.date(2024, 9, 30),
            actor=ACTOR,
            at=AT,
            by_agent=True,
        )

    enrolment.refresh_from_db()
    assert (enrolment.weekdays, enrolment.state) == (MONDAY_THURSDAY, "ACTIVE")


def test_a_draft_keeps_each_step_and_becomes_the_enrolment() -> None:
    family = make_family()
    open_canteen(family.college)

    def save(**answers: Any) -> Enrolment:
        return operations.save_enrolment_draft(
            pupil=family.pupil,
            college=family.college,
            school_year=SCHOOL_YEAR,
            actor=ACTOR,
            at=AT,
            **answers,
        )

    draft = save(weekdays=MONDAY_THURSDAY)
    assert (draft.state, draft.valid_from) == ("DRAFT", None)
    assert save(start_on=START).pk == draft.pk
    save(payers=family.payers)
    kept = queries.draft_of(family.pupil, school_year=SCHOOL_YEAR)
    assert kept is not None
    assert (kept.weekdays, kept.valid_from, kept.payers.count()) == (MONDAY_THURSDAY, START, 1)
    assert queries.meals_for(kept, OCTOBER) == []

    enrolment = make_enrolment(family)

    assert enrolment.pk == draft.pk
    assert queries.draft_of(family.pupil, school_year=SCHOOL_YEAR) is None
    assert Enrolment.objects.count() == 1


def test_an_impossible_step_is_not_saved() -> None:
    family = make_family()
    open_canteen(family.college)

    with pytest.raises(operations.InvalidWeekdays):
        operations.save_enrolment_draft(
            pupil=family.pupil,
            college=family.college,
            school_year=SCHOOL_YEAR,
            weekdays=ALL_DAYS,
            actor=ACTOR,
            at=AT,
        )

    assert not Enrolment.objects.exists()


def test_changing_the_days_keeps_the_past_and_the_payers() -> None:
    enrolment = make_enrolment(make_family(guardians=2))
    day = datetime.date(2024, 10, 14)

    following = changed(enrolment, 0b00010, day)

    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.valid_until) == ("ENDED", day)
    assert (following.valid_from, following.valid_until) == (day, YEAR_END)
    assert [payer.share_bp for payer in following.payers.order_by("pk")] == [5000, 5000]
    assert queries.meals_for(enrolment, OCTOBER) == [
        datetime.date(2024, 10, 3),
        datetime.date(2024, 10, 7),
        datetime.date(2024, 10, 10),
    ]
    assert queries.meals_for(following, OCTOBER) == [datetime.date(2024, 10, 15)]


def test_changing_the_days_carries_later_exceptions_along() -> None:
    enrolment = make_enrolment()
    thursday = datetime.date(2024, 10, 17)
    operations.cancel_meals(enrolment=enrolment, days=[thursday], actor=ACTOR, at=AT)

    following = changed(enrolment, 0b01010, datetime.date(2024, 10, 14))

    assert queries.meals_for(following, OCTOBER) == [datetime.date(2024, 10, 15)]


def test_changing_to_the_same_days_changes_nothing() -> None:
    enrolment = make_enrolment()

    same = changed(enrolment, MONDAY_THURSDAY, datetime.date(2024, 10, 14))

    assert same.pk == enrolment.pk
    assert Enrolment.objects.count() == 1


def test_before_it_begins_the_days_change_in_place() -> None:
    enrolment = make_enrolment()

    assert changed(enrolment, 1, START).pk == enrolment.pk
    enrolment.refresh_from_db()
    assert (enrolment.weekdays, enrolment.state) == (1, "ACTIVE")


def test_families_change_days_until_a_date_and_agents_after_it() -> None:
    """DOMAIN §2.1: in Hauts-de-Seine, until 27 September 2024, then at the collège."""
    set_rules(published_rules("92"))
    enrolment = make_enrolment()
    day = datetime.date(2024, 10, 14)
    on_the_day = datetime.datetime(2024, 9, 27, 23, 59, tzinfo=PARIS)
    too_late = datetime.datetime(2024, 9, 28, 0, 0, tzinfo=PARIS)

    enrolment = changed(enrolment, 2, day, at=on_the_day, by_agent=False)
    with pytest.raises(operations.DaysNoLongerChangeable) as refusal:
        changed(enrolment, 1, day, at=too_late, by_agent=False)
    assert refusal.value.details == {"until": datetime.date(2024, 9, 27)}
    with pytest.raises(operations.InvalidStart):
        at = datetime.datetime(2024, 9, 26, 9, tzinfo=PARIS)
        changed(enrolment, 1, datetime.date(2024, 9, 27), at=at, by_agent=False)

    assert changed(enrolment, 1, day, at=too_late).weekdays == 1


def test_an_ended_enrolment_keeps_its_days_and_allows_another() -> None:
    family = make_family()
    enrolment = make_enrolment(family)

    ended = operations.end_enrolment(
        enrolment=enrolment,
        end_on=datetime.date(2024, 10, 8),
        actor=ACTOR,
        at=AT,
        by_agent=True,
    )

    assert (ended.state, ended.valid_until) == ("ENDED", datetime.date(2024, 10, 8))
    assert queries.meals_for(ended, OCTOBER) == [
        datetime.date(2024, 10, 3),
        datetime.date(2024, 10, 7),
    ]
    with pytest.raises(operations.EnrolmentNotActive):
        operations.end_enrolment(
            enrolment=enrolment, end_on=datetime.date(2024, 10, 8), actor=ACTOR, at=AT
        )
    with pytest.raises(operations.EnrolmentNotActive):
        changed(enrolment, 1, datetime.date(2024, 10, 14))
    again = make_enrolment(family, start_on=datetime.date(2024, 10, 8))
    assert queries.enrolment_on(family.pupil, datetime.date(2024, 10, 8)) == again


def test_setting_rules_again_changes_nothing_and_new_ones_follow() -> None:

    set_rules()
    set_rules()
    assert CanteenRules.objects.count() == 1

    noon = dataclasses.replace(
        published_rules("92"),
        cancellation=dataclasses.replace(published_rules("92").cancellation, cutoff="12:00"),
    )
    set_rules(noon, since=datetime.date(2025, 9, 1))

    assert queries.rules_on(datetime.date(2025, 8, 31)).cancellation.cutoff == "24:00"
    assert queries.rules_on(datetime.date(2025, 9, 1)).cancellation.cutoff == "12:00"
    with pytest.raises(operations.CanteenRulesOverlap):
        set_rules(noon, since=datetime.date(2024, 9, 1))
    with pytest.raises(queries.NoCanteenRules):
        queries.rules_on(datetime.date(2019, 1, 1))
