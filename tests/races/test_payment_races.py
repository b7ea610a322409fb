"""Payments that meet: two looks at one, two starts on one invoice."""

from __future__ import annotations

import pytest
from django.utils import timezone

from billing.invoicing.models import Invoice
from billing.ledger.models import Account
from billing.payments import operations, queries, refunding, settling
from billing.payments.models import Payment, PaymentPart, Refund
from billing.payments.providers.protocol import Outcome, Progress
from commons.actors import Actor
from commons.models import OutboxEvent
from tests.factories.payments import make_invoice, make_merchant, start
from tests.threads import meeting

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
MICHEL, NADIA = Actor("user", "michel"), Actor("user", "nadia")


@pytest.fixture
def invoice() -> Invoice:
    found = make_invoice()
    make_merchant(found.regie)
    return found


def test_two_looks_at_once_settle_once(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = start((invoice, 2_700))
    Payment.objects.filter(pk=payment.pk).update(state="OPEN", checkout_ref="cs_1")
    outcome = Outcome(
        key=str(payment.public_id), progress=Progress.PAID, amount_cents=2_700, currency="eur"
    )
    both = meeting(monkeypatch, settling, "_resolve")

    results = both(
        lambda: settling.apply_outcome(payment=payment, outcome=outcome, at=timezone.now())
    )

    assert [found.state for found in results] == ["PAID", "PAID"]
    assert OutboxEvent.objects.filter(name="billing.payment.paid").count() == 1
    assert Account.objects.get(pk=invoice.ledger_account_id).credits_posted == 2_700


def test_two_starts_at_once_hold_once(invoice: Invoice, monkeypatch: pytest.MonkeyPatch) -> None:
    both = meeting(monkeypatch, operations, "post")

    first, second = both(lambda: start((invoice, 2_700)))

    assert isinstance(first, Payment)
    assert isinstance(second, operations.PaymentUnderWay)
    assert Account.objects.get(pk=invoice.ledger_account_id).credits_pending == 2_700


@pytest.fixture
def part(invoice: Invoice) -> PaymentPart:
    """27.00 euros paid, as the provider would have said."""
    payment = start((invoice, 2_700))
    Payment.objects.filter(pk=payment.pk).update(state="OPEN", checkout_ref="cs_1")
    outcome = Outcome(
        key=str(payment.public_id), progress=Progress.PAID, amount_cents=2_700, currency="eur"
    )
    settling.apply_outcome(payment=payment, outcome=outcome, at=timezone.now())
    return queries.parts_of(payment).select_related("payment").get()


def ask(part: PaymentPart, cents: int) -> Refund:
    return operations.ask_refund(
        part=part, amount_cents=cents, reason="Repas annulés", actor=MICHEL, at=timezone.now()
    )


def test_two_demands_at_once_take_no_more_than_what_was_paid(
    part: PaymentPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = meeting(monkeypatch, refunding, "refundable_cents")

    first, second = both(lambda: ask(part, 2_000))

    assert isinstance(first, Refund)
    assert isinstance(second, operations.RefundBeyondPaid)
    assert Payment.objects.get(pk=part.payment_id).refunded_cents == 2_000


def test_approved_and_refused_at_once_is_one_of_them(
    part: PaymentPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = ask(part, 1_000)
    both = meeting(monkeypatch, refunding, "_journal")
    acts = iter(
        (
            lambda: operations.approve_refund(refund=refund, actor=NADIA, at=timezone.now()),
            lambda: operations.refuse_refund(
                refund=refund, answer="Non", actor=NADIA, at=timezone.now()
            ),
        )
    )

    results = both(lambda: next(acts)())

    assert sorted(type(found).__name__ for found in results) == ["Refund", "RefundAlreadyDecided"]
    (done,) = (found for found in results if isinstance(found, Refund))
    holds = Account.objects.get(pk=part.invoice.ledger_account_id).debits_pending
    assert holds == (1_000 if done.state == Refund.State.APPROVED else 0)
