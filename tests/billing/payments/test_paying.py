"""Paying at the test bank: what is held, what is paid, what is owed again."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from billing.invoicing import queries as invoicing
from billing.invoicing.models import Invoice
from billing.ledger import queries as ledger
from billing.ledger.models import Account
from billing.payments import operations, queries
from billing.payments.models import Payment
from commons.models import OutboxEvent
from tests.banks import OTHER_KEY, PLATFORM_KEY
from tests.factories.payments import (
    at_the_bank,
    later_at_the_bank,
    look,
    make_invoice,
    make_merchant,
    start,
    started,
)
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("tenant_db", "bank")
State = Payment.State


def due(invoice: Invoice) -> int:
    return invoicing.due_cents(Invoice.objects.select_related("ledger_account").get(pk=invoice.pk))


def held(invoice: Invoice) -> int:
    return Account.objects.get(pk=invoice.ledger_account_id).credits_pending


def cleared(payment: Payment) -> int:
    """What the provider owes the régie, by the ledger."""
    return ledger.balance(account_id=payment.merchant.clearing_account_id).owed_cents


def told() -> list[str]:
    return list(
        OutboxEvent.objects.filter(name__startswith="billing.payment.")
        .order_by("pk")
        .values_list("name", flat=True)
    )


@pytest.fixture
def invoice() -> Invoice:
    found = make_invoice()
    make_merchant(found.regie)
    return found


def test_an_invoice_is_paid_by_card(invoice: Invoice) -> None:
    payment = started(invoice)
    assert (payment.state, due(invoice), held(invoice)) == (State.OPEN, 2_700, 2_700)

    back = at_the_bank(payment, "card")
    payment = look(payment)

    assert back == f"https://portail.exemple.fr/paiements/{payment.public_id}/retour/"
    assert (payment.state, due(invoice), held(invoice)) == (State.PAID, 0, 0)
    assert payment.method == Payment.Method.CARD
    assert cleared(payment) == 2_700
    assert ledger.trial_balance().is_balanced
    assert told() == ["billing.payment.paid"]


def test_looking_again_changes_nothing(invoice: Invoice) -> None:
    payment = started(invoice)
    at_the_bank(payment, "card")
    first = look(payment)

    again = look(payment)

    assert (again.state, again.settled_at) == (first.state, first.settled_at)
    assert (due(invoice), cleared(payment), len(told())) == (0, 2_700, 1)


def test_a_refused_card_leaves_the_page_open(invoice: Invoice) -> None:
    payment = started(invoice)
    at_the_bank(payment, "declined")
    assert look(payment).state == State.OPEN

    at_the_bank(payment, "card")

    assert look(payment).state == State.PAID


def test_a_direct_debit_is_paid_days_later(invoice: Invoice, bank: str) -> None:
    payment = started(invoice)
    at_the_bank(payment, "debit")
    assert (look(payment).state, due(invoice), held(invoice)) == (State.PROCESSING, 2_700, 2_700)

    later_at_the_bank(bank, payment, "succeed")

    payment = look(payment)
    assert (payment.state, due(invoice)) == (State.PAID, 0)
    assert payment.method == Payment.Method.DIRECT_DEBIT


def test_a_direct_debit_that_fails_is_owed(invoice: Invoice, bank: str) -> None:
    payment = started(invoice)
    at_the_bank(payment, "debit")
    look(payment)

    later_at_the_bank(bank, payment, "fail")

    assert (look(payment).state, due(invoice), held(invoice)) == (State.FAILED, 2_700, 0)
    assert told() == ["billing.payment.failed"]


@pytest.mark.parametrize("seen_paid", [True, False])
def test_what_a_bank_takes_back_is_owed_again(invoice: Invoice, bank: str, seen_paid: bool) -> None:
    payment = started(invoice)
    at_the_bank(payment, "card")
    if seen_paid:
        look(payment)

    later_at_the_bank(bank, payment, "dispute")
    payment = look(payment)

    assert (payment.state, due(invoice), cleared(payment)) == (State.RETURNED, 2_700, 0)
    assert ledger.trial_balance().is_balanced
    assert told() == ["billing.payment.paid", "billing.payment.returned"]


def test_a_part_may_be_paid_then_the_rest(invoice: Invoice) -> None:
    for cents, left in ((1_000, 1_700), (1_700, 0)):
        payment = started(invoice, cents)
        at_the_bank(payment, "card")
        look(payment)
        assert due(invoice) == left


def test_two_parts_may_be_under_way_at_once(invoice: Invoice) -> None:
    payments = [started(invoice, 1_000), started(invoice, 1_700)]

    for payment in payments:
        at_the_bank(payment, "card")
        look(payment)

    assert due(invoice) == 0


def test_nobody_pays_twice(invoice: Invoice) -> None:
    first = started(invoice)

    with pytest.raises(operations.PaymentUnderWay) as refused:
        start((invoice, 2_700))

    assert refused.value.details == {"payment": str(first.public_id)}
    assert held(invoice) == 2_700


def test_a_page_that_is_left_can_be_paid_again(invoice: Invoice) -> None:
    payment = started(invoice)

    left = operations.leave_payment(payment=payment, at=timezone.now())

    assert (left.state, held(invoice)) == (State.EXPIRED, 0)
    assert started(invoice).state == State.OPEN


def test_leaving_a_page_that_was_paid_says_paid(invoice: Invoice) -> None:
    payment = started(invoice)
    at_the_bank(payment, "card")

    assert operations.leave_payment(payment=payment, at=timezone.now()).state == State.PAID
    assert due(invoice) == 0


@pytest.mark.parametrize(
    ("cents", "refusal"),
    [
        (0, operations.NothingToPay),
        (-1, operations.NothingToPay),
        (2_701, operations.MoreThanDue),
        (49, operations.AmountBeyondLimits),
    ],
)
def test_odd_amounts_are_refused(invoice: Invoice, cents: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        start((invoice, cents))

    assert (Payment.objects.count(), held(invoice)) == (0, 0)


def test_what_is_paid_cannot_be_paid_again(invoice: Invoice) -> None:
    payment = started(invoice)
    at_the_bank(payment, "card")
    look(payment)

    with pytest.raises(operations.MoreThanDue):
        start((invoice, 2_700))


def test_a_regie_without_a_merchant_is_not_paid_online() -> None:
    invoice = make_invoice()

    with pytest.raises(operations.PaymentNotOffered):
        start((invoice, 2_700))


def test_a_regie_has_one_merchant_at_a_time(invoice: Invoice) -> None:
    with pytest.raises(operations.MerchantAlreadyOpen):
        make_merchant(invoice.regie)
    merchant = queries.open_merchant(invoice.regie_id)
    assert merchant is not None

    operations.close_merchant(merchant=merchant, actor=ACTOR, at=timezone.now())

    assert make_merchant(invoice.regie).pk != merchant.pk


def test_a_bank_that_does_not_answer_loses_nothing(
    invoice: Invoice, bank: str, settings: Any
) -> None:
    payment = start((invoice, 2_700))
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(operations.ProviderUnavailable):
        operations.open_checkout(payment=payment, at=timezone.now())
    assert held(invoice) == 2_700

    settings.STRIPE_API_BASE = bank
    opened = operations.open_checkout(payment=payment, at=timezone.now())

    assert opened.state == State.OPEN
    assert operations.open_checkout(payment=opened, at=timezone.now()).checkout_ref == (
        opened.checkout_ref
    )


def test_an_answer_that_was_lost_is_asked_for_again(invoice: Invoice) -> None:
    """The page was made, and we never knew: the same key gives the same page, not a second one."""
    payment = start((invoice, 2_700))
    first = operations.open_checkout(payment=payment, at=timezone.now())
    Payment.objects.filter(pk=payment.pk).update(
        state=State.CREATED, checkout_ref="", checkout_url=""
    )

    again = operations.open_checkout(
        payment=Payment.objects.select_related("merchant").get(), at=timezone.now()
    )

    assert again.checkout_ref == first.checkout_ref


def test_a_payment_whose_page_was_never_heard_of_is_given_up(invoice: Invoice) -> None:
    payment = start((invoice, 2_700))
    assert look(payment).state == State.CREATED

    given_up = look(payment, at=timezone.now() + datetime.timedelta(minutes=11))

    assert (given_up.state, held(invoice)) == (State.EXPIRED, 0)


def test_a_refused_key_ends_the_payment(bank: str) -> None:
    invoice = make_invoice()
    make_merchant(invoice.regie, key="sk_test_nobody")
    payment = start((invoice, 2_700))

    with pytest.raises(operations.ProviderRefused):
        operations.open_checkout(payment=payment, at=timezone.now())

    assert (Payment.objects.get().state, held(invoice)) == (State.FAILED, 0)


def test_a_platform_acts_for_the_account_of_the_regie(bank: str) -> None:
    invoice = make_invoice()
    make_merchant(invoice.regie, key=PLATFORM_KEY, account="acct_92")
    payment = started(invoice)
    at_the_bank(payment, "card")

    assert look(payment).state == State.PAID


def test_another_account_does_not_see_the_payment(invoice: Invoice) -> None:
    payment = started(invoice)
    operations.close_merchant(merchant=payment.merchant, actor=ACTOR, at=timezone.now())
    payment.merchant = make_merchant(invoice.regie, key=OTHER_KEY)

    with pytest.raises(operations.ProviderRefused):
        look(payment)


def test_what_no_notice_told_is_found(invoice: Invoice) -> None:
    payment = started(invoice)
    at_the_bank(payment, "card")
    at = payment.created_at
    assert operations.look_at_waiting(at=at + datetime.timedelta(seconds=29)) == 0

    assert operations.look_at_waiting(at=at + datetime.timedelta(seconds=31)) == 1

    assert Payment.objects.get().state == State.PAID
    assert operations.look_at_waiting(at=at + datetime.timedelta(hours=1)) == 0


def test_a_payment_that_stays_open_is_asked_about_less_and_less(invoice: Invoice) -> None:
    payment = started(invoice)
    seconds = (31, 40, 61, 63, 130, 200, 270)

    asked = []
    for later in seconds:
        before = Payment.objects.get().checked_at
        operations.look_at_waiting(at=payment.created_at + datetime.timedelta(seconds=later))
        asked.append(Payment.objects.get().checked_at != before)

    assert asked == [True, False, False, True, True, False, True]


def test_a_provider_that_does_not_answer_is_asked_later(invoice: Invoice, settings: Any) -> None:
    payment = started(invoice)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    at = payment.created_at + datetime.timedelta(minutes=1)
    assert operations.look_at_waiting(at=at) == 0
    assert Payment.objects.get().checked_at is None
