"""The acts of paying: open a merchant, start a payment, open its page, look at it, leave it.

A provider is called outside any transaction; what it answers is applied in one of its own, under the
lock of the payment. The same answer twice changes nothing, an older one neither: a payment only
moves forward. What happened is what the provider says when it is asked, never a notice or the
address a browser comes back to.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from django.db import IntegrityError, transaction

from billing.invoicing.models import Invoice, Regie
from billing.invoicing.queries import due_cents
from billing.ledger.models import AccountKind, TransferKind
from billing.ledger.operations import InsufficientBalance, TransferRequest, open_account, post
from billing.payments import queries
from billing.payments.credentials import Credentials
from billing.payments.models import Merchant, Notice, Payment, PaymentPart
from billing.payments.providers import provider_of
from billing.payments.providers.protocol import (
    NoticeFacts,
    NoticeRefused,
    Order,
    ProviderRefused,
    ProviderUnavailable,
)
from billing.payments.settling import apply_outcome, end_without_page, lock_payment
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id
from commons.outbox import record_event

__all__ = (
    "AmountBeyondLimits",
    "Asking",
    "InvoicesOfSeveralRegies",
    "MerchantAlreadyOpen",
    "MoreThanDue",
    "NothingToPay",
    "NoticeRefused",
    "PaymentNotOffered",
    "PaymentUnderWay",
    "ProviderRefused",
    "ProviderUnavailable",
    "close_merchant",
    "handle_notice",
    "leave_payment",
    "look_at_payment",
    "look_at_waiting",
    "open_checkout",
    "open_merchant",
    "receive_notice",
    "start_payment",
)

logger = logging.getLogger(__name__)


class Asking(Protocol):
    """An act that asks a provider how a payment stands."""

    def __call__(self, *, payment: Payment, at: datetime.datetime) -> Payment: ...


# How long the provider's page stays open. Stripe: 30 minutes at least.
PAGE_LIFE = datetime.timedelta(minutes=45)
# A payment whose page was never heard of is given up after this.
PATIENCE = datetime.timedelta(minutes=10)


class MerchantAlreadyOpen(DomainError):
    """The régie is already paid somewhere: close that account first."""

    code = "PAYMENT_MERCHANT_ALREADY_OPEN"


class PaymentNotOffered(DomainError):
    """The régie is not paid online."""

    code = "PAYMENT_NOT_OFFERED"


class NothingToPay(DomainError):
    """No invoice was chosen, or no amount."""

    code = "PAYMENT_NOTHING_TO_PAY"


class MoreThanDue(DomainError):
    """More than what is left to pay of an invoice."""

    code = "PAYMENT_MORE_THAN_DUE"


class PaymentUnderWay(DomainError):
    """Another payment keeps what is left to pay: continue it, or leave it first."""

    code = "PAYMENT_UNDER_WAY"


class InvoicesOfSeveralRegies(DomainError):
    """Each régie is paid on its own account: one payment cannot pay both."""

    code = "PAYMENT_OF_SEVERAL_REGIES"


class AmountBeyondLimits(DomainError):
    """The provider takes no payment as small, or as large."""

    code = "PAYMENT_AMOUNT_BEYOND_LIMITS"


@transaction.atomic(durable=True)
def open_merchant(
    *,
    regie: Regie,
    provider: str,
    credentials: Credentials,
    account_ref: str = "",
    is_live: bool,
    actor: Actor,
    at: datetime.datetime,
) -> Merchant:
    """
    Have a régie paid on an account of its own at a provider's.

    :raises MerchantAlreadyOpen: if it already is, somewhere
    """
    if queries.open_merchant(regie.pk) is not None:
        raise MerchantAlreadyOpen(regie=regie.code)
    public_id = new_public_id()
    try:
        with transaction.atomic():
            merchant = Merchant.objects.create(
                public_id=public_id,
                regie=regie,
                provider=provider,
                account_ref=account_ref,
                sealed_credentials=credentials.sealed(),
                is_live=is_live,
                clearing_account=open_account(
                    code=f"clearing:{public_id}", kind=AccountKind.CLEARING, name=regie.name
                ),
                opened_at=at,
            )
    except IntegrityError as error:
        raise MerchantAlreadyOpen(regie=regie.code) from error
    record_audit(
        actor=actor,
        action="billing.merchant.opened",
        subject_type="merchant",
        subject_id=merchant.public_id,
        at=at,
        provider=provider,
        is_live=is_live,
    )
    return merchant


@transaction.atomic(durable=True)
def close_merchant(*, merchant: Merchant, actor: Actor, at: datetime.datetime) -> Merchant:
    """Take no new payment there; those under way end as they will. Closing again changes nothing."""
    locked = Merchant.objects.select_for_update(of=("self",), no_key=True).get(pk=merchant.pk)
    if locked.closed_at is None:
        locked.closed_at = at
        locked.save(update_fields=["closed_at"])
        record_audit(
            actor=actor,
            action="billing.merchant.closed",
            subject_type="merchant",
            subject_id=locked.public_id,
            at=at,
        )
    return locked


@transaction.atomic(durable=True)
def start_payment(
    *,
    parts: Sequence[tuple[Invoice, int]],
    return_url: Callable[[uuid.UUID], str],
    email: str,
    actor: Actor,
    at: datetime.datetime,
) -> Payment:
    """
    Begin to pay invoices of one payer, each whole or in part: what is to be paid is held.

    :raises NothingToPay: if there is no part, or one of nothing
    :raises PaymentNotOffered: if their régie is not paid online
    :raises InvoicesOfSeveralRegies: if they are of several régies
    :raises MoreThanDue: if a part is more than what is left to pay
    :raises AmountBeyondLimits: if the provider takes no payment as small, or as large
    :raises PaymentUnderWay: if another payment holds what is left to pay
    """
    merchant = _where_paid(parts)
    total = sum(cents for _invoice, cents in parts)
    limits = provider_of(merchant).limits
    if not limits.least_cents <= total <= limits.most_cents:
        raise AmountBeyondLimits(
            amount_cents=total, least_cents=limits.least_cents, most_cents=limits.most_cents
        )
    public_id = new_public_id()
    payment = Payment.objects.create(
        public_id=public_id,
        merchant=merchant,
        payer_id=parts[0][0].payer_id,
        amount_cents=total,
        return_url=return_url(public_id),
        email=email,
        created_at=at,
    )
    try:
        holds = post(
            transfers=[
                TransferRequest(
                    kind=TransferKind.PENDING,
                    debit_account_id=merchant.clearing_account_id,
                    credit_account_id=invoice.ledger_account_id,
                    amount_cents=cents,
                    code="payment",
                    reference=f"payment:{payment.public_id}:{invoice.public_id}",
                )
                for invoice, cents in parts
            ],
            actor=actor,
            at=at,
        )
    except InsufficientBalance as error:
        raise PaymentUnderWay from error
    PaymentPart.objects.bulk_create(
        PaymentPart(payment=payment, invoice=invoice, amount_cents=cents, hold=hold)
        for (invoice, cents), hold in zip(parts, holds, strict=True)
    )
    record_audit(
        actor=actor,
        action="billing.payment.started",
        subject_type="payment",
        subject_id=payment.public_id,
        at=at,
        amount_cents=total,
        invoices=[invoice.number for invoice, _cents in parts],
    )
    return payment


def _where_paid(parts: Sequence[tuple[Invoice, int]]) -> Merchant:
    """Where these parts are paid, once each is one that can be."""
    if not parts or any(cents <= 0 for _invoice, cents in parts):
        raise NothingToPay
    invoices = [invoice for invoice, _cents in parts]
    if len({invoice.pk for invoice in invoices}) != len(invoices):
        raise ValueError("an invoice is paid once by a payment")
    if len({invoice.payer_id for invoice in invoices}) != 1:
        raise ValueError("a payment has one payer")
    regies = {invoice.regie_id for invoice in invoices}
    if len(regies) > 1:
        raise InvoicesOfSeveralRegies
    merchant = queries.open_merchant(regies.pop())
    if merchant is None:
        raise PaymentNotOffered
    for invoice, cents in parts:
        account = invoice.ledger_account
        account.refresh_from_db()
        left = due_cents(invoice)
        if cents > left:
            raise MoreThanDue(invoice=invoice.number, left_cents=max(left, 0))
        if cents > left - account.credits_pending:
            other = queries.under_way_for([invoice])
            raise PaymentUnderWay(payment=str(other.public_id) if other else "")
    return merchant


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
    outcome = provider_of(payment.merchant).read(payment.checkout_ref)
    return apply_outcome(payment=payment, outcome=outcome, at=at)


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
    """Ask about the payments that wait for news, oldest first; returns how many are over since.

    A provider that does not answer stops this pass; one that refuses is told in the logs.
    """
    over = 0
    for payment in queries.to_look_at(at=at).select_related("merchant")[:limit]:
        try:
            over += not look_at_payment(payment=payment, at=at).is_under_way
        except ProviderUnavailable:
            logger.warning("payment provider unavailable", extra={"payment": payment.pk})
            break
        except ProviderRefused:
            logger.exception("payment not looked at", extra={"payment": payment.pk})
    return over


def receive_notice(
    *, provider: str, headers: Mapping[str, str], body: bytes, at: datetime.datetime
) -> Notice:
    """
    Verify a notice and keep it, once; what it speaks of is asked for later.

    It is of the merchant whose secret proves it, closed ones included: what they were paid goes on.

    :raises NoticeRefused: if nothing proves it, or it is another account's
    """
    merchant, facts = _verified(provider, headers, body)
    with transaction.atomic(durable=True):
        notice, is_new = Notice.objects.get_or_create(
            merchant=merchant,
            event_ref=facts.event_ref,
            defaults={
                "kind": facts.kind,
                "checkout_ref": facts.checkout_ref,
                "provider_ref": facts.provider_ref,
                "digest": hashlib.sha256(body).hexdigest(),
                "received_at": at,
            },
        )
        if is_new:
            record_event(
                "billing.payment.noticed",
                aggregate=f"notice:{notice.pk}",
                occurred_at=at,
                notice_id=notice.pk,
            )
    return notice


def _verified(
    provider: str, headers: Mapping[str, str], body: bytes
) -> tuple[Merchant, NoticeFacts]:
    refusal = NoticeRefused(reason="signature")
    for merchant in queries.merchants_of(provider):
        try:
            return merchant, provider_of(merchant).verify(headers, body)
        except NoticeRefused as error:
            if error.details["reason"] != "signature":  # it was proved, and is refused all the same
                refusal = error
    raise refusal


def handle_notice(*, notice: Notice, at: datetime.datetime) -> Payment | None:
    """
    Ask the provider about what a notice speaks of; None if that is no payment of ours.

    :raises ProviderUnavailable: if no answer came; the notice stays to be dealt with
    :raises ProviderRefused: if the provider does not know the payment
    """
    payment = queries.payment_of_notice(notice)
    if payment is not None:
        payment = look_at_payment(payment=payment, at=at)
    notice.handled_at, notice.payment = at, payment
    notice.save(update_fields=["handled_at", "payment"])
    return payment
