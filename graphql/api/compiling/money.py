"""What is billed and paid, as who pays reads it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    Case,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest
from django.urls import reverse

from api.compiling import sql
from api.compiling.kinds import (
    Amount,
    Asked,
    ById,
    Kind,
    Leaf,
    Many,
    One,
    Said,
    amount,
    column,
    columns,
    moment,
)
from api.compiling.sql import Row
from billing.invoicing import queries as invoicing
from billing.invoicing.models import (
    CreditNote,
    CreditNoteLine,
    Dispute,
    Invoice,
    InvoiceLine,
    line_public_id,
)
from billing.ledger.models import Account
from billing.payments import queries as payments
from billing.payments.models import Payment, PaymentPart, Refund

if TYPE_CHECKING:
    from api.context import Context

_NOBODY = "00000000-0000-7000-8000-000000000000"


def invoices_about(asked: Asked, pupil: Row) -> QuerySet[Invoice]:
    """The invoices that who asks pays, or any for who reads money, that have a line about a pupil."""
    lines = InvoiceLine.objects.filter(
        pupil_id=OuterRef(pupil.outer("pk")), invoice_id=OuterRef("pk")
    )
    rows = Invoice.objects.filter(Exists(lines))
    if not asked.reads_money:
        rows = rows.filter(payer__user_id=asked.user.pk)
    return rows.order_by("-month", "-pk")


def _invoice(asked: Asked, wanted: uuid.UUID) -> QuerySet[Invoice]:
    seen = Invoice.objects.all() if asked.reads_money else invoicing.invoices_of(asked.user)
    return seen.filter(public_id=wanted)


def _payment(asked: Asked, wanted: uuid.UUID) -> QuerySet[Payment]:
    seen = Payment.objects.all() if asked.reads_money else payments.payments_of(asked.user)
    return seen.filter(public_id=wanted)


def _due(_asked: Asked, invoice: Row) -> Any:
    account = invoice.behind("ledger_account")
    return Greatest(account("debits_posted") - account("credits_posted"), Value(0))


def _over_paid(_asked: Asked, invoice: Row) -> Any:
    key = Cast(invoice.outer("public_id"), TextField())
    accounts = Account.objects.filter(
        code=Concat(Value("over-paid:"), key, output_field=TextField())
    )
    left = accounts.values(left=F("credits_posted") - F("debits_posted"))
    return Coalesce(Subquery(left), 0, output_field=BigIntegerField())


def _credit_notes(_asked: Asked, invoice: Row) -> QuerySet[CreditNote]:
    return CreditNote.objects.filter(invoice_id=invoice.outer("pk")).order_by("pk")


def _lines(_asked: Asked, invoice: Row) -> QuerySet[InvoiceLine]:
    return invoicing.in_order(InvoiceLine.objects.filter(invoice_id=invoice.outer("pk")))


def _line_key(_asked: Asked, line: Row) -> Any:
    return sql.JsonArray(line("invoice__public_id"), line("pk"))


def _credited(_asked: Asked, line: Row) -> Any:
    return sql.total(
        CreditNoteLine.objects.filter(invoice_line_id=line.outer("pk")), "amount_cents"
    )


def _dispute(_asked: Asked, line: Row) -> QuerySet[Dispute]:
    return Dispute.objects.filter(invoice_line_id=line.outer("pk")).order_by("-pk")


def _parts(_asked: Asked, payment: Row) -> QuerySet[PaymentPart]:
    rows = PaymentPart.objects.filter(payment_id=payment.outer("pk"))
    return rows.order_by("invoice__number", "pk")


def _refunded(_asked: Asked, part: Row) -> Any:
    rows = Refund.objects.filter(part_id=part.outer("pk"), state=Refund.State.DONE)
    return sql.total(rows, "amount_cents")


def _around(context: Context, door: str, name: str) -> tuple[str, str]:
    """What stands before and after the identifier in the address of a PDF."""
    path = reverse(f"{door}:{name}", args=[_NOBODY])
    before, _nobody, after = str(context.request.build_absolute_uri(path)).partition(_NOBODY)
    return before, after


def _document(asked: Asked, row: Row, name: str) -> Any:
    """The address of a PDF (`api.types.locations`)."""
    door = "console" if asked.reads_money else "portal"
    before = asked.slots.text(lambda context, _variables: _around(context, door, name)[0])
    after = asked.slots.text(lambda context, _variables: _around(context, door, name)[1])
    key = Cast(row("public_id"), TextField())
    return Concat(Value(before), key, Value(after), output_field=TextField())


def _receipt(asked: Asked, payment: Row) -> Any:
    paid = When(
        **{payment.name("state"): Payment.State.PAID},
        then=_document(asked, payment, "receipt-document"),
    )
    return Case(paid, default=Value(None), output_field=TextField())


def _checkout(asked: Asked, payment: Row) -> Any:
    """Where to pay, for who pays."""
    is_open = {
        payment.name("state"): Payment.State.OPEN,
        payment.name("payer__user_id"): asked.user.pk,
    }
    return Case(
        When(**is_open, then=payment("checkout_url")),
        default=Value(None),
        output_field=TextField(),
    )


TYPES: dict[str, dict[str, Kind]] = {
    "Query": {
        "invoice": ById("Invoice", _invoice),
        "payment": ById("Payment", _payment),
    },
    "Invoice": {
        "id": column("public_id"),
        **columns("number", "month", "issued_on", "due_on"),
        "isComplementary": Leaf(lambda _asked, invoice: sql.IsThere(invoice("run__corrects_id"))),
        "payerName": Leaf(lambda _asked, invoice: sql.full_name(invoice, "payer_")),
        "total": amount("total_cents"),
        "due": Amount(_due),
        "overPaid": Amount(_over_paid),
        "creditNotes": Many("CreditNote", _credit_notes),
        "lines": Many("InvoiceLine", _lines),
        "documentUrl": Leaf(lambda asked, row: _document(asked, row, "invoice-document")),
    },
    "InvoiceLine": {
        "id": Said(
            _line_key, lambda read, _context: str(line_public_id(uuid.UUID(read[0]), read[1]))
        ),
        **columns("label", "quantity", "share_bp", "days"),
        "childId": column("pupil__public_id"),
        "childName": Leaf(lambda _asked, line: sql.full_name(line, "pupil_")),
        "unitPrice": amount("unit_price_cents"),
        "isIllustrative": Leaf(
            lambda _asked, line: Coalesce(
                line("price_decision__tariff_version__is_illustrative"), False
            )
        ),
        "alreadyBilled": amount("already_billed_cents"),
        "amount": amount("amount_cents"),
        "credited": Amount(_credited),
        "dispute": One("Dispute", _dispute),
    },
    "CreditNote": {
        "id": column("public_id"),
        **columns("number", "kind", "reason", "issued_on"),
        "total": amount("total_cents"),
        "overPaid": amount("over_paid_cents"),
        "documentUrl": Leaf(lambda asked, row: _document(asked, row, "credit-note-document")),
    },
    "Dispute": {
        "id": column("public_id"),
        **columns("state", "text", "days", "answer"),
        "openedAt": moment("opened_at"),
        "answeredAt": moment("answered_at"),
        "creditNoteNumber": column("credit_note__number"),
    },
    "Payment": {
        "id": column("public_id"),
        **columns("state"),
        "amount": amount("amount_cents"),
        "checkoutUrl": Leaf(_checkout),
        "createdAt": moment("created_at"),
        "settledAt": moment("settled_at"),
        "parts": Many("PaymentPart", _parts),
        "receiptUrl": Leaf(_receipt),
    },
    "PaymentPart": {
        "invoiceId": column("invoice__public_id"),
        "invoiceNumber": column("invoice__number"),
        "amount": amount("amount_cents"),
        "refunded": Amount(_refunded),
    },
}
