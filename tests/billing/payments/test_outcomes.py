"""What a provider may say, in any order: a payment moves forward, or a person is called."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest
from django.utils import timezone

from billing.ledger import queries as ledger
from billing.ledger.models import Account
from billing.payments import queries
from billing.payments.models import Payment
from billing.payments.providers.protocol import Outcome, Progress
from billing.payments.settling import apply_outcome
from commons.models import OutboxEvent
from tests.factories.payments import make_invoice, make_merchant, start

pytestmark = pytest.mark.usefixtures("tenant_db", "bank")
State = Payment.State
OVER = {State.PAID, State.FAILED, State.EXPIRED, State.RETURNED}


@pytest.fixture
def payment() -> Payment:
    """Open at a provider's that is not asked here."""
    invoice = make_invoice()
    make_merchant(invoice.regie)
    started = start((invoice, 2_700))
    started.state, started.checkout_ref = State.OPEN, "cs_1"
    started.save(update_fields=["state", "checkout_ref"])
    return started


def says(payment: Payment, progress: Progress, **more: object) -> Outcome:
    outcome = Outcome(
        key=str(payment.public_id),
        progress=progress,
        amount_cents=payment.amount_cents,
        currency="eur",
        provider_ref="pi_1",
    )
    return dataclasses.replace(outcome, **more)


def take(payment: Payment, outcome: Outcome) -> Payment:
    return apply_outcome(payment=payment, outcome=outcome, at=timezone.now())


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"key": "another"}, "OTHER_ORDER"),
        ({"amount_cents": 2_699}, "OTHER_AMOUNT"),
        ({"amount_cents": 2_701}, "OTHER_AMOUNT"),
        ({"currency": "usd"}, "OTHER_CURRENCY"),
    ],
)
def test_what_was_not_asked_for_is_looked_at_by_a_person(
    payment: Payment, more: dict[str, object], problem: str
) -> None:
    for _time in range(2):  # and told once
        taken = take(payment, says(payment, Progress.PAID, **more))

    assert (taken.state, taken.problem) == (State.OPEN, problem)
    assert OutboxEvent.objects.filter(name="billing.payment.differs").count() == 1
    (part,) = queries.parts_of(payment)
    assert part.invoice.ledger_account.credits_posted == 0


@pytest.mark.parametrize("end", [Progress.FAILED, Progress.EXPIRED])
def test_money_after_the_end_is_looked_at_by_a_person(payment: Payment, end: Progress) -> None:
    take(payment, says(payment, end))

    taken = take(payment, says(payment, Progress.PAID))

    assert (taken.state, taken.problem) == (end.value, "PAID_AFTER_END")


# What a provider can say over time; what we hear is any part of it, in any order, any number of times.
LIVES = [
    [Progress.OPEN, Progress.PAID],
    [Progress.OPEN, Progress.PAID, Progress.RETURNED],
    [Progress.OPEN, Progress.PROCESSING, Progress.PAID],
    [Progress.OPEN, Progress.PROCESSING, Progress.PAID, Progress.RETURNED],
    [Progress.OPEN, Progress.PROCESSING, Progress.FAILED],
    [Progress.OPEN, Progress.EXPIRED],
]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: "-".join(life))
def test_whatever_is_heard_ends_where_the_provider_is(
    payment: Payment, life: list[Progress]
) -> None:
    """Each hearing reads the provider at a moment that never goes back, as asking again does."""
    draw = random.Random(len(life))
    moments = sorted(draw.choices(range(len(life)), k=6)) + [len(life) - 1] * 2

    states = [take(payment, says(payment, life[moment])).state for moment in moments]

    assert states[-1] == life[-1].value
    (part,) = queries.parts_of(payment)
    account = Account.objects.get(pk=part.invoice.ledger_account_id)
    paid = states[-1] == State.PAID
    assert account.debits_posted - account.credits_posted == (0 if paid else 2_700)
    assert account.credits_pending == 0
    assert ledger.trial_balance().is_balanced
    assert ledger.reconcile() == []


@pytest.mark.parametrize(
    ("first", "then"),
    list(itertools.product(sorted(OVER - {State.PAID}), Progress)),
)
def test_what_is_over_stays_over(payment: Payment, first: str, then: Progress) -> None:
    take(payment, says(payment, Progress(first)))

    assert take(payment, says(payment, then)).state == first
