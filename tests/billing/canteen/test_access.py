"""Who sees an enrolment, a price, and the resources behind it."""

from __future__ import annotations

import datetime
import uuid

import pytest

from billing.canteen.access import access_enrolment
from billing.tariffs.access import access_price_decision, may_read_resources
from billing.tariffs.queries import price_on
from commons.errors import NotFound
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.people.models import Guardian
from tests.factories.canteen import START, make_enrolment, make_family
from tests.factories.tariffs import make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
TODAY = datetime.date(2024, 10, 1)


def signed_in(name: str, *, guardian: Guardian | None = None, role: Role | None = None) -> User:
    user = User.objects.create(email=f"{name}@exemple.fr", first_name=name)
    if guardian is not None:
        guardian.user = user
        guardian.save(update_fields=["user"])
    if role is not None:
        StaffRole.objects.create(user=user, role=role.value)
    return user


def test_both_parents_and_readers_see_the_enrolment_and_strangers_do_not() -> None:
    family = make_family(guardians=2)
    enrolment = make_enrolment(family)
    mother = signed_in("mere", guardian=family.guardians[0])
    father = signed_in("pere", guardian=family.guardians[1])
    karim = signed_in("karim", role=Role.READER)
    stranger = signed_in("autre", guardian=make_family().guardians[0])

    for user in (mother, father, karim):
        assert access_enrolment(user, enrolment.public_id) == enrolment
    with pytest.raises(NotFound):
        access_enrolment(stranger, enrolment.public_id)


def test_absent_and_forbidden_are_the_same_answer() -> None:
    enrolment = make_enrolment()
    stranger = signed_in("autre", guardian=make_family().guardians[0])
    answers = []

    for public_id in (enrolment.public_id, uuid.uuid4()):
        with pytest.raises(NotFound) as refusal:
            access_enrolment(stranger, public_id)
        answers.append((refusal.value.code, sorted(refusal.value.details)))

    assert answers == [("NOT_FOUND", ["enrolment"])] * 2


def test_the_other_household_sees_the_price_and_not_the_resources() -> None:
    make_version("92")
    family = make_family(guardians=2)
    make_enrolment(family)
    decision = price_on(family.pupil, "HALF_BOARD", START)
    assert decision is not None
    mother = signed_in("mere", guardian=family.guardians[0])
    father = signed_in("pere", guardian=family.guardians[1])
    karim = signed_in("karim", role=Role.READER)
    stranger = signed_in("autre", guardian=make_family().guardians[0])

    for user in (mother, father, karim):
        assert access_price_decision(user, decision.public_id) == decision
    with pytest.raises(NotFound):
        access_price_decision(stranger, decision.public_id)
    with pytest.raises(NotFound):
        access_price_decision(mother, uuid.uuid4())
    assert may_read_resources(mother, family.pupil, on=TODAY)
    assert may_read_resources(karim, family.pupil, on=TODAY)
    assert not may_read_resources(father, family.pupil, on=TODAY)
    assert not may_read_resources(stranger, family.pupil, on=TODAY)


def test_a_pupil_without_a_household_shows_no_resources() -> None:
    family = make_family()
    family.pupil.household = None
    mother = signed_in("mere", guardian=family.guardians[0])

    assert not may_read_resources(mother, family.pupil, on=TODAY)
