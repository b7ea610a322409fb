"""The corrections of the demo: agents have one of each to read, and one invoice stays as it was."""

from __future__ import annotations

import pytest

from billing.invoicing.models import CreditNote, Dispute, Invoice
from billing.tariffs.models import PriceContest
from socle.seeding.corrections import correct_some
from tests.factories.invoicing import ISSUE_AT, issue, make_billed_family, prepare

pytestmark = pytest.mark.usefixtures("tenant_db")


def test_one_credit_note_one_dispute_that_waits_and_one_answered() -> None:
    for _ in range(4):
        make_billed_family()
    issue(prepare())

    correct_some(at=ISSUE_AT)

    assert CreditNote.objects.get().total_cents == 600
    states = Dispute.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["OPEN", "REFUSED"]
    contests = PriceContest.objects.order_by("pk").values_list("state", flat=True)
    assert list(contests) == ["OPEN", "REFUSED"]
    untouched = Invoice.objects.filter(credit_notes=None, lines__disputes=None)
    assert untouched.count() == 1


def test_too_few_invoices_are_left_as_they_are() -> None:
    make_billed_family()
    issue(prepare())

    correct_some(at=ISSUE_AT)

    assert not CreditNote.objects.exists()
