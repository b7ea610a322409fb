"""Two enrolments at once: one holds, the other is told; the database stands behind the lock."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, OperationalError

from billing.canteen import enrolling, operations
from billing.canteen.models import Enrolment
from billing.tariffs import decisions
from tenants.people.models import Pupil
from tests.factories.canteen import (
    MONDAY_THURSDAY,
    SCHOOL_YEAR,
    START,
    Family,
    make_family,
    open_canteen,
)
from tests.factories.tariffs import ACTOR, AT
from tests.threads import run_in_threads

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
