"""A month and the acts that change it, at the same moment: never a change in an issued month."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from billing.canteen import booking_acts, enrolling
from billing.canteen import operations as canteen
from billing.invoicing import operations
from billing.invoicing.models import BillingRun, Invoice
from billing.month_locks import hold_months
from billing.tariffs import issued_months
from commons import audit
from commons.models import AuditEntry
from tests.factories.canteen import Family, make_enrolment, make_family
from tests.factories.invoicing import DUE_ON, ISSUE_AT, make_billed_family, prepare, review
from tests.factories.tariffs import ACTOR
from tests.threads import run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
THURSDAY = datetime.date(2024, 9, 26)
SEEN_IN_TIME = datetime.datetime(2024, 9, 20, 10, tzinfo=datetime.UTC)
LONG_ENOUGH = 2.0  # for an issue that nothing holds back


class Meeting:
    """An act that changes a month stops before it commits, while the month is issued."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: object) -> None:
        self.is_looked_at, self.is_tried = threading.Event(), threading.Event()

        def stop_then_write(**entry: Any) -> AuditEntry:
            self.is_looked_at.set()
            self.is_tried.wait(LONG_ENOUGH)
            return audit.record_audit(**entry)

        monkeypatch.setattr(module, "record_audit", stop_then_write)  # the act's last statement

    def issuing(self, run: BillingRun) -> Callable[[], str]:
        def act() -> str:
            assert self.is_looked_at.wait(20)
            try:
                operations.issue_run(run=run, due_on=DUE_ON, actor=ACTOR, at=ISSUE_AT)
            except operations.RunOutOfDate:
                return "out of date"
            finally:
                self.is_tried.set()
            return "issued"

        return act


def _cancelling(family: Family) -> Callable[[], str]:
    enrolment = family.pupil.enrolments.get()

    def act() -> str:
        try:
            canteen.cancel_meals(enrolment=enrolment, days=[THURSDAY], actor=ACTOR, at=SEEN_IN_TIME)
        except issued_months.AlreadyBilled:
            return "refused"
        return "cancelled"

    return act


def _enrolling_late(family: Family) -> Callable[[], str]:
    def act() -> str:
        try:
            make_enrolment(family, start_on=THURSDAY)
        except issued_months.AlreadyBilled:
            return "refused"
        return "enrolled"

    return act


def _cancel_while_issuing(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    family = make_billed_family()
    run = review(prepare())
    meeting = Meeting(monkeypatch, booking_acts)
    return run_in_threads([_cancelling(family), meeting.issuing(run)])


def _enrol_while_issuing(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    make_billed_family()
    late = make_family()
    canteen.open_service_days(college=late.college, school_year=2024, actor=ACTOR, at=SEEN_IN_TIME)
    run = review(prepare())
    meeting = Meeting(monkeypatch, enrolling)
    return run_in_threads([_enrolling_late(late), meeting.issuing(run)])


def _hold_nothing(_first_day: datetime.date, *, at: datetime.datetime) -> None:
    assert at


def test_a_meal_cancelled_while_its_month_is_issued_is_seen_by_the_issue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _cancel_while_issuing(monkeypatch) == ["cancelled", "out of date"]

    assert not Invoice.objects.exists()


def test_a_cancellation_slips_into_an_issued_month_without_the_lock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If this fails, the test above proves nothing."""
    monkeypatch.setattr(issued_months, "hold_months", _hold_nothing)

    assert _cancel_while_issuing(monkeypatch) == ["cancelled", "issued"]

    assert Invoice.objects.get().total_cents == 2700


def test_a_pupil_enrolled_while_the_month_is_issued_is_seen_by_the_issue(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _enrol_while_issuing(monkeypatch) == ["enrolled", "out of date"]

    assert not Invoice.objects.exists()


def test_an_enrolment_slips_into_an_issued_month_without_the_lock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If this fails, the test above proves nothing."""
    monkeypatch.setattr(issued_months, "hold_months", _hold_nothing)

    assert _enrol_while_issuing(monkeypatch) == ["enrolled", "issued"]


def test_an_issue_waits_for_no_act_on_later_months() -> None:
    """Families change the days to come while the month that is over is issued."""
    family = make_billed_family()
    run = review(prepare())
    is_held, is_issued = threading.Event(), threading.Event()

    def holding() -> bool:
        with transaction.atomic():
            hold_months(datetime.date(2024, 10, 10), at=ISSUE_AT)
            is_held.set()
            return is_issued.wait(20)

    def issuing() -> int:
        assert is_held.wait(20)
        issued = operations.issue_run(run=run, due_on=DUE_ON, actor=ACTOR, at=ISSUE_AT)
        is_issued.set()
        return issued.invoices

    assert run_in_threads([holding, issuing]) == [True, 1]
    assert Invoice.objects.get().payer_id == family.guardians[0].pk
