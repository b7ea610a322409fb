"""Enrolling at the highest price: the household's choice takes effect with the enrolment, or not at all."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from billing.canteen import operations
from billing.canteen.models import Enrolment
from billing.tariffs import operations as tariffs
from billing.tariffs import queries
from billing.tariffs.engine import MaximumNotOffered, parse_definition
from billing.tariffs.models import HouseholdResources, PriceDecision, TariffVersion
from commons.errors import DomainError, RetryLater
from commons.models import AuditEntry, OutboxEvent
from tenants.people.models import Household, Pupil
from tests.factories.canteen import START, Family, make_enrolment, make_family, open_canteen
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
LATER = datetime.date(2024, 11, 4)


@pytest.fixture
def family() -> Family:
    """A family whose quotient is proven: 3.00 euros a meal, 7.00 at most."""
    found = make_family()
    make_version("92")
    make_resources(found.household)
    open_canteen(found.college)
    return found


def refused(family: Family, error: type[DomainError], **traits: Any) -> None:
    """Enrolling at the highest price is refused, and nothing at all has changed."""
    before = HouseholdResources.objects.count(), AuditEntry.objects.count()

    with pytest.raises(error):
        make_enrolment(family, choose_maximum=True, **traits)

    assert (HouseholdResources.objects.count(), AuditEntry.objects.count()) == before
    assert not HouseholdResources.objects.filter(choose_maximum=True).exists()
    assert not Enrolment.objects.exists()
    assert not PriceDecision.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_choice_ends_what_was_proven_and_prices_the_enrolment(family: Family) -> None:
    make_enrolment(family, choose_maximum=True)

    rows = HouseholdResources.objects.order_by("valid_from")
    assert [(row.choose_maximum, row.valid_from, row.valid_until) for row in rows] == [
        (False, datetime.date(2024, 9, 1), START),
        (True, START, None),
    ]
    decision = PriceDecision.objects.get()
    assert (decision.unit_price_cents, decision.source) == (700, "CHOICE")
    assert AuditEntry.objects.filter(action="tariffs.resources.recorded").count() == 2


def test_second_child_of_the_household_adds_no_second_choice(family: Family) -> None:
    make_enrolment(family, choose_maximum=True)
    sibling = make_family(college=family.college)
    Pupil.objects.filter(pk=sibling.pupil.pk).update(household=family.household)
    sibling.pupil.refresh_from_db()

    make_enrolment(sibling, choose_maximum=True)

    assert HouseholdResources.objects.filter(choose_maximum=True).count() == 1
    assert [row.unit_price_cents for row in PriceDecision.objects.all()] == [700, 700]


def test_choice_of_a_pupil_without_a_household_records_nothing(family: Family) -> None:
    Pupil.objects.filter(pk=family.pupil.pk).update(household=None)
    family.pupil.refresh_from_db()

    make_enrolment(family, choose_maximum=True)

    assert HouseholdResources.objects.filter(choose_maximum=True).count() == 0
    assert PriceDecision.objects.get().unit_price_cents == 700


def test_choice_the_tariff_does_not_offer_enrols_nobody(family: Family) -> None:
    offered = queries.definition_of(TariffVersion.objects.get()).as_dict()
    tariffs.publish_tariff_version(
        code="sans-choix",
        service="HALF_BOARD",
        label="Sans choix",
        definition=parse_definition({**offered, "may_choose_maximum": False}),
        valid_from=START,
        valid_until=None,
        legal_basis="",
        actor=ACTOR,
        at=AT,
    )

    refused(family, MaximumNotOffered)


def test_choice_before_resources_that_start_later_enrols_nobody(family: Family) -> None:
    make_resources(family.household, valid_from=LATER)

    refused(family, tariffs.ResourcesOverlap)


def test_choice_of_a_pupil_already_enrolled_leaves_the_household_as_it_was(family: Family) -> None:
    make_enrolment(family)

    with pytest.raises(operations.AlreadyEnrolled):
        make_enrolment(family, choose_maximum=True)

    assert HouseholdResources.objects.get().valid_until is None
    assert PriceDecision.objects.get().unit_price_cents == 300


def test_pupil_who_joined_another_household_meanwhile_is_asked_to_try_again(family: Family) -> None:
    elsewhere = Household.objects.create(label="Ailleurs")
    Pupil.objects.filter(pk=family.pupil.pk).update(household=elsewhere)

    refused(family, RetryLater)
