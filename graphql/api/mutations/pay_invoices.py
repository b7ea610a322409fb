"""Begin to pay invoices, go on with a payment, or give it up."""

from __future__ import annotations

from typing import Any

import graphene
from django.urls import reverse

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import Cents, public_id
from api.types.payments import Payment, payment_node
from billing.invoicing.queries import due_cents
from billing.payments import operations
from billing.payments.access import access_own_payment, access_payable_invoices
from billing.payments.models import Payment as PaymentRow
from commons.errors import RetryLater


class InvoiceToPay(graphene.InputObjectType):
    """Une facture à payer, en entier ou en partie."""

    invoice_id = graphene.ID(required=True, description="La facture (UUID).")
    amount_cents = Cents(description="Combien en payer ; par défaut, tout ce qui reste à payer.")


class PayInvoicesInput(graphene.InputObjectType):
    """Les factures d'un même paiement."""

    invoices = graphene.List(
        graphene.NonNull(InvoiceToPay), required=True, description="Les factures, 50 au plus."
    )


MOST_INVOICES = 50


def page_of(payment: PaymentRow, context: Context) -> PaymentRow:
    """The payment with its provider's page, or without it when nobody answers there."""
    try:
        return operations.open_checkout(payment=payment, at=context.at)
    except RetryLater:
        return payment


class PayInvoices(OperationMutation):
    """Whoever pays the invoices begins; the rest happens on the provider's page."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = PayInvoicesInput(required=True, description="Ce qui est demandé.")

    about = {
        "NOT_FOUND": "invoices",
        "PAYMENT_NOTHING_TO_PAY": "invoices",
        "PAYMENT_MORE_THAN_DUE": "invoices",
        "PAYMENT_UNDER_WAY": "invoices",
        "PAYMENT_OF_SEVERAL_REGIES": "invoices",
        "PAYMENT_AMOUNT_BEYOND_LIMITS": "invoices",
    }

    payment = graphene.Field(
        Payment,
        description="Le paiement. Sans `checkoutUrl`, la page n'a pas répondu : `resumePayment`.",
    )

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls, context: Context, *, invoices: list[Any]
    ) -> dict[str, Any]:
        user = context.require_user()
        asked = {public_id(one["invoice_id"]): one.get("amount_cents") for one in invoices}
        if not asked or len(asked) != len(invoices) or len(asked) > MOST_INVOICES:
            raise operations.NothingToPay
        parts = [
            (invoice, due_cents(invoice) if cents is None else cents)
            for invoice in access_payable_invoices(user, list(asked))
            for cents in (asked[invoice.public_id],)
        ]
        payment = operations.start_payment(
            parts=parts,
            return_url=lambda key: context.request.build_absolute_uri(
                reverse("portal:payment-return", args=[key])
            ),
            email=user.email or "",
            actor=context.actor,
            at=context.at,
        )
        return {"payment": payment_node(page_of(payment, context))}


class PaymentInput(graphene.InputObjectType):
    """Un paiement commencé."""

    payment_id = graphene.ID(required=True, description="Le paiement (UUID).")


class ResumePayment(OperationMutation):
    """Ask the provider how a payment stands, and for its page when it has none yet."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = PaymentInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "payment_id"}

    payment = graphene.Field(Payment, description="Le paiement, tel que le prestataire le dit.")

    @classmethod
    def perform(cls, context: Context, *, payment_id: str) -> dict[str, Any]:  # type: ignore[override]
        payment = access_own_payment(context.require_user(), public_id(payment_id))
        if payment.state == PaymentRow.State.CREATED:
            payment = operations.open_checkout(payment=payment, at=context.at)
        elif payment.is_under_way:
            payment = operations.look_at_payment(payment=payment, at=context.at)
        return {"payment": payment_node(payment)}


class LeavePayment(OperationMutation):
    """Give a payment up, unless it was paid meanwhile."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = PaymentInput(required=True, description="Ce qui est demandé.")

    about = {"NOT_FOUND": "payment_id"}

    payment = graphene.Field(Payment, description="Le paiement, abandonné ou déjà payé.")

    @classmethod
    def perform(cls, context: Context, *, payment_id: str) -> dict[str, Any]:  # type: ignore[override]
        payment = access_own_payment(context.require_user(), public_id(payment_id))
        return {"payment": payment_node(operations.leave_payment(payment=payment, at=context.at))}
