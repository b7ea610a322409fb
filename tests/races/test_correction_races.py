"""Corrections that meet: one issued by two, one and a credit note by hand."""

from __future__ import annotations

import datetime
import threading
from typing import Any

import pytest

from billing.canteen import operations as canteen
from billing.invoicing import checking, operations
from billing.invoicing.models import BillingRun, CreditNote, Invoice
from billing.ledger import queries as ledger
from tests.factories.invoicing import DUE_ON, ISSUE_AT, issue, make_billed_family, prepare, review
from tests.factories.tariffs import ACTOR
from tests.threads import meeting, run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
LATER = ISSUE_AT + datetime.timedelta(days=8)


@pytest.fixture
def correction() -> BillingRun:
    """One of nine meals at 3.00 euros is given back."""
    family = make_billed_family()
    issue(prepare())
    canteen.excuse_absences(
        enrolment=family.pupil.enrolments.get(),
        days=[datetime.date(2024, 9, 5)],
        reason="Malade",
        actor=ACTOR,
        at=LATER,
    )
    first = BillingRun.objects.get()
    prepared = operations.prepare_correction(run=first, reason="Absence", actor=ACTOR, at=LATER)
    return review(prepared, LATER)


def issued(correction: BillingRun) -> str:
    try:
        operations.issue_run(run=correction, due_on=DUE_ON, actor=ACTOR, at=LATER)
    except (operations.RunAlreadyIssued, operations.RunOutOfDate) as error:
        return type(error).__name__
    return "issued"


def test_a_correction_issued_by_two_at_once_is_issued_once(correction, monkeypatch):
    both = meeting(monkeypatch, operations, "_lock_run")

    assert both(lambda: issued(correction)) == ["issued", "RunAlreadyIssued"]
    assert CreditNote.objects.get().total_cents == 300
    assert ledger.trial_balance().is_balanced


def _credit_while_it_is_issued(
    correction: BillingRun, monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> list[Any]:
    """The régisseur credits the same line by hand once the correction has compared."""
    invoice = Invoice.objects.select_related("regie").get()
    difference = checking.difference
    is_compared, is_done = threading.Event(), threading.Event()

    def compare_then_wait(run: BillingRun) -> Any:
        found = difference(run)
        is_compared.set()
        if waits:
            until_somebody_waits_for_us()
        else:
            assert is_done.wait(20)
        return found

    def by_hand() -> str:
        assert is_compared.wait(20)
        operations.cancel_invoice(invoice=invoice, reason="Erreur", actor=ACTOR, at=LATER)
        is_done.set()
        return "cancelled"

    monkeypatch.setattr(checking, "difference", compare_then_wait)
    return run_in_threads([lambda: issued(correction), by_hand])


def test_a_credit_note_waits_for_the_correction_that_counts_the_others(correction, monkeypatch):
    assert _credit_while_it_is_issued(correction, monkeypatch, waits=True) == [
        "issued",
        "cancelled",
    ]

    totals = CreditNote.objects.order_by("pk").values_list("total_cents", flat=True)
    assert list(totals) == [300, 2_400]


def test_the_correction_fails_on_the_key_without_the_months(correction, monkeypatch):
    """If this fails, the test above proves nothing: only the key of the credited cents is left."""
    monkeypatch.setattr(operations, "take_month", lambda _month, at: None)

    issue_result, cancelled = _credit_while_it_is_issued(correction, monkeypatch, waits=False)

    assert cancelled == "cancelled"
    assert isinstance(issue_result, Exception)
    assert CreditNote.objects.get().total_cents == 2_700
