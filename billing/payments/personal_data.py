"""What payments hold about a person. We never see their card."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from billing.payments import queries
from billing.payments.models import Payment
from commons.personal_data import Record, euros, holds, record_of

if TYPE_CHECKING:
    from tenants.accounts.models import User


@holds(
    _("Vos paiements"),
    why=_(
        "Savoir ce qui est payé, et rendre ce qui doit l'être. Nous ne voyons jamais votre carte."
    ),
    reads=("payments.Payment", "payments.PaymentPart", "payments.Refund"),
)
def payments(user: User) -> Iterable[Record]:
    """Each payment, of which invoices, and what was given back."""
    for payment in Payment.objects.filter(payer__user=user).order_by("created_at", "pk"):
        yield record_of(
            payment,
            "amount_cents",
            "state",
            "method",
            "provider_ref",
            "email",
            "created_at",
            "settled_at",
        ) | {
            "factures": {
                part.invoice.number: euros(part.amount_cents) for part in queries.parts_of(payment)
            },
            "remboursements": [
                record_of(refund, "amount_cents", "reason", "settled_at")
                for refund in queries.refunds_done_of(payment.pk)
            ],
        }
