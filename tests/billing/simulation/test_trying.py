"""A schedule tried on the pupils enrolled: the same meals and prices as the canteen and the engine."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

import pytest

from billing.canteen import operations
from billing.canteen.queries import meals_for
from billing.simulation.comparing import Row
from billing.simulation.enrolled import enrolled_pupils
from billing.simulation.trying import Asked, NotComparable, simulate
from billing.tariffs.decisions import NoTariffInForce, situation_of
from billing.tariffs.engine import Definition, Policy, SharedCustody, Situation, decide
from billing.tariffs.models import HouseholdResources
from billing.tariffs.operations import FullPriceMissing
from billing.tariffs.queries import resources_on
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    ScheduleFile,
    ServiceName,
    load_schedule,
    published_schedule,
)
from commons.periods import Period
from tenants.people.models import Household, HouseholdMember, SchoolClass, Schooling
from tests.factories.canteen import SCHOOL_YEAR, Family, make_college, make_enrolment, make_family
from tests.factories.tariffs import ACTOR, AT, dearer, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
MEAL = ServiceName.HALF_BOARD
POPULATION = (
    "WITH canteen_enrolment+canteen_serviceday+people_schooling+people_schoolclass"
    "+people_pupil+people_guardianship+people_householdmember+tariffs_householdresources"
)
AUTUMN = Period(datetime.date(2024, 9, 1), datetime.date(2025, 1, 1))
OCTOBER = datetime.date(2024, 10, 10)
ASKED = Asked(service=MEAL, period=AUTUMN, proofs_on=OCTOBER)
PROOFS: tuple[dict[str, Any] | None, ...] = (
    None,
    {},
    {"quotient_familial": Decimal("430.55")},
    {"quotient_familial": Decimal("790.00"), "basis": "CAF_QF", "proof_kind": "CAF_CERTIFICATE"},
    {"quotient_familial": Decimal(100), "statuses": ["RSA"], "children": 4},
    {"choose_maximum": True},
    {"reference_tax_income_cents": 41_234_56, "tax_parts": Decimal("2.25"), "children": 2},
)


def half_board(schedule: ScheduleFile) -> Definition:
    return schedule.services[MEAL]


def enrol(*proofs: dict[str, Any] | None, **traits: Any) -> list[Family]:
    """A pupil for each proof, all of one collège."""
    college = traits.pop("college", None) or make_college()
    families = []
    for proof in proofs:
        family = make_family(college=college)
        make_enrolment(family, **traits)
        if proof is not None:
            make_resources(family.household, **proof)
        families.append(family)
    return families


def decided(definition: Definition, resources: HouseholdResources | None) -> int:
    situation = situation_of(resources)
    if situation.chooses_maximum and not definition.may_choose_maximum:
        situation = Situation()
    return decide(definition, situation, day=AUTUMN.start).unit_price_cents


@pytest.mark.parametrize("name", ["92-2024", "94-2025", "95-2024", "93-2023"])
def test_each_pupil_has_the_price_and_the_meals_of_the_engine_and_the_canteen(name: str) -> None:
    make_version()
    families = enrol(*PROOFS)
    definition = half_board(load_schedule(SCHEDULES_FOLDER / f"{name}.yaml"))

    pupils = enrolled_pupils(service=MEAL, period=AUTUMN, proofs_on=OCTOBER)

    assert pupils.prices(definition, day=AUTUMN.start).tolist() == [
        decided(definition, resources_on(family.household.pk, OCTOBER)) for family in families
    ]
    assert pupils.meals.tolist() == [
        len(meals_for(family.pupil.enrolments.get(), AUTUMN)) for family in families
    ]
    assert min(pupils.meals) > 20


def test_a_proof_counts_on_the_days_it_holds() -> None:
    make_version()
    enrol({"quotient_familial": Decimal(400), "valid_until": datetime.date(2024, 11, 1)})
    definition = half_board(published_schedule("92"))

    prices = [
        enrolled_pupils(service=MEAL, period=AUTUMN, proofs_on=day)
        .prices(definition, day=day)
        .item()
        for day in (datetime.date(2024, 10, 31), datetime.date(2024, 11, 1))
    ]

    assert prices == [200, 700]


def test_a_pupil_is_told_of_where_most_meals_are_and_in_which_class() -> None:
    make_version()
    first, second = make_college(name="Sisley"), make_college(name="Curie")
    family = make_family(college=first)
    enrolment = make_enrolment(family)
    left_on = datetime.date(2024, 9, 21)
    operations.end_enrolment(enrolment=enrolment, end_on=left_on, actor=ACTOR, at=AT, by_agent=True)
    school_class = SchoolClass.objects.create(
        college=second, school_year=SCHOOL_YEAR, name="5B", level="5E"
    )
    Schooling.objects.create(
        pupil=family.pupil,
        college=second,
        school_year=SCHOOL_YEAR,
        school_class=school_class,
        valid_from=left_on,
    )
    make_enrolment(dataclasses.replace(family, college=second), start_on=datetime.date(2024, 9, 23))

    pupils = enrolled_pupils(service=MEAL, period=AUTUMN, proofs_on=OCTOBER)

    assert len(pupils) == 1
    assert pupils.college_names[pupils.colleges.item()] == "Curie"
    assert pupils.level_names[pupils.levels.item()] == "5E"
    both = [meals_for(one, AUTUMN) for one in family.pupil.enrolments.all()]
    assert pupils.meals.item() == sum(len(days) for days in both)


def test_drafts_other_services_and_other_years_are_not_counted() -> None:
    make_version()
    family = make_family()
    make_enrolment(family)
    family.pupil.enrolments.create(
        college=family.college,
        school_year=SCHOOL_YEAR + 1,
        state="DRAFT",
        created_at=datetime.datetime(2024, 9, 1, tzinfo=datetime.UTC),
    )

    later = Period(datetime.date(2026, 1, 1), datetime.date(2026, 7, 1))
    assert len(enrolled_pupils(service=MEAL, period=AUTUMN, proofs_on=OCTOBER)) == 1
    assert len(enrolled_pupils(service="BOARDER", period=AUTUMN, proofs_on=OCTOBER)) == 0
    assert len(enrolled_pupils(service=MEAL, period=later, proofs_on=OCTOBER)) == 0


def test_where_the_lower_of_two_quotients_holds_the_other_parent_counts() -> None:
    make_version()
    family = make_family(guardians=2)
    make_enrolment(family)
    make_resources(family.household, quotient_familial=Decimal(1000))
    other = Household.objects.create(label="Foyer du père")
    HouseholdMember.objects.create(
        household=other, guardian=family.guardians[1], valid_from=datetime.date(2020, 1, 1)
    )
    make_resources(other, quotient_familial=Decimal(600))
    single = half_board(published_schedule("92"))
    both = dataclasses.replace(
        single, policy=Policy(shared_custody=SharedCustody.BEST_QF_SINGLE_BILL)
    )

    pupils = enrolled_pupils(service=MEAL, period=AUTUMN, proofs_on=OCTOBER)

    assert len(pupils) == 1
    assert pupils.prices(single, day=OCTOBER).item() == 500
    assert pupils.prices(both, day=OCTOBER).item() == 300


def test_another_departements_schedule_is_tried_on_own_pupils() -> None:
    make_version()
    enrol(*[{"quotient_familial": Decimal(700)}] * 12, None)
    val_de_marne = load_schedule(SCHEDULES_FOLDER / "94-2025.yaml")

    apart = simulate(asked=ASKED, schedule=val_de_marne)
    alike = simulate(asked=dataclasses.replace(ASKED, is_alike=True), schedule=val_de_marne)

    assert (apart.unread, alike.unread) == (12, 0)
    # A fiscal quotient of 700 pays 3.50, a CAF quotient of 700 would pay 1.55; without proof, 7.00 and
    # 5.95. One pupil alone pays less without proof: who pays more and less is not told apart.
    assert apart.outcome.total is None
    assert apart.outcome.budget is not None
    assert alike.outcome.budget is not None
    meals = apart.outcome.budget.meals // 13
    assert apart.outcome.budget.families_before_cents == meals * (12 * 350 + 700)
    assert apart.outcome.budget.families_after_cents == meals * 13 * 595
    assert alike.outcome.budget.families_after_cents == meals * (12 * 155 + 595)
    assert alike.outcome.budget.departement_after_cents == meals * (12 * 1045 + 605)


def test_a_simulation_shows_who_pays_more() -> None:
    make_version()
    enrol(*[None] * 12, *[{}] * 15)

    simulation = simulate(asked=ASKED, schedule=dearer(AUTUMN.start))

    total = simulation.outcome.total
    assert total is not None
    assert (total.losers, total.winners, total.unchanged) == (12, 0, 15)
    assert [row.pupils for row in simulation.outcome.by_band] == [15, 12]
    (college,) = simulation.outcome.by_college
    assert isinstance(college, Row)
    assert college.breakdown == total


def test_what_cannot_be_compared_is_refused() -> None:
    schedule = published_schedule("92")
    with pytest.raises(NoTariffInForce):
        simulate(asked=ASKED, schedule=schedule)
    make_version()

    boarder = dataclasses.replace(schedule, services={ServiceName.BOARDER: half_board(schedule)})
    with pytest.raises(NotComparable) as refusal:
        simulate(asked=ASKED, schedule=boarder)
    assert refusal.value.details["reason"] == "SERVICE"
    yearly = load_schedule(SCHEDULES_FOLDER / "94-2016.yaml")
    with pytest.raises(NotComparable) as refusal:
        simulate(asked=ASKED, schedule=yearly)
    assert refusal.value.details["reason"] == "UNIT"
    aid = load_schedule(SCHEDULES_FOLDER / "77-2020.yaml")
    with pytest.raises(FullPriceMissing):
        simulate(asked=ASKED, schedule=aid)


def test_a_population_is_one_statement(queries_of) -> None:
    make_version()
    enrol(*PROOFS)

    with queries_of("SET", POPULATION, "SET", "SELECT people_college"):
        enrolled_pupils(service=MEAL, period=AUTUMN, proofs_on=OCTOBER)
