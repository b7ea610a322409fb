"""Invoices as pages show them: what is left to pay, and the lines by child.

Amounts are integer euro cents. What is left to pay is what the ledger says of the invoice's account,
never a column of ours.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.family_reads.home import Owed
from billing.invoicing import queries
from ui import wording

if TYPE_CHECKING:
    from billing.invoicing.models import CreditNote, Dispute, Invoice, InvoiceLine
    from tenants.accounts.models import User
    from tenants.people.models import Pupil

SOON_DAYS = 10


@dataclasses.dataclass(frozen=True, slots=True)
class Bill:
    """An invoice in a list."""

    public_id: uuid.UUID
    title: str
    is_complementary: bool
    number: str
    month: datetime.date
    issued_on: datetime.date
    due_on: datetime.date
    total_cents: int
    credited_cents: int
    due_cents: int
    state: str


@dataclasses.dataclass(frozen=True, slots=True)
class Doubt:
    """What the payer said of a line, if anything; where to say it, if it can be said now."""

    line: InvoiceLine
    dispute: Dispute | None
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class ChildLines:
    """The lines of one child; `is_shared` when somebody else pays a part."""

    name: str
    first_name: str
    is_shared: bool
    price_url: str
    is_example_price: bool
    lines: tuple[InvoiceLine, ...]
    doubts: tuple[Doubt, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class InvoicePage:
    """An invoice with its lines."""

    bill: Bill
    payer_name: str
    children: tuple[ChildLines, ...]
    credit_notes: tuple[CreditNote, ...]
    over_paid_cents: int

    @property
    def cancelled_by(self) -> str:
        """The number of the credit note that left nothing of the invoice."""
        return self.credit_notes[-1].number if self.bill.state == "CANCELLED" else ""


def state_of(
    *,
    total_cents: int,
    due_cents: int,
    due_on: datetime.date,
    on: datetime.date,
    credited_cents: int = 0,
) -> str:
    """The state a badge says. What was credited is not paid: it is no longer asked for."""
    if total_cents == 0:
        return "NOTHING_DUE"
    if credited_cents == total_cents:
        return "CANCELLED"
    if due_cents <= 0:
        return "PAID"
    if due_on < on:
        return "OVERDUE"
    if due_cents < total_cents - credited_cents:
        return "PARTLY_PAID"
    return "SOON" if due_on <= on + datetime.timedelta(days=SOON_DAYS) else "DUE"


def title_of(invoice: Invoice | Owed) -> str:
    """`Facture de septembre 2024`, or `Facture complémentaire de septembre 2024`."""
    title = (
        _("Facture complémentaire %(month)s")
        if invoice.is_complementary
        else _("Facture %(month)s")
    )
    return title % {"month": wording.of_month(invoice.month)}


def bill_of(invoice: Invoice, *, on: datetime.date) -> Bill:
    """An invoice, and what is left to pay of it."""
    owed = Owed(
        public_id=invoice.public_id,
        number=invoice.number,
        month=invoice.month,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        is_complementary=invoice.is_complementary,
        total_cents=invoice.total_cents,
        credited_cents=invoice.credited_cents,
        due_cents=queries.due_cents(invoice),
    )
    return bill_of_owed(owed, on=on)


def bill_of_owed(owed: Owed, *, on: datetime.date) -> Bill:
    """An invoice, from what was read of it."""
    due_cents = max(owed.due_cents, 0)
    return Bill(
        public_id=owed.public_id,
        title=title_of(owed),
        is_complementary=owed.is_complementary,
        number=owed.number,
        month=owed.month,
        issued_on=owed.issued_on,
        due_on=owed.due_on,
        total_cents=owed.total_cents,
        credited_cents=owed.credited_cents,
        due_cents=due_cents,
        state=state_of(
            total_cents=owed.total_cents,
            due_cents=due_cents,
            due_on=owed.due_on,
            on=on,
            credited_cents=owed.credited_cents,
        ),
    )


def invoices_of(user: User, *, on: datetime.date) -> tuple[Bill, ...]:
    """The invoices of a person, latest first."""
    return bills_of(queries.invoices_of(user), on=on)


def bills_of(invoices: Iterable[Invoice], *, on: datetime.date) -> tuple[Bill, ...]:
    """The same invoices, as a list shows them."""
    return tuple(bill_of(invoice, on=on) for invoice in invoices)


def to_pay(bills: Sequence[Bill]) -> list[Bill]:
    """What is left to pay, the soonest due first: a late one comes before all."""
    return sorted((bill for bill in bills if bill.due_cents > 0), key=lambda bill: bill.due_on)


def invoice_page(user: User, invoice: Invoice, *, on: datetime.date) -> InvoicePage:
    """Read an invoice's page."""
    by_pupil: dict[Pupil, list[InvoiceLine]] = {}
    for line in queries.lines_of(invoice):
        by_pupil.setdefault(line.pupil, []).append(line)
    disputes = queries.latest_disputes([invoice])
    is_theirs = invoice.payer.user_id == user.pk and invoice.credited_cents < invoice.total_cents
    notes = tuple(queries.credit_notes_of(invoice)) if invoice.credited_cents else ()
    has_over_paid = any(note.over_paid_cents for note in notes)
    return InvoicePage(
        bill=bill_of(invoice, on=on),
        payer_name=invoice.payer_name,
        children=tuple(
            _child(
                pupil,
                lines,
                [_doubt(invoice, one, disputes.get(one.pk), is_theirs=is_theirs) for one in lines],
            )
            for pupil, lines in by_pupil.items()
        ),
        credit_notes=notes,
        over_paid_cents=queries.over_paid_cents(invoice) if has_over_paid else 0,
    )


def _doubt(
    invoice: Invoice, line: InvoiceLine, dispute: Dispute | None, *, is_theirs: bool
) -> Doubt:
    may_say = is_theirs and (dispute is None or not dispute.is_open)
    named = [invoice.public_id, line.public_id]
    return Doubt(line, dispute, reverse("portal:dispute", args=named) if may_say else "")


def _child(pupil: Pupil, lines: Sequence[InvoiceLine], doubts: Sequence[Doubt]) -> ChildLines:
    has_price = any(line.price_decision_id for line in lines)
    return ChildLines(
        name=lines[0].pupil_name,
        first_name=lines[0].pupil_first_name,
        is_shared=any(line.share_bp != 10_000 for line in lines),
        price_url=reverse("portal:price", args=[pupil.public_id]) if has_price else "",
        is_example_price=any(queries.has_example_price(line) for line in lines),
        lines=tuple(lines),
        doubts=tuple(doubt for doubt in doubts if doubt.dispute or doubt.url),
    )
