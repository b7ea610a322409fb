"""A child of two households: whose quotient prices it, and who may read what the price rests on."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.tariffs import operations, queries
from billing.tariffs.access import price_for
from billing.tariffs.engine import Policy, SharedCustody
from billing.tariffs.models import HouseholdResources, PriceDecision
from billing.tariffs.schedule_files import ScheduleFile, ServiceName, published_schedule
from tenants.accounts.models import User
from tenants.people.models import Guardian, Household, HouseholdMember
from tests.factories.canteen import START, Family, make_family
from tests.factories.tariffs import ACTOR, AT, dearer, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
MEAL = "HALF_BOARD"
NOVEMBER = datetime.date(2024, 11, 1)


def publish(custody: SharedCustody, schedule: ScheduleFile | None = None) -> None:
    schedule = schedule or published_schedule("92")
    definition = schedule.services[ServiceName.HALF_BOARD]
    policy = Policy(shared_custody=custody)
    services = {ServiceName.HALF_BOARD: dataclasses.replace(definition, policy=policy)}
    operations.publish_schedule(
        schedule=dataclasses.replace(schedule, services=services), actor=ACTOR, at=AT
    )


def separated() -> tuple[Family, Household]:
    """A pupil priced by its mother's household, and its father's household."""
    family = make_family(guardians=2)
    other = Household.objects.create(label="Foyer du père")
    HouseholdMember.objects.filter(guardian=family.guardians[1]).delete()
    HouseholdMember.objects.create(
        household=other, guardian=family.guardians[1], valid_from=datetime.date(2020, 1, 1)
    )
    return family, other


def quotient(household: Household, euros: int, **traits: Any) -> HouseholdResources:
    return make_resources(household, quotient_familial=Decimal(euros), **traits)


def decide(family: Family) -> PriceDecision:
    return operations.decide_price(
        pupil=family.pupil, service=MEAL, valid_from=START, actor=ACTOR, at=AT
    )


def user_of(guardian: Guardian) -> User:
    user = User.objects.create(email=f"{guardian.public_id}@exemple.fr")
    guardian.user = user
    guardian.save(update_fields=["user"])
    return user


@pytest.mark.parametrize(
    ("custody", "own", "other", "price_cents"),
    [
        (SharedCustody.ONE_PAYER, 1000, 600, 500),
        (SharedCustody.BEST_QF_SINGLE_BILL, 1000, 600, 300),
        (SharedCustody.BEST_QF_SINGLE_BILL, 600, 1000, 300),
        (SharedCustody.BEST_QF_SINGLE_BILL, None, 1000, 500),
        (SharedCustody.BEST_QF_SINGLE_BILL, 1000, None, 500),
        (SharedCustody.BEST_QF_SINGLE_BILL, None, None, 700),
    ],
)
def test_the_policy_says_whose_quotient_prices_a_child_of_two_households(
    custody: SharedCustody, own: int | None, other: int | None, price_cents: int
) -> None:
    publish(custody)
    family, father = separated()
    for household, euros in ((family.household, own), (father, other)):
        if euros is not None:
            quotient(household, euros)

    assert decide(family).unit_price_cents == price_cents


def test_the_best_quotient_is_followed_when_the_proof_it_rests_on_ends() -> None:
    publish(SharedCustody.BEST_QF_SINGLE_BILL)
    family, father = separated()
    quotient(family.household, 1000)
    quotient(father, 600, valid_until=NOVEMBER)

    decide(family)

    prices = queries.prices_since([family.pupil.pk], MEAL, START)[family.pupil.pk]
    assert [(row.valid_from, row.unit_price_cents) for row in prices] == [
        (START, 300),
        (NOVEMBER, 500),
    ]


def test_a_guardian_without_authority_has_no_say_in_the_price() -> None:
    publish(SharedCustody.BEST_QF_SINGLE_BILL)
    family, father = separated()
    quotient(family.household, 1000)
    quotient(father, 600)
    family.guardians[1].guardianships.update(legal_role=0)

    assert decide(family).unit_price_cents == 500


def test_each_parent_reads_only_what_their_own_household_proved() -> None:
    publish(SharedCustody.BEST_QF_SINGLE_BILL)
    family, father = separated()
    quotient(family.household, 1000)
    quotient(father, 600)
    explained = queries.explained_price(decide(family))
    mother_user, father_user = (user_of(guardian) for guardian in family.guardians)

    seen = {
        user: price_for(user, family.pupil, explained, on=START)
        for user in (mother_user, father_user)
    }

    assert seen[mother_user].unit_price_cents == seen[father_user].unit_price_cents == 300
    assert seen[mother_user].quotient is None
    assert seen[mother_user].steps == ()
    assert seen[father_user].quotient == Decimal(600)


def test_the_household_a_pupil_joins_reads_nothing_of_the_one_it_left() -> None:
    make_version("92")
    family, father = separated()
    quotient(family.household, 600)
    explained = queries.explained_price(decide(family))
    family.pupil.household = father
    family.pupil.save(update_fields=["household"])
    mother_user, father_user = (user_of(guardian) for guardian in family.guardians)

    assert price_for(mother_user, family.pupil, explained, on=START).quotient == Decimal(600)
    assert price_for(father_user, family.pupil, explained, on=START).quotient is None


def test_a_version_that_looks_at_both_prices_again_by_the_best() -> None:
    family, father = separated()
    make_version("92")
    quotient(family.household, 1000)
    quotient(father, 600)
    decide(family)

    publish(SharedCustody.BEST_QF_SINGLE_BILL, dearer(NOVEMBER))

    prices = queries.prices_since([family.pupil.pk], MEAL, START)[family.pupil.pk]
    assert [(row.valid_from, row.unit_price_cents) for row in prices] == [
        (START, 500),
        (NOVEMBER, 300),
    ]


def test_payers_who_take_turns_cannot_be_billed_yet_and_the_schedule_is_refused() -> None:
    with pytest.raises(operations.CustodyNotBilled):
        publish(SharedCustody.TWO_PAYERS_CALENDAR)
