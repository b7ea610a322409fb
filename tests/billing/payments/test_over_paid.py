"""What a credit note finds already paid: kept to be given back, then given back, or paid with."""

from __future__ import annotations

import pytest
from django.utils import timezone

from billing.invoicing import operations as invoicing
from billing.invoicing import queries as invoices
from billing.invoicing.models import Invoice
from billing.ledger import queries as ledger
from billing.payments import operations, queries
from billing.payments.models import Payment, PaymentPart, Refund
from commons.actors import Actor
from tests.factories.payments import (
    at_the_bank,
    later_at_the_bank,
    look,
    make_invoice,
    make_merchant,
    started,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db", "bank")


@pytest.fixture
def payment() -> Payment:
    """27.00 euros, paid by card; then 6.00 of them credited."""
    invoice = make_invoice()
    make_merchant(invoice.regie)
    opened = started(invoice)
    at_the_bank(opened, "card")
    paid = look(opened)
    invoicing.credit_invoice(
        invoice=invoice,
        lines=[invoicing.LineCredit(invoice.lines.get(), meals=2)],
        reason="Absence",
        actor=ACTOR,
        at=timezone.now(),
    )
    return paid


def standing(payment: Payment) -> tuple[int, int]:
    """What is left to pay of the invoice, and what is to be given back."""
    part = PaymentPart.objects.select_related("invoice").get(payment=payment)
    invoice = Invoice.objects.select_related("ledger_account").get(pk=part.invoice_id)
    assert ledger.trial_balance().is_balanced
    assert ledger.reconcile() == []
    return invoices.due_cents(invoice), invoices.over_paid_cents(invoice)


def refunded(payment: Payment, cents: int) -> Refund:
    """Given back at the bank, by two people."""
    part = queries.parts_of(payment).select_related("payment").get()
    asked = operations.ask_refund(
        part=part,
        amount_cents=cents,
        reason="Trop-perçu",
        actor=Actor("user", "michel"),
        at=timezone.now(),
    )
    operations.approve_refund(refund=asked, actor=Actor("user", "nadia"), at=timezone.now())
    return operations.look_at_refund(refund=queries.refund_by_id(asked.pk), at=timezone.now())


def test_what_is_given_back_is_no_longer_to_be(payment: Payment) -> None:
    assert standing(payment) == (0, 600)

    refunded(payment, 600)

    assert standing(payment) == (0, 0)


def test_more_than_the_credit_note_leaves_the_rest_owed(payment: Payment) -> None:
    refunded(payment, 1_000)

    assert standing(payment) == (400, 0)


def test_what_the_bank_takes_back_is_owed_less_the_credit_note(payment: Payment, bank: str) -> None:
    later_at_the_bank(bank, payment, "dispute")

    assert look(payment).state == Payment.State.RETURNED
    assert standing(payment) == (2_100, 0)


def test_a_refund_that_comes_back_is_still_to_be_given(payment: Payment, bank: str) -> None:
    refund = refunded(payment, 600)
    later_at_the_bank(bank, payment, "unrefunded")

    operations.look_at_refund(refund=queries.refund_by_id(refund.pk), at=timezone.now())

    assert standing(payment) == (0, 600)
