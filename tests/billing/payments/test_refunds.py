"""Giving money back at the test bank: two people, within what was paid, once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.invoicing import queries as invoicing
from billing.invoicing.models import Invoice
from billing.ledger import queries as ledger
from billing.payments import operations, queries
from billing.payments.handlers import send_refund
from billing.payments.models import Notice, Payment, PaymentPart, Refund
from billing.payments.providers import stripe as stripe_provider
from commons.actors import Actor
from commons.models import OutboxEvent
from tests.factories.payments import (
    at_the_bank,
    later_at_the_bank,
    look,
    make_invoice,
    make_merchant,
    started,
)

pytestmark = pytest.mark.usefixtures("tenant_db", "bank")
State = Refund.State
MICHEL, NADIA = Actor("user", "michel"), Actor("user", "nadia")


def due(invoice: Invoice) -> int:
    return invoicing.due_cents(Invoice.objects.select_related("ledger_account").get(pk=invoice.pk))


def cleared(payment: Payment) -> int:
    return ledger.balance(account_id=payment.merchant.clearing_account_id).owed_cents


def counted(payment: Payment) -> int:
    return Payment.objects.get(pk=payment.pk).refunded_cents


@pytest.fixture
def payment() -> Payment:
    """27.00 euros, paid by card."""
    invoice = make_invoice()
    make_merchant(invoice.regie)
    opened = started(invoice)
    at_the_bank(opened, "card")
    return look(opened)


@pytest.fixture
def part(payment: Payment) -> PaymentPart:
    return queries.parts_of(payment).select_related("payment").get()


def ask(part: PaymentPart, cents: int = 1_000, by: Actor = MICHEL) -> Refund:
    return operations.ask_refund(
        part=part, amount_cents=cents, reason="Repas annulés", actor=by, at=timezone.now()
    )


def approve(refund: Refund, by: Actor = NADIA) -> Refund:
    return operations.approve_refund(refund=refund, actor=by, at=timezone.now())


def look_at(refund: Refund) -> Refund:
    return operations.look_at_refund(refund=queries.refund_by_id(refund.pk), at=timezone.now())


def test_two_people_give_money_back(payment: Payment, part: PaymentPart) -> None:
    asked = ask(part)
    assert (asked.state, counted(payment), due(part.invoice)) == (State.ASKED, 1_000, 0)

    approved = approve(asked)
    assert (approved.state, due(part.invoice), cleared(payment)) == (State.APPROVED, 0, 2_700)
    event = OutboxEvent.objects.get(name="billing.refund.approved")
    send_refund(event)

    done = queries.refund_by_id(asked.pk)
    assert (done.state, done.provider_ref[:3]) == (State.DONE, "re_")
    assert (due(part.invoice), cleared(payment)) == (1_000, 1_700)
    assert ledger.trial_balance().is_balanced
    assert OutboxEvent.objects.filter(name="billing.refund.done").count() == 1


def test_who_asks_does_not_approve(part: PaymentPart) -> None:
    asked = ask(part)

    with pytest.raises(operations.RefundByTheSamePerson):
        approve(asked, by=MICHEL)

    assert look_at(asked).state == State.ASKED
    with pytest.raises(IntegrityError, match="two_people"), transaction.atomic():
        Refund.objects.filter(pk=asked.pk).update(decided_by="michel", decided_at=timezone.now())


@pytest.mark.parametrize("way", ["one", "several", "again"])
def test_no_more_than_what_was_paid(payment: Payment, part: PaymentPart, way: str) -> None:
    if way == "one":
        asked = [2_701]
    elif way == "several":
        ask(part, 2_000)
        asked = [701]
    else:
        look_at(approve(ask(part, 2_700)))
        asked = [1]

    with pytest.raises(operations.RefundBeyondPaid):
        ask(part, *asked)

    assert counted(payment) <= 2_700


def test_the_database_refuses_what_the_code_would_let_through(payment: Payment) -> None:
    with pytest.raises(IntegrityError, match="refunded_within_paid"), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(refunded_cents=2_701)


@pytest.mark.parametrize(("cents", "reason"), [(0, "x"), (-1, "x"), (100, "  ")])
def test_nothing_is_not_refunded(part: PaymentPart, cents: int, reason: str) -> None:
    with pytest.raises(operations.NothingToRefund):
        operations.ask_refund(
            part=part, amount_cents=cents, reason=reason, actor=MICHEL, at=timezone.now()
        )


def test_what_is_not_paid_is_not_refunded() -> None:
    invoice = make_invoice()
    make_merchant(invoice.regie)
    part = queries.parts_of(started(invoice)).select_related("payment").get()

    with pytest.raises(operations.NotRefundable):
        ask(part)


def test_a_refused_refund_frees_what_it_counted(payment: Payment, part: PaymentPart) -> None:
    refused = operations.refuse_refund(
        refund=ask(part, 2_700), answer="Déjà fait", actor=NADIA, at=timezone.now()
    )

    assert (refused.state, refused.decided_by, counted(payment)) == (State.REFUSED, "nadia", 0)
    with pytest.raises(operations.RefundAlreadyDecided):
        approve(refused)
    assert ask(part, 2_700).state == State.ASKED


def test_who_asks_may_take_it_back(payment: Payment, part: PaymentPart) -> None:
    back = operations.refuse_refund(
        refund=ask(part), answer="Erreur", actor=MICHEL, at=timezone.now()
    )

    assert (back.state, back.decided_by, counted(payment)) == (State.REFUSED, "", 0)


def test_sent_twice_it_is_given_back_once(payment: Payment, part: PaymentPart) -> None:
    """The first answer was lost."""
    approved = approve(ask(part, 1_500))
    provider = stripe_provider.StripeProvider.of(payment.merchant)
    order = stripe_provider.RefundOrder(
        key=approved.public_id, provider_ref=payment.provider_ref, amount_cents=1_500
    )
    first = provider.refund(order)
    done = look_at(approved)

    assert (done.state, done.provider_ref) == (State.DONE, first.ref)
    assert look(payment).problem == ""  # the bank says 15.00 given back, as the books do
    assert (due(part.invoice), cleared(payment)) == (1_500, 1_200)


def test_what_the_bank_refuses_was_not_given_back(payment: Payment, part: PaymentPart) -> None:
    """Somebody gave back 20.00 at the bank's own site: 27.00 are no longer there."""
    approved = approve(ask(part, 2_700))
    elsewhere = stripe_provider.StripeProvider.of(payment.merchant)
    elsewhere.refund(
        stripe_provider.RefundOrder(
            key=payment.public_id, provider_ref=payment.provider_ref, amount_cents=2_000
        )
    )

    failed = look_at(approved)

    assert (failed.state, failed.failure) == (State.FAILED, "InvalidRequestError")
    assert (due(part.invoice), cleared(payment), counted(payment)) == (0, 2_700, 0)
    assert look(payment).problem == "REFUNDED_ELSEWHERE"
    assert ledger.trial_balance().is_balanced


