"""Handlers that turn outbox events into e-mails.

Delivery is at least once, so a handler may run again: the message it sends then bears the same
Message-ID. A person without an address gets nothing, which is no error. Each message holds its
recipient's own figures and nothing of another household.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from django.urls import reverse

from billing.canteen.models import Enrolment
from billing.invoicing import queries as invoicing
from billing.invoicing.models import InvoiceLine
from billing.payments import queries as payments
from billing.payments.receipts import receipt_of
from billing.tariffs.queries import contest_with_guardian, price_on
from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.people.models import Guardian
from ui import mail
from ui.price_story import decided_price
from ui.wording import local_date


@dataclasses.dataclass(frozen=True, slots=True)
class ChildBill:
    """What an invoice's message says of one child. Cents."""

    name: str
    meals: int
    amount_cents: int


@handles("billing.invoice.issued")
def tell_invoice_issued(event: OutboxEvent) -> None:
    """Write to the payer: how much, until when, for whom."""
    invoice = invoicing.invoice_with_payer(event.payload["invoice_id"])
    recipient = recipient_of(invoice.payer) if invoice else None
    if invoice is None or recipient is None:
        return
    context = {
        "invoice": invoice,
        "children": children_of(invoicing.lines_of(invoice)),
        "action_url": mail.portal_address(reverse("portal:invoice", args=[invoice.public_id])),
    }
    part = str(invoice.payer.public_id)
    mail.compose(
        "invoice_issued", event=event, recipient=recipient, part=part, context=context
    ).send()


@handles("billing.refund.done")
def tell_refund_done(event: OutboxEvent) -> None:
    """Write to who paid: how much comes back, and why."""
    refund = payments.refund_by_id(event.payload["refund_id"])
    payer = refund.part.payment.payer
    recipient = recipient_of(payer)
    if recipient is None:
        return
    page = reverse("portal:invoice", args=[refund.part.invoice.public_id])
    context = {"refund": refund, "action_url": mail.portal_address(page)}
    mail.compose(
        "refund_done", event=event, recipient=recipient, part=str(payer.public_id), context=context
    ).send()


@handles("billing.credit_note.issued")
def tell_credit_note_issued(event: OutboxEvent) -> None:
    """Write to the payer: how much, why, and what is left to pay.

    One that answers a dispute is told with the answer.
    """
    note = invoicing.credit_note_with_payer(event.payload["credit_note_id"])
    recipient = recipient_of(note.invoice.payer) if note else None
    if note is None or recipient is None or hasattr(note, "dispute"):
        return
    invoice = note.invoice
    context = {
        "note": note,
        "invoice": invoice,
        "is_cancelled": note.kind == note.Kind.CANCELLATION,
        "due_cents": max(invoicing.due_cents(invoice), 0),
        "action_url": mail.portal_address(reverse("portal:invoice", args=[invoice.public_id])),
    }
    part = str(invoice.payer.public_id)
    mail.compose(
        "credit_note_issued", event=event, recipient=recipient, part=part, context=context
    ).send()


@handles("billing.dispute.answered")
def tell_dispute_answered(event: OutboxEvent) -> None:
    """Write to the payer who disputed a line: yes or no, why, and how much."""
    dispute = invoicing.dispute_with_payer(event.payload["dispute_id"])
    recipient = recipient_of(dispute.guardian) if dispute else None
    if dispute is None or recipient is None:
        return
    invoice = dispute.invoice_line.invoice
    context = {
        "dispute": dispute,
        "note": dispute.credit_note,
        "invoice": invoice,
        "action_url": mail.portal_address(reverse("portal:invoice", args=[invoice.public_id])),
    }
    part = str(dispute.guardian.public_id)
    mail.compose(
        "dispute_answered", event=event, recipient=recipient, part=part, context=context
    ).send()


