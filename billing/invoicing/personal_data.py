"""What invoicing holds about a person: the invoices they pay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from billing.invoicing.models import Invoice
from billing.invoicing.queries import due_cents, lines_of
from commons.personal_data import Record, euros, holds, record_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos factures"),
    why=_("Encaisser ce qui est dû, et en rendre compte."),
    reads=("invoicing.Invoice", "invoicing.InvoiceLine"),
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
            "lignes": [
                record_of(
                    line, "label", "quantity", "unit_price_cents", "share_bp", "amount_cents",
                    enfant=line.pupil_name, jours=[str(day) for day in line.days],
                )
                for line in lines_of(invoice)
            ],
        }  # fmt: skip
