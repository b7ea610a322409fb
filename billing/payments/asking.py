"""Asking a provider: for its page, how a payment stands, to close its page; and what a person does then.

A provider is called outside any transaction; what it answers is applied in one of its own, under the
lock of the payment (`settling`).
"""

from __future__ import annotations

import datetime
import functools
import logging
from collections.abc import Callable
from typing import Protocol

from django.db import transaction

from billing.payments import queries
from billing.payments.models import Payment, Refund
from billing.payments.providers import provider_of
from billing.payments.providers.protocol import Order, ProviderRefused, ProviderUnavailable
from billing.payments.refunding import look_at_refund
from billing.payments.settling import (
    answer_problem,
    apply_outcome,
    close_by_hand,
    end_without_page,
    lock_payment,
    not_known_there,
)
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError

logger = logging.getLogger(__name__)


class Asking(Protocol):
    """An act that asks a provider how a payment stands."""

    def __call__(self, *, payment: Payment, at: datetime.datetime) -> Payment: ...


# How long the provider's page stays open. Stripe: 30 minutes at least.
PAGE_LIFE = datetime.timedelta(minutes=45)
# A payment whose page was never heard of is given up after this.
PATIENCE = datetime.timedelta(minutes=10)


class KnownThere(DomainError):
    """The provider knows the payment: it ends as the provider says, not by hand."""

    code = "PAYMENT_KNOWN_THERE"


class NothingToAnswer(DomainError):
    """Nothing is strange about the payment, or nothing was written."""

    code = "PAYMENT_NOTHING_TO_ANSWER"


def open_checkout(*, payment: Payment, at: datetime.datetime) -> Payment:
    """
    Have the provider make the page where the person pays, once. In no transaction.

    :raises ProviderUnavailable: if no answer came; the same call may be made again
    :raises ProviderRefused: if the provider refuses; the payment is then over
    """
    if payment.state != Payment.State.CREATED:
        return payment
    try:
        checkout = provider_of(payment.merchant).open_checkout(_order_of(payment))
    except ProviderRefused as error:
        end_without_page(payment=payment, reason=str(error.details.get("reason", "")), at=at)
        raise
    with transaction.atomic(durable=True):
        locked = lock_payment(payment)
        if locked.state == Payment.State.CREATED:
            locked.state = Payment.State.OPEN
            locked.checkout_ref, locked.checkout_url = checkout.ref, checkout.url
            locked.save(update_fields=["state", "checkout_ref", "checkout_url"])
        return locked


def _order_of(payment: Payment) -> Order:
    """What the provider is asked: the same each time, or the key would be refused."""
    return Order(
        key=payment.public_id,
        lines=tuple(
            (f"Facture {part.invoice.number}", part.amount_cents)
            for part in queries.parts_of(payment)
        ),
        email=payment.email,
        return_url=payment.return_url,
        expires_at=payment.created_at + PAGE_LIFE,
    )


def look_at_payment(*, payment: Payment, at: datetime.datetime) -> Payment:
    """
    Ask the provider how a payment stands, and take its answer. In no transaction.

    One whose page we never heard of is given up after a while: its page is asked for again under the
    same key, which gives the one that may exist, and closed.

    :raises ProviderUnavailable: if no answer came
    :raises ProviderRefused: if the provider does not know the payment
    """
    if payment.state == Payment.State.CREATED:
        if at - payment.created_at < PATIENCE:
            return payment
        try:
            payment = open_checkout(payment=payment, at=at)
        except ProviderRefused:
            return Payment.objects.select_related("merchant").get(pk=payment.pk)
        return leave_payment(payment=payment, at=at)
    if not payment.checkout_ref:  # over before it had a page
        return payment
    try:
        outcome = provider_of(payment.merchant).read(payment.checkout_ref)
    except ProviderRefused:
        not_known_there(payment=payment, at=at)
        raise
    return apply_outcome(payment=payment, outcome=outcome, at=at)


def look_at_payment_and_refunds(*, payment: Payment, at: datetime.datetime) -> Payment:
    """
    Ask the provider how a payment stands, then each of its refunds. In no transaction.

    :raises ProviderUnavailable: if no answer came
    :raises ProviderRefused: if the provider does not know the payment
    """
    payment = look_at_payment(payment=payment, at=at)
    for refund in queries.refunds().filter(part__payment=payment):
        look_at_refund(refund=refund, at=at)
    return payment


def leave_payment(*, payment: Payment, at: datetime.datetime) -> Payment:
    """
    Close the provider's page, and take what it says: somebody may have paid meanwhile.

    :raises ProviderUnavailable: if no answer came
    :raises ProviderRefused: if the provider does not know the payment
    """
    if not payment.is_under_way:
        return payment
    if payment.state == Payment.State.CREATED:
        payment = open_checkout(payment=payment, at=at)
    outcome = provider_of(payment.merchant).close_checkout(payment.checkout_ref)
    return apply_outcome(payment=payment, outcome=outcome, at=at)


def look_at_waiting(*, at: datetime.datetime, limit: int = 200) -> int:
    """Ask about the payments and refunds that wait for news, oldest first; how many are over since.

    A provider that does not answer stops this pass; one that refuses is told in the logs.
    """
    looks: list[Callable[[], Payment | Refund]] = [
        functools.partial(look_at_payment, payment=payment, at=at)
        for payment in queries.to_look_at(at=at).select_related("merchant")[:limit]
    ]
    looks += [
        functools.partial(look_at_refund, refund=refund, at=at)
        for refund in queries.refunds_to_look_at(at=at)[:limit]
    ]
    over = 0
    for look in looks:
        try:
            over += not look().is_under_way
        except ProviderUnavailable:
            logger.warning("payment provider unavailable")
            break
        except ProviderRefused:
            logger.exception("provider refused to tell")
    return over


def ask_again(*, payment: Payment, actor: Actor, at: datetime.datetime) -> Payment:
    """
    Have a person ask the provider how a payment stands. In no transaction.

    :raises ProviderUnavailable: if no answer came
    :raises ProviderRefused: if the provider does not know the payment
    """
    record_audit(
        actor=actor,
        action="billing.payment.asked_again",
        subject_type="payment",
        subject_id=payment.public_id,
        at=at,
    )
    return look_at_payment_and_refunds(payment=payment, at=at)


def close_unknown_payment(
    *, payment: Payment, reason: str, actor: Actor, at: datetime.datetime
) -> Payment:
    """
    End a payment that its provider no longer knows, and release what it held. In no transaction.

    :raises KnownThere: if the provider knows it after all; what it says is taken
    :raises NothingToAnswer: if no reason is given
    :raises ProviderUnavailable: if no answer came
    """
    if not reason.strip():
        raise NothingToAnswer
    if not payment.is_under_way:
        return payment
    try:
        look_at_payment(payment=payment, at=at)
    except ProviderRefused:
        return close_by_hand(payment=payment, reason=reason.strip(), actor=actor, at=at)
    raise KnownThere


def answer_payment(
    *, payment: Payment, answer: str, actor: Actor, at: datetime.datetime
) -> Payment:
    """
    Write what was found about a payment of which the provider said something else than expected.

    :raises NothingToAnswer: if nothing is strange about it, or nothing is written
    """
    if not payment.problem or not answer.strip():
        raise NothingToAnswer
    return answer_problem(payment=payment, answer=answer.strip(), actor=actor, at=at)
