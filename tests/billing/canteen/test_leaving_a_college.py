"""Nobody is enrolled, or changed, at a collège that was left."""

from __future__ import annotations

import datetime

import pytest

from billing.canteen import operations
from billing.canteen.models import Enrolment
from tenants.people.models import Pupil, Schooling
from tests.factories.canteen import SCHOOL_YEAR, Family, make_college, make_enrolment, make_family
from tests.factories.tariffs import ACTOR, AT

pytestmark = pytest.mark.usefixtures("tenant_db")
LEFT_ON = datetime.date(2024, 10, 10)
BEFORE = datetime.date(2024, 10, 9)


def leave(family: Family) -> Family:
    """The pupil goes to another collège from the 10th of October on."""
    elsewhere = make_college()
    Schooling.objects.filter(pupil=family.pupil).update(valid_until=LEFT_ON)
    Schooling.objects.create(
        pupil=family.pupil, college=elsewhere, school_year=SCHOOL_YEAR, valid_from=LEFT_ON
    )
    return Family(family.pupil, elsewhere, family.household, family.guardians)


def test_enrolling_at_a_college_already_left_is_refused() -> None:
    family = make_family()
    there = leave(family)

    with pytest.raises(operations.NotSchooledThere):
        make_enrolment(family, start_on=LEFT_ON)

    assert not Enrolment.objects.exists()
    assert make_enrolment(there, start_on=LEFT_ON).college == there.college


def test_enrolling_until_the_day_one_leaves_is_possible() -> None:
    family = make_family()
    leave(family)

    assert make_enrolment(family, start_on=BEFORE).college == family.college


def test_a_pupil_the_feed_no_longer_names_is_not_enrolled() -> None:
    family = make_family()
    Pupil.objects.filter(pk=family.pupil.pk).update(missing_since=LEFT_ON)

    with pytest.raises(operations.NotSchooledThere):
        make_enrolment(family, start_on=LEFT_ON)
    assert make_enrolment(family, start_on=BEFORE).state == "ACTIVE"


def test_the_days_of_a_college_already_left_do_not_change_and_can_end() -> None:
    family = make_family()
    enrolment = make_enrolment(family)
    leave(family)

    with pytest.raises(operations.NotSchooledThere):
        operations.change_weekdays(
            enrolment=enrolment,
            weekdays=1,
            effective_on=LEFT_ON,
            actor=ACTOR,
            at=AT,
            by_agent=True,
        )
    ended = operations.end_enrolment(
        enrolment=enrolment, end_on=LEFT_ON, actor=ACTOR, at=AT, by_agent=True
    )
    assert ended.valid_until == LEFT_ON


def test_a_draft_at_a_college_already_left_is_not_begun() -> None:
    family = make_family()
    there = leave(family)
    make_enrolment(make_family())  # the rules of the département
    in_november = datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC)

    def begin(college: object, at: datetime.datetime) -> Enrolment:
        return operations.save_enrolment_draft(
            pupil=family.pupil,
            college=college,  # type: ignore[arg-type]
            school_year=SCHOOL_YEAR,
            weekdays=1,
            actor=ACTOR,
            at=at,
        )

    with pytest.raises(operations.NotSchooledThere):
        begin(family.college, in_november)
    assert begin(there.college, in_november).state == "DRAFT"
