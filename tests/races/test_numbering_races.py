"""Issuing at the same moment: once per month, and no hole in the numbers."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import transaction

from billing.invoicing import issuing, operations
from billing.invoicing.models import BillingRun, Invoice, InvoiceCounter, Regie
from billing.ledger import queries as ledger
from billing.ledger.models import Transfer
from tests.factories.invoicing import (
    DUE_ON,
    ISSUE_AT,
    OCTOBER,
    SEPTEMBER,
    make_billed_family,
    make_regie,
    prepare,
    review,
)
from tests.factories.tariffs import ACTOR
from tests.threads import meeting, run_in_threads, until_somebody_waits_for_us

IN_NOVEMBER = datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC)


def issue(run, at=ISSUE_AT, due_on=DUE_ON):
    def act() -> str:
        try:
            operations.issue_run(run=run, due_on=due_on, actor=ACTOR, at=at)
        except operations.RunAlreadyIssued:
            return "already issued"
        return "issued"

    return act


def test_one_month_issued_by_two_at_once_is_issued_once(committed_tenant_db, monkeypatch):
    for _ in range(4):
        make_billed_family()
    run = review(prepare())

    both = meeting(monkeypatch, operations, "_lock_run")

    assert both(issue(run)) == ["issued", "already issued"]
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == [f"2024-{rank:06d}" for rank in range(1, 5)]
    assert Transfer.objects.count() == 4
    assert ledger.trial_balance().is_balanced


def _issue_two_months_at_once(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """October is tried while September holds its drafts, and has not committed."""
    for _ in range(4):
        make_billed_family()
    regie = make_regie()
    september = review(prepare(regie, SEPTEMBER, IN_NOVEMBER), IN_NOVEMBER)
    october = review(prepare(regie, OCTOBER, IN_NOVEMBER), IN_NOVEMBER)
    due_on = datetime.date(2024, 12, 4)
    is_inside, is_tried = threading.Event(), threading.Event()
    lock_drafts = operations.lock_drafts

    def lock_then_wait(run: BillingRun) -> list[tuple[int, int]]:
        drafts = lock_drafts(run)
        if run.month == SEPTEMBER:
            is_inside.set()
            is_tried.wait(2)
        return drafts

    def issue_october() -> str:
        assert is_inside.wait(20)
        try:
            return issue(october, IN_NOVEMBER, due_on)()
        except operations.EarlierMonthNotIssued:
            return "September is not seen"
        finally:
            is_tried.set()

    monkeypatch.setattr(operations, "lock_drafts", lock_then_wait)
    return run_in_threads([issue(september, IN_NOVEMBER, due_on), issue_october])


def test_two_months_issued_at_once_share_the_numbers_without_a_hole(
    committed_tenant_db, monkeypatch
):
    assert _issue_two_months_at_once(monkeypatch) == ["issued", "issued"]

    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == [f"2024-{rank:06d}" for rank in range(1, 9)]
    assert [invoice.month for invoice in Invoice.objects.order_by("number")] == [
        *[SEPTEMBER] * 4,
        *[OCTOBER] * 4,
    ]


def test_two_months_at_once_do_not_see_each_other_without_the_lock(
    committed_tenant_db, monkeypatch
):
    """If this fails, the test above proves nothing."""
    monkeypatch.setattr(operations, "_lock_regie", lambda regie_id: Regie.objects.get(pk=regie_id))

    assert _issue_two_months_at_once(monkeypatch) == ["issued", "September is not seen"]


def _take_numbers_twice_at_once(regie: Regie) -> list[object]:
    """The second asks while the first has its numbers, and has not committed."""
    InvoiceCounter.objects.create(regie=regie, fiscal_year=2024)  # else the second waits to make it
    is_taken = threading.Event()

    def take_and_stay() -> int:
        with transaction.atomic():
            before = issuing.take_numbers(regie, fiscal_year=2024, count=4)
            is_taken.set()
            until_somebody_waits_for_us()
        return before

    def take() -> int:
        assert is_taken.wait(20)
        with transaction.atomic():
            return issuing.take_numbers(regie, fiscal_year=2024, count=3)

    return run_in_threads([take_and_stay, take])


def test_numbers_taken_at_once_follow_each_other(committed_tenant_db):
    """The counter alone, whatever is locked before it."""
    regie = make_regie()

    assert _take_numbers_twice_at_once(regie) == [0, 4]

    assert InvoiceCounter.objects.get().latest_number == 7


def test_the_same_numbers_are_given_twice_by_a_counter_that_is_read_first(
    committed_tenant_db, monkeypatch
):
    """If this fails, the test above proves nothing."""
    regie = make_regie()

    def read_then_write(regie: Regie, *, fiscal_year: int, count: int) -> int:
        counters = InvoiceCounter.objects.filter(regie=regie, fiscal_year=fiscal_year)
        before = counters.get().latest_number
        counters.update(latest_number=before + count)
        return before

    monkeypatch.setattr(issuing, "take_numbers", read_then_write)

    assert _take_numbers_twice_at_once(regie) == [0, 0]
