"""Two enrolments at once: one holds, the other is told; the database stands behind the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, OperationalError

from billing.canteen import enrolling, operations
from billing.canteen.models import Enrolment
from billing.tariffs import decisions, recording
from billing.tariffs.models import HouseholdResources
from tenants.people.models import Household, Pupil
from tests.factories.canteen import (
    MONDAY_THURSDAY,
    SCHOOL_YEAR,
    START,
    Family,
    make_family,
    open_canteen,
)
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version
from tests.threads import meeting, run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")


def _enrol_twice_at_once(family: Family) -> list[str]:
    def enrol() -> str:
        try:
            operations.enrol(
                pupil=family.pupil,
                college=family.college,
                school_year=SCHOOL_YEAR,
                weekdays=MONDAY_THURSDAY,
                start_on=START,
                payers=family.payers,
                actor=ACTOR,
                at=AT,
                by_agent=True,
            )
        except operations.AlreadyEnrolled:
            return "told"
        except IntegrityError as error:
            return "refused by the database" if "enrolment" in str(error) else str(error)
        except OperationalError as error:  # both insert at once: PostgreSQL breaks the tie
            return "refused by the database" if "deadlock" in str(error) else str(error)
        return "enrolled"

    return sorted(str(result) for result in run_in_threads([enrol, enrol]))


def _ready_family() -> Family:
    family = make_family()
    open_canteen(family.college)
    return family


def test_two_enrolments_at_once_make_one() -> None:
    family = _ready_family()

    assert _enrol_twice_at_once(family) == ["enrolled", "told"]

    assert Enrolment.objects.count() == 1


def test_the_race_is_real_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the test above proves nothing."""
    family = _ready_family()
    meet = threading.Barrier(2, timeout=20)
    look = enrolling._refuse_overlap

    def no_lock(public_id: object) -> Pupil:
        return Pupil.objects.get(public_id=public_id)

    def look_then_meet(*arguments: object) -> None:
        look(*arguments)  # type: ignore[arg-type]
        meet.wait()

    monkeypatch.setattr(decisions, "lock_pupil", no_lock)
    monkeypatch.setattr(enrolling, "_refuse_overlap", look_then_meet)

    assert _enrol_twice_at_once(family) == ["enrolled", "refused by the database"]
    assert Enrolment.objects.count() == 1


def _two_children_of_one_household() -> tuple[Family, Family]:
    family, sibling = _ready_family(), _ready_family()
    make_version("92")
    make_resources(family.household)
    Pupil.objects.filter(pk=sibling.pupil.pk).update(household=family.household)
    sibling.pupil.refresh_from_db()
    return family, sibling


def _choose_the_maximum(children: Iterator[Family]) -> Callable[[], str]:
    """Enrol the next of the children at the highest price, at each call."""

    def enrol() -> str:
        child = next(children)
        try:
            operations.enrol(
                pupil=child.pupil,
                college=child.college,
                school_year=SCHOOL_YEAR,
                weekdays=MONDAY_THURSDAY,
                start_on=START,
                payers=child.payers,
                choose_maximum=True,
                actor=ACTOR,
                at=AT,
                by_agent=True,
            )
        except IntegrityError as error:
            return "refused by the database" if "resources" in str(error) else str(error)
        except OperationalError as error:  # both insert at once: PostgreSQL breaks the tie
            return "refused by the database" if "deadlock" in str(error) else str(error)
        return "enrolled"

    return enrol


def test_two_children_at_the_highest_price_make_one_choice_of_their_household() -> None:
    enrol = _choose_the_maximum(iter(_two_children_of_one_household()))

    assert run_in_threads([enrol, enrol]) == ["enrolled", "enrolled"]

    assert HouseholdResources.objects.filter(choose_maximum=True).count() == 1


def test_the_race_is_real_without_the_lock_of_the_household(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If this fails, the test above proves nothing."""

    def no_lock(public_id: object) -> Household:
        return Household.objects.get(public_id=public_id)

    monkeypatch.setattr(recording, "lock_household", no_lock)
    enrol = _choose_the_maximum(iter(_two_children_of_one_household()))
    at_once = meeting(monkeypatch, recording, "_close_resources_at")

    assert sorted(at_once(enrol)) == ["enrolled", "refused by the database"]
    assert HouseholdResources.objects.filter(choose_maximum=True).count() == 1
