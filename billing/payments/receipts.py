"""What was paid: the receipt of a payment, and what a person paid over a period. Amounts are cents.

A receipt is of a payment whose money came, for as long as it stands: what a bank took back has
none, and what we gave back is said on it. It bears the public identifier of its payment, and begins
no series of numbers: an accountant follows the ledger, and the number of each invoice. Names,
addresses and the régie are those of the invoices, as they were issued. The day is the day we knew
of the money, in Paris.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from billing.invoicing.models import Invoice, InvoiceLine
from billing.payments.models import Payment, PaymentPart, Refund

if TYPE_CHECKING:
    from commons.periods import Period
    from tenants.accounts.models import User


@dataclasses.dataclass(frozen=True, slots=True)
class PaidPart:
    """What one payment paid of one invoice, and what was given back of that since."""

    invoice: Invoice
    amount_cents: int
    refunded_cents: int


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """A payment that is paid, and what it paid; `method` is one of `Payment.Method`, if known."""

    public_id: uuid.UUID
    paid_on: datetime.date
    amount_cents: int
    method: str
    parts: tuple[PaidPart, ...]

    @property
    def refunded_cents(self) -> int:
        """What was given back of it, whenever that was."""
        return sum(part.refunded_cents for part in self.parts)

    @property
    def kept_cents(self) -> int:
        """What was paid in the end."""
        return self.amount_cents - self.refunded_cents

    @property
    def named(self) -> Invoice:
        """The invoice whose names the receipt bears: the latest of those it paid."""
        return self.parts[-1].invoice


@dataclasses.dataclass(frozen=True, slots=True)
class PaidOver:
    """What a person paid over a period, the earliest first, and for which children.

    What was given back since of these payments is taken off, even if that was after the period.
    """

    period: Period
    receipts: tuple[Receipt, ...]
    children: tuple[str, ...]

    @property
    def kept_cents(self) -> int:
        """What was paid in the end."""
        return sum(receipt.kept_cents for receipt in self.receipts)


def receipt_of(payment: Payment) -> Receipt | None:
    """The receipt of a payment; None unless it is paid."""
    if payment.state != Payment.State.PAID:
        return None
    return _receipt(payment, _ordered(PaymentPart.objects.filter(payment=payment)))


def payments_of(user: User) -> QuerySet[Payment]:
    """The payments a person began, latest first, with the invoices they are of."""
    return (
        Payment.objects.filter(payer__user=user)
        .prefetch_related(Prefetch("parts", queryset=_ordered(PaymentPart.objects.all())))
        .order_by("-created_at", "-pk")
    )


def refunded_cents(payment: Payment) -> int:
    """What was given back of a payment of `payments_of`."""
    return sum(part.refunded_cents for part in _parts(payment.parts.all()))


def days_paid(user: User) -> list[datetime.date]:
    """The days on which a person paid, each once, earliest first."""
    moments = Payment.objects.filter(payer__user=user, state=Payment.State.PAID).values_list(
        "settled_at", flat=True
    )
    return sorted({timezone.localdate(moment) for moment in moments})


def paid_over(user: User, period: Period) -> PaidOver | None:
    """What a person paid over a period; None if that is nothing."""
    paid = payments_of(user).filter(
        state=Payment.State.PAID, settled_at__gte=_midnight(period.start)
    )
    if period.end is not None:
        paid = paid.filter(settled_at__lt=_midnight(period.end))
    found = paid.order_by("settled_at", "pk")
    receipts = tuple(_receipt(payment, payment.parts.all()) for payment in found)
    if not receipts:
        return None
    invoices = {part.invoice.pk for receipt in receipts for part in receipt.parts}
    return PaidOver(period=period, receipts=receipts, children=_children(invoices))


def _children(invoices: set[int]) -> tuple[str, ...]:
    """The children some invoices are about, in order of names; as the latest line names them."""
    lines = InvoiceLine.objects.filter(invoice__in=invoices).order_by(
        "pupil__sort_key", "pupil_id", "pk"
    )
    named = lines.values_list("pupil_id", "pupil_first_name", "pupil_last_name")
    return tuple({pupil: f"{first} {last}" for pupil, first, last in named}.values())


def _ordered(parts: QuerySet[PaymentPart]) -> QuerySet[PaymentPart]:
    given_back = Refund.objects.filter(state=Refund.State.DONE)
    parts = parts.prefetch_related(Prefetch("refunds", queryset=given_back, to_attr="given_back"))
    return parts.select_related("invoice__ledger_account").order_by(
        "invoice__month", "invoice__number", "pk"
    )


def _receipt(payment: Payment, parts: QuerySet[PaymentPart]) -> Receipt:
    assert payment.settled_at is not None  # the database says so of all that is paid
    return Receipt(
        public_id=payment.public_id,
        paid_on=timezone.localdate(payment.settled_at),
        amount_cents=payment.amount_cents,
        method=payment.method,
        parts=_parts(parts),
    )


def _parts(parts: Iterable[Any]) -> tuple[PaidPart, ...]:
    """Parts as `_ordered` reads them."""
    return tuple(
        PaidPart(
            invoice=part.invoice,
            amount_cents=part.amount_cents,
            refunded_cents=sum(refund.amount_cents for refund in part.given_back),
        )
        for part in parts
    )


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
