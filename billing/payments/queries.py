"""Reads of payments. Amounts are cents."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet, Sum

from billing.payments.models import Merchant, Notice, Payment, PaymentPart, Refund

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billing.invoicing.models import Invoice
    from tenants.accounts.models import User

# A payment that nothing is heard of is looked at after half a minute, then less and less often.
FIRST_LOOK = datetime.timedelta(seconds=30)


def open_merchant(regie_id: int) -> Merchant | None:
    """Where a régie is paid online, if it is."""
    return (
        Merchant.objects.filter(regie_id=regie_id, closed_at__isnull=True)
        .select_related("regie", "clearing_account")
        .first()
    )


def merchants_of(provider: str) -> QuerySet[Merchant]:
    """The merchants at a provider's, the open one first."""
    return Merchant.objects.filter(provider=provider).order_by("closed_at", "-pk")


def payments_of(user: User) -> QuerySet[Payment]:
    """The payments a person made, latest first."""
    return (
        Payment.objects.filter(payer__user=user)
        .select_related("payer")
        .order_by("-created_at", "-pk")
    )


def parts_of_payments(keys: Sequence[int]) -> QuerySet[PaymentPart]:
    """What several payments pay, in the order of the invoices' numbers."""
    return (
        PaymentPart.objects.filter(payment__in=keys)
        .select_related("invoice")
        .order_by("invoice__number", "pk")
    )


def refunded_parts(keys: Sequence[int]) -> QuerySet[Refund, tuple[int, int]]:
    """What was given back of several payments: the part, and the cents of each refund done."""
    return Refund.objects.filter(part__payment__in=keys, state=Refund.State.DONE).values_list(
        "part_id", "amount_cents"
    )


def parts_of(payment: Payment) -> QuerySet[PaymentPart]:
    """What a payment pays, in the order of the invoices' numbers."""
    return (
        PaymentPart.objects.filter(payment=payment)
        .select_related("invoice", "invoice__ledger_account", "hold")
        .order_by("invoice__number", "pk")
    )


def refunds() -> QuerySet[Refund]:
    """Refunds with what they give back, latest first."""
    return Refund.objects.select_related(
        "part",
        "part__payment",
        "part__payment__merchant",
        "part__payment__payer",
        "part__payment__payer__user",
        "part__invoice",
        "part__invoice__ledger_account",
    ).order_by("-asked_at", "-pk")


def refunds_done_of(*payments: int) -> QuerySet[Refund]:
    """What was given back of payments, by their keys, latest first."""
    return refunds().filter(part__payment__in=payments, state=Refund.State.DONE)


def counted_refunds(part: PaymentPart) -> QuerySet[Refund]:
    """The refunds that take from a part: done, or that still may be."""
    over = (Refund.State.REFUSED, Refund.State.FAILED)
    return Refund.objects.filter(part=part).exclude(state__in=over)


def given_back_cents(payment: Payment) -> dict[int, int]:
    """What was given back of each part, by its key, or is on its way at the provider's."""
    gone = (Refund.State.SENT, Refund.State.DONE)
    return dict(
        Refund.objects.filter(part__payment=payment, state__in=gone)
        .values_list("part")
        .annotate(cents=Sum("amount_cents"))
        .values_list("part", "cents")
    )


def refunds_to_look_at(*, at: datetime.datetime) -> QuerySet[Refund]:
    """The approved refunds the provider should be asked about, as payments are."""
    return (
        refunds()
        .filter(
            state__in=(Refund.State.APPROVED, Refund.State.SENT), decided_at__lte=at - FIRST_LOOK
        )
        .filter(
            Q(checked_at__isnull=True)
            | Q(checked_at__lte=F("decided_at") + (at - F("decided_at")) / 2)
        )
        .order_by("decided_at", "pk")
    )


def refund_by_id(refund_id: int) -> Refund:
    """A refund by its number in the database, for the worker and for messages.

    :raises Refund.DoesNotExist: if there is none
    """
    return refunds().get(pk=refund_id)


def under_way_for(invoices: Sequence[Invoice]) -> Payment | None:
    """The payment that holds a part of one of these invoices, if any."""
    part = (
        PaymentPart.objects.filter(invoice__in=invoices, payment__settled_at__isnull=True)
        .select_related("payment")
        .order_by("-payment__created_at", "pk")
        .first()
    )
    return part.payment if part else None


def to_look_at(*, at: datetime.datetime) -> QuerySet[Payment]:
    """The payments under way whose provider should be asked: each waits as long as it has lived."""
    return (
        Payment.objects.filter(settled_at__isnull=True, created_at__lte=at - FIRST_LOOK)
        .filter(
            Q(checked_at__isnull=True)
            | Q(checked_at__lte=F("created_at") + (at - F("created_at")) / 2)
        )
        .order_by("created_at", "pk")
    )


def payment_of_notice(notice: Notice) -> Payment | None:
    """The payment a notice speaks of, by either of its names at the provider's."""
    named = Q(pk__in=[])
    if notice.checkout_ref:
        named |= Q(checkout_ref=notice.checkout_ref)
    if notice.provider_ref:
        named |= Q(provider_ref=notice.provider_ref)
    return (
        Payment.objects.filter(named, merchant_id=notice.merchant_id)
        .select_related("merchant")
        .order_by("-created_at", "pk")
        .first()
    )


def payment_with_payer(payment_id: int) -> Payment:
    """A payment by its number in the database, for messages.

    :raises Payment.DoesNotExist: if there is none
    """
    return Payment.objects.select_related("payer__user").get(pk=payment_id)


def notice_by_id(notice_id: int) -> Notice:
    """A notice by its number in the database, for the worker.

    :raises Notice.DoesNotExist: if there is none
    """
    return Notice.objects.select_related("merchant").get(pk=notice_id)
