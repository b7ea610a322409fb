"""The acts of paying: open a merchant, start a payment, open its page, look at it, leave it.

A provider is called outside any transaction; what it answers is applied in one of its own, under the
lock of the payment. The same answer twice changes nothing, an older one neither: a payment only
moves forward. What happened is what the provider says when it is asked, never a notice or the
address a browser comes back to.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Sequence

from django.db import IntegrityError, transaction

from billing.invoicing.models import Invoice, Regie
from billing.invoicing.queries import due_cents
from billing.ledger.models import AccountKind, TransferKind
from billing.ledger.operations import InsufficientBalance, TransferRequest, open_account, post
from billing.payments import queries
from billing.payments.asking import (
    Asking,
    KnownThere,
    NothingToAnswer,
    answer_payment,
    ask_again,
    close_unknown_payment,
    leave_payment,
    look_at_payment,
    look_at_waiting,
    open_checkout,
)
from billing.payments.credentials import Credentials, credentials_of
from billing.payments.models import Merchant, Payment, PaymentPart
from billing.payments.noticing import handle_notice, handle_notice_again, receive_notice
from billing.payments.providers import provider_of
from billing.payments.providers.protocol import (
    NoticeRefused,
    ProviderRefused,
    ProviderUnavailable,
)
from billing.payments.refunding import (
    NothingToRefund,
    NotRefundable,
    RefundAlreadyDecided,
    RefundBeyondPaid,
    RefundByTheSamePerson,
    RefundNotOffered,
    approve_refund,
    ask_refund,
    look_at_refund,
    refundable_cents,
    refuse_refund,
)
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.identifiers import new_public_id

__all__ = (
    "AmountBeyondLimits",
    "Asking",
    "InvoicesOfSeveralRegies",
    "KnownThere",
    "MerchantAlreadyOpen",
    "MoreThanDue",
    "NotRefundable",
    "NothingToAnswer",
    "NothingToPay",
    "NothingToRefund",
    "NoticeRefused",
    "PaymentNotOffered",
    "PaymentUnderWay",
    "ProviderRefused",
    "ProviderUnavailable",
    "RefundAlreadyDecided",
    "RefundBeyondPaid",
    "RefundByTheSamePerson",
    "RefundNotOffered",
    "answer_payment",
    "approve_refund",
    "ask_again",
    "ask_refund",
    "close_merchant",
    "close_unknown_payment",
    "handle_notice",
    "handle_notice_again",
    "leave_payment",
    "look_at_payment",
    "look_at_refund",
    "look_at_waiting",
    "open_checkout",
    "open_merchant",
    "receive_notice",
    "refundable_cents",
    "refuse_refund",
    "replace_keys",
    "start_payment",
)


# One replaces the other, and a notice may be late by days: no more than these are tried.
MOST_SECRETS = 3


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
def replace_keys(
    *, merchant: Merchant, credentials: Credentials, actor: Actor, at: datetime.datetime
) -> Merchant:
    """Change the keys of a merchant; notices signed with its former secrets are still taken."""
    locked = Merchant.objects.select_for_update(of=("self",), no_key=True).get(pk=merchant.pk)
    former = credentials_of(locked).webhook_secrets
    new = credentials.webhook_secrets
    kept = tuple(secret for secret in former if secret not in new)
    locked.sealed_credentials = dataclasses.replace(
        credentials, webhook_secrets=(*new, *kept)[:MOST_SECRETS]
    ).sealed()
    locked.save(update_fields=["sealed_credentials"])
    record_audit(
        actor=actor,
        action="billing.merchant.keys_replaced",
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
