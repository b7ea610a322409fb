"""Generated lives of payments: whatever reaches us, twice, late, out of order or never, ends right.

Each sequence is drawn from its number alone, and can be played again: `SOCLE_SEQUENCES=4711:4712`.
What a person and the bank do is real, over HTTP; what we hear of it is drawn. `make soak` plays
10,000 of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from billing.invoicing.models import Invoice
from billing.ledger import queries as ledger
from billing.ledger.models import Account
from billing.payments import operations
from billing.payments.models import Merchant, Payment
from tests.factories.ledger import move
from tests.factories.payments import (
    SECRET,
    asked_at_the_bank,
    at_the_bank,
    event,
    later_at_the_bank,
    look,
    make_invoice,
    make_merchant,
    start,
)
from tools.standins.bank import signature

pytestmark = pytest.mark.usefixtures("tenant_db", "bank")
State = Payment.State
MUCH_CENTS = 10**10
# What the person and the bank do, the event each step is told by, and how the payment stands then.
COMPLETED = "checkout.session.completed"
LIVES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "paid": (("card", COMPLETED, State.PAID),),
    "declined, then paid": (
        ("declined", "payment_intent.payment_failed", State.OPEN),
        ("card", COMPLETED, State.PAID),
    ),
    "confirmed with one's own bank": (
        ("no", "payment_intent.payment_failed", State.OPEN),
        ("yes", COMPLETED, State.PAID),
    ),
    "not confirmed": (("no", "payment_intent.payment_failed", State.OPEN),),
    "debit": (
        ("debit", COMPLETED, State.PROCESSING),
        ("succeed", "checkout.session.async_payment_succeeded", State.PAID),
    ),
    "debit that fails": (
        ("debit", COMPLETED, State.PROCESSING),
        ("fail", "checkout.session.async_payment_failed", State.FAILED),
    ),
    "debit still under way": (("debit", COMPLETED, State.PROCESSING),),
    "paid, then taken back": (
        ("card", COMPLETED, State.PAID),
        ("dispute", "charge.dispute.created", State.RETURNED),
    ),
    "left": (("leave", "", State.OPEN), ("close", "checkout.session.expired", State.EXPIRED)),
    "looked at, no more": (),
}
ANSWER = ("yes", "no")  # to one's own bank
PERSON = ("card", "declined", "debit", "leave")


# A test is one transaction, in which the books grow slower to read with each life.
LIVES_OF_A_TEST = 50


def batches() -> list[range]:
    """Which sequences: 40 of them, or those asked for; so many to a test."""
    first, _, last = os.environ.get("SOCLE_SEQUENCES", "0:40").partition(":")
    asked = range(int(first), int(last))
    return [
        asked[start : start + LIVES_OF_A_TEST] for start in range(0, len(asked), LIVES_OF_A_TEST)
    ]


def send(body: str, *, secret: str = SECRET, late: int = 0) -> None:
    """A notice, and what the worker does of it; what nothing proves is refused."""
    signed = signature(body, secret, at=int(time.time()) - late)
    refused = (
        pytest.raises(operations.NoticeRefused)
        if secret != SECRET or late
        else contextlib.nullcontext()
    )
    with refused:
        notice = operations.receive_notice(
            provider=Merchant.Provider.STRIPE,
            headers={"Stripe-Signature": signed},
            body=body.encode(),
            at=timezone.now(),
        )
        operations.handle_notice(notice=notice, at=timezone.now())


def told(payment: Payment, kind: str) -> str:
    about = {"id": payment.checkout_ref}
    if not kind.startswith("checkout."):
        about = {"id": "du_1", "payment_intent": payment.provider_ref or "pi_unknown"}
    return json.dumps(event(kind, about))


def hear(draw: random.Random, heard: list[str]) -> Iterator[dict[str, Any]]:
    """Some of what was told so far, in any order, some of it twice, forged or too late."""
    for body in draw.choices(heard, k=draw.randrange(4)) if heard else ():
        match draw.randrange(8):
            case 0:
                yield {"body": body, "secret": "whsec_forged"}
            case 1:
                yield {"body": body, "late": 1_000}
            case _:
                yield {"body": body}


def play(number: int, invoice: Invoice, bank: str, settings: Any) -> None:
    """One sequence, from its number."""
    draw = random.Random(number)
    before = Account.objects.get(pk=invoice.ledger_account_id)
    cents = draw.randrange(50, 100_000)
    payment = start((invoice, cents))
    if draw.randrange(5) == 0:  # the first call gets no answer
        settings.STRIPE_API_BASE = "http://127.0.0.1:9"
        with pytest.raises(operations.ProviderUnavailable):
            operations.open_checkout(payment=payment, at=timezone.now())
        settings.STRIPE_API_BASE = bank
    payment = operations.open_checkout(payment=payment, at=timezone.now())
    heard: list[str] = []
    expected: str = State.OPEN
    for what, kind, expected in LIVES[draw.choice(sorted(LIVES))]:  # noqa: B007  the last one counts
        if what in PERSON:
            at_the_bank(payment, what)
        elif what in ANSWER:
            asked_at_the_bank(payment, what)
        elif what == "close":
            operations.leave_payment(payment=payment, at=timezone.now())
        else:
            later_at_the_bank(bank, payment, what)
        heard += [told(payment, kind)] if kind else []
        for one in hear(draw, heard):
            send(**one)
        if draw.randrange(3) == 0:
            payment = look(payment)

    payment = look(payment)  # the sweep finds what nothing told

    assert payment.state == expected, number
    after = Account.objects.get(pk=invoice.ledger_account_id)
    moved = (before.debits_posted - before.credits_posted) - (
        after.debits_posted - after.credits_posted
    )
    held = after.credits_pending - before.credits_pending
    is_kept = expected in (State.OPEN, State.PROCESSING)
    assert (moved, held) == (cents if expected == State.PAID else 0, cents if is_kept else 0), (
        number
    )


@pytest.mark.parametrize("numbers", batches(), ids=lambda lives: f"{lives.start}-{lives.stop - 1}")
def test_whatever_reaches_us_ends_right(numbers: range, bank: str, settings: Any) -> None:
    invoice = make_invoice()
    merchant = make_merchant(invoice.regie)
    move(
        Account.objects.get(pk=invoice.ledger_account_id),
        Account.objects.get(pk=merchant.clearing_account_id),
        MUCH_CENTS,
    )

    for number in numbers:
        play(number, invoice, bank, settings)

    assert ledger.reconcile() == []
    assert ledger.trial_balance().is_balanced