def paid_by_debit(bank: str) -> Payment:
    invoice = make_invoice()
    make_merchant(invoice.regie)
    payment = started(invoice)
    at_the_bank(payment, "debit")
    later_at_the_bank(bank, payment, "succeed")
    return look(payment)


@pytest.mark.parametrize(
    ("what", "state", "owed", "ours"),
    [("refunded", State.DONE, 1_000, 1_700), ("unrefunded", State.FAILED, 0, 2_700)],
)
def test_a_refund_that_takes_days(bank: str, what: str, state: str, owed: int, ours: int) -> None:
    payment = paid_by_debit(bank)
    part = queries.parts_of(payment).select_related("payment").get()
    sent = look_at(approve(ask(part)))
    assert (sent.state, due(part.invoice), cleared(payment)) == (State.SENT, 0, 2_700)

    later_at_the_bank(bank, payment, what)
    over = operations.look_at_waiting(at=timezone.now() + datetime.timedelta(minutes=5))

    assert (over, queries.refund_by_id(sent.pk).state) == (1, state)
    assert (due(part.invoice), cleared(payment)) == (owed, ours)


def test_a_refund_that_comes_back_after_it_was_done(
    payment: Payment, part: PaymentPart, bank: str
) -> None:
    done = look_at(approve(ask(part)))
    assert done.state == State.DONE
    later_at_the_bank(bank, payment, "unrefunded")
    notice = Notice.objects.create(
        merchant=payment.merchant, event_ref="evt_1", kind="refund.failed",
        provider_ref=payment.provider_ref, digest="", received_at=timezone.now(),
    )  # fmt: skip

    operations.handle_notice(notice=notice, at=timezone.now())

    back = queries.refund_by_id(done.pk)
    assert (back.state, back.failure) == (State.FAILED, "expired_or_canceled_card")
    assert (due(part.invoice), cleared(payment), counted(payment)) == (0, 2_700, 0)
    assert ledger.trial_balance().is_balanced