@handles("tariffs.contest.answered")
def tell_contest_answered(event: OutboxEvent) -> None:
    """Write to the guardian who contested a price: yes or no, why, and the new price."""
    contest = contest_with_guardian(event.payload["contest_id"])
    recipient = recipient_of(contest.guardian) if contest else None
    if contest is None or recipient is None:
        return
    page = reverse("portal:price", args=[contest.decision.pupil.public_id])
    mail.compose(
        "contest_answered",
        event=event,
        recipient=recipient,
        part=str(contest.guardian.public_id),
        context={
            "contest": contest,
            "decision": contest.new_decision,
            "price": decided_price(contest.new_decision),
            "action_url": mail.portal_address(page),
        },
    ).send()


@handles("billing.payment.paid")
def tell_payment_paid(event: OutboxEvent) -> None:
    """Write to the payer: how much was paid, of which invoices, and what is left of them."""
    payment = payments.payment_with_payer(event.payload["payment_id"])
    receipt = receipt_of(payment)
    recipient = recipient_of(payment.payer)
    if receipt is None or recipient is None:  # without a receipt, the bank took it back since
        return
    left = sum(max(invoicing.due_cents(part.invoice), 0) for part in receipt.parts)
    page = reverse("portal:payment", args=[payment.public_id])
    mail.compose(
        "payment_paid",
        event=event,
        recipient=recipient,
        part=str(payment.payer.public_id),
        context={
            "receipt": receipt,
            "left_cents": left,
            "action_url": mail.portal_address(page),
        },
    ).send()


@handles("billing.payment.failed", "billing.payment.returned")
def tell_payment_undone(event: OutboxEvent) -> None:
    """Write to the payer that the bank refused, or took back: what is left to pay now, and where.

    One that never had a page of its provider's ended on the person's own screen.
    """
    payment = payments.payment_with_payer(event.payload["payment_id"])
    recipient = recipient_of(payment.payer)
    if recipient is None or not payment.checkout_ref:
        return
    invoices = [part.invoice for part in payments.parts_of(payment)]
    page = reverse("portal:invoices")
    if len(invoices) == 1:
        page = reverse("portal:invoice", args=[invoices[0].public_id])
    left = [(invoice, invoicing.due_cents(invoice)) for invoice in invoices]
    context = {
        "payment": payment,
        "left": [(invoice, cents) for invoice, cents in left if cents > 0],
        "is_taken_back": event.name == "billing.payment.returned",
        "action_url": mail.portal_address(page),
    }
    part = str(payment.payer.public_id)
    mail.compose(
        "payment_undone", event=event, recipient=recipient, part=part, context=context
    ).send()


@handles("canteen.enrolment.created")
def tell_enrolment_created(event: OutboxEvent) -> None:
    """Write to each payer: which days, from when, at what price."""
    enrolment = Enrolment.objects.select_related("pupil", "college").get(
        public_id=event.payload["enrolment"]
    )
    first_day = enrolment.valid_from or local_date(enrolment.created_at)
    price = price_on(enrolment.pupil, enrolment.service, first_day)
    page = reverse("portal:child", args=[enrolment.pupil.public_id])
    context = {
        "enrolment": enrolment,
        "child": enrolment.pupil,
        "price": decided_price(price) if price else "",
        "action_url": mail.portal_address(page),
    }
    for payer in enrolment.payers.select_related("guardian__user").order_by("pk"):
        recipient = recipient_of(payer.guardian)
        if recipient is not None:
            mail.compose(
                "enrolment_created",
                event=event,
                recipient=recipient,
                part=str(payer.guardian.public_id),
                context=context,
            ).send()


def recipient_of(guardian: Guardian) -> mail.Recipient | None:
    """Where to write to a guardian: the address of their account, else the school's."""
    email = (guardian.user.email if guardian.user else "") or guardian.email
    return mail.Recipient(email=email, first_name=guardian.first_name) if email else None


def children_of(lines: Iterable[InvoiceLine]) -> list[ChildBill]:
    """The lines of an invoice, summed by child, in the order of the lines."""
    found: dict[int, ChildBill] = {}
    for line in lines:
        known = found.get(line.pupil_id)
        found[line.pupil_id] = ChildBill(
            name=line.pupil_first_name,
            meals=(known.meals if known else 0) + line.quantity,
            amount_cents=(known.amount_cents if known else 0) + line.amount_cents,
        )
    return list(found.values())
