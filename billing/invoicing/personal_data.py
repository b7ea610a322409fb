"""What invoicing holds about a person: the invoices they pay, what corrects them, what they disputed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from billing.invoicing.models import Dispute, Invoice
from billing.invoicing.queries import credit_notes_of, due_cents, lines_of, over_paid_cents
from commons.personal_data import Record, euros, holds, record_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos factures"),
    why=_("Encaisser ce qui est dû, et en rendre compte."),
    reads=(
        "invoicing.Invoice",
        "invoicing.InvoiceLine",
        "invoicing.CreditNote",
        "invoicing.CreditNoteLine",
    ),
)
def invoices(user: User) -> Iterable[Record]:
    """Each invoice, line by line, and what is left to pay."""
    found = Invoice.objects.filter(payer__user=user).select_related("ledger_account")
    for invoice in found.order_by("number", "pk"):
        yield record_of(
            invoice, "number", "month", "issued_on", "due_on", "total_cents", "payer_first_name",
            "payer_last_name", "payer_street", "payer_postal_code", "payer_city",
        ) | {
            "reste à payer": euros(due_cents(invoice)),
            "à rembourser": euros(over_paid_cents(invoice)),
            "avoirs": [
                record_of(note, "number", "issued_on", "reason", "total_cents")
                for note in credit_notes_of(invoice)
            ],
            "lignes": [
                record_of(
                    line, "label", "quantity", "unit_price_cents", "share_bp", "amount_cents",
                    enfant=line.pupil_name, jours=[str(day) for day in line.days],
                )
                for line in lines_of(invoice)
            ],
        }  # fmt: skip


@holds(
    _("Vos réclamations"),
    why=_("Vous répondre, et corriger une facture qui a une erreur."),
    reads=("invoicing.Dispute",),
)
def disputes(user: User) -> Iterable[Record]:
    """What the person said of a line of their invoices, and the answer."""
    found = Dispute.objects.filter(guardian__user=user).select_related("invoice_line__invoice")
    for dispute in found.order_by("opened_at", "pk"):
        yield record_of(
            dispute,
            "text",
            "state",
            "opened_at",
            "answer",
            "answered_at",
            facture=dispute.invoice_line.invoice.number,
            jours=[str(day) for day in dispute.days],
        )
