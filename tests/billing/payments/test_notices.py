"""A notice is a hint: verified, kept once, and what it speaks of is read again."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.utils import timezone

from billing.invoicing.models import Invoice
from billing.payments import operations
from billing.payments.models import Merchant, Notice, Payment
from commons import outbox
from commons.models import OutboxEvent
from tests.banks import PLATFORM_KEY
from tests.factories.payments import (
    SECRET,
    at_the_bank,
    event,
    make_invoice,
    make_merchant,
    started,
)
from tools.standins.bank import signature

pytestmark = pytest.mark.usefixtures("tenant_db", "bank")


@pytest.fixture
def invoice() -> Invoice:
    return make_invoice()


@pytest.fixture
def merchant(invoice: Invoice) -> Merchant:
    return make_merchant(invoice.regie)


def receive(said: dict[str, Any], *, secret: str = SECRET, at: float | None = None) -> Notice:
    body = json.dumps(said)
    signed = signature(body, secret, at=int(at or time.time()))
    return operations.receive_notice(
        provider=Merchant.Provider.STRIPE,
        headers={"Stripe-Signature": signed},
        body=body.encode(),
        at=timezone.now(),
    )


def completed(payment: Payment, **more: Any) -> dict[str, Any]:
    return event("checkout.session.completed", {"id": payment.checkout_ref}, **more)


def test_a_notice_has_the_payment_looked_at(merchant: Merchant, invoice: Invoice) -> None:
    payment = started(invoice)
    at_the_bank(payment, "card")
    notice = receive(completed(payment))

    outbox.deliver_pending(at=timezone.now())

    notice.refresh_from_db()
    assert Payment.objects.get().state == Payment.State.PAID
    assert (notice.payment_id, notice.handled_at is not None) == (payment.pk, True)


def test_a_notice_that_lies_changes_nothing(merchant: Merchant, invoice: Invoice) -> None:
    """Verified or not, it is the provider who says what is paid."""
    payment = started(invoice)
    receive(completed(payment))

    outbox.deliver_pending(at=timezone.now())

    assert Payment.objects.get().state == Payment.State.OPEN


def test_the_same_notice_is_kept_once(merchant: Merchant, invoice: Invoice) -> None:
    said = completed(started(invoice))

    notices = {receive(said).pk for _time in range(3)}

    assert len(notices) == Notice.objects.count() == 1
    assert OutboxEvent.objects.filter(name="billing.payment.noticed").count() == 1


def test_a_notice_of_something_else_is_kept_and_done_with(merchant: Merchant) -> None:
    notice = receive(event("payout.paid", {"id": "po_1"}))

    assert operations.handle_notice(notice=notice, at=timezone.now()) is None
    assert Notice.objects.get().handled_at is not None


def test_a_notice_may_name_the_payment_by_its_intent(
    merchant: Merchant, invoice: Invoice, bank: str
) -> None:
    payment = started(invoice)
    at_the_bank(payment, "card")
    payment = operations.look_at_payment(payment=payment, at=timezone.now())
    about = {"id": "du_1", "payment_intent": payment.provider_ref}

    notice = receive(event("charge.dispute.created", about))

    found = operations.handle_notice(notice=notice, at=timezone.now())
    assert found is not None
    assert found.pk == payment.pk


@pytest.mark.parametrize(
    ("more", "secret", "late", "reason"),
    [
        ({}, "whsec_other", 0, "signature"),
        ({}, SECRET, 400, "signature"),
        ({"account": "acct_other"}, SECRET, 0, "account"),
        ({"livemode": True}, SECRET, 0, "livemode"),
    ],
)
def test_what_nothing_proves_is_refused(
    merchant: Merchant, more: dict[str, Any], secret: str, late: int, reason: str
) -> None:
    said = event("checkout.session.completed", {"id": "cs_1"}, **more)

    with pytest.raises(operations.NoticeRefused) as refused:
        receive(said, secret=secret, at=time.time() - late)

    assert refused.value.details == {"reason": reason}
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"text"'])
def test_odd_bodies_are_refused(merchant: Merchant, body: bytes) -> None:
    signed = signature(body.decode(errors="replace"), SECRET, at=int(time.time()))

    with pytest.raises(operations.NoticeRefused):
        operations.receive_notice(
            provider=Merchant.Provider.STRIPE,
            headers={"Stripe-Signature": signed},
            body=body,
            at=timezone.now(),
        )


def test_on_a_platform_the_account_named_must_be_the_merchants(invoice: Invoice) -> None:
    make_merchant(invoice.regie, key=PLATFORM_KEY, account="acct_92")

    assert receive(event("payout.paid", {"id": "po_1"}, account="acct_92")).pk
    for odd in ({"account": "acct_94"}, {}):
        with pytest.raises(operations.NoticeRefused):
            receive(event("payout.paid", {"id": "po_2"}, **odd))


def test_any_of_the_secrets_proves_it(merchant: Merchant) -> None:
    from billing.payments.credentials import Credentials

    both = Credentials(api_key="sk_test_own", webhook_secrets=("whsec_new", SECRET))
    Merchant.objects.filter(pk=merchant.pk).update(sealed_credentials=both.sealed())
    merchant.refresh_from_db()

    for secret in both.webhook_secrets:
        assert receive(event("payout.paid", {"id": "po_1"}), secret=secret).pk


def test_the_bank_signs_what_it_sends() -> None:
    """The stand-in's signature is Stripe's own: the library accepts it, and refuses another."""
    import stripe

    body = json.dumps(event("payout.paid", {"id": "po_1"}))
    header = signature(body, SECRET, at=int(time.time()))

    assert stripe.WebhookSignature.verify_header(body, header, SECRET, tolerance=300)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(body + " ", header, SECRET, tolerance=300)