@pytest.mark.parametrize(("step", "owed"), [("asked", 2_700), ("approved", 2_700), ("done", 2_700)])
def test_a_payment_taken_back_while_money_is_given_back(
    payment: Payment, part: PaymentPart, bank: str, step: str, owed: int
) -> None:
    refund = ask(part)
    if step != "asked":
        refund = approve(refund)
    if step == "done":
        refund = look_at(refund)
    later_at_the_bank(bank, payment, "dispute")

    returned = look(payment)

    assert returned.state == Payment.State.RETURNED
    expected = State.DONE if step == "done" else State.FAILED
    assert queries.refund_by_id(refund.pk).state == expected
    assert (due(part.invoice), cleared(payment)) == (owed, 0)
    assert ledger.trial_balance().is_balanced
    assert look_at(refund).state == expected  # nothing more is sent


def test_a_payment_nobody_knows_is_closed_by_hand(bank: str) -> None:
    invoice = make_invoice()
    make_merchant(invoice.regie)
    payment = started(invoice)
    Payment.objects.filter(pk=payment.pk).update(checkout_ref="cs_lost")
    lost = Payment.objects.select_related("merchant").get(pk=payment.pk)
    with pytest.raises(operations.ProviderRefused):
        look(lost)
    assert Payment.objects.get(pk=lost.pk).problem == "NOT_KNOWN_THERE"

    closed = operations.close_unknown_payment(
        payment=lost, reason="Inconnu chez Stripe", actor=MICHEL, at=timezone.now()
    )

    assert (closed.state, due(invoice)) == (Payment.State.FAILED, 2_700)
    assert ledger.balance(account_id=invoice.ledger_account_id).credits_pending == 0


def test_a_payment_the_bank_knows_is_not_closed_by_hand() -> None:
    invoice = make_invoice()
    make_merchant(invoice.regie)
    opened = started(invoice)

    with pytest.raises(operations.KnownThere):
        operations.close_unknown_payment(
            payment=opened, reason="?", actor=MICHEL, at=timezone.now()
        )

    assert Payment.objects.get(pk=opened.pk).state == Payment.State.OPEN


def test_what_was_found_is_written_once(payment: Payment) -> None:
    with pytest.raises(operations.NothingToAnswer):
        operations.answer_payment(payment=payment, answer="?", actor=MICHEL, at=timezone.now())
    Payment.objects.filter(pk=payment.pk).update(problem="OTHER_AMOUNT")
    strange = Payment.objects.select_related("merchant").get(pk=payment.pk)

    answered: Any = operations.answer_payment(
        payment=strange, answer="Vu avec la banque", actor=MICHEL, at=timezone.now()
    )

    assert (answered.answer, answered.answered_by) == ("Vu avec la banque", "michel")
