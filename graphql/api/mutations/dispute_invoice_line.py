"""Dispute a line of one's own invoice."""

from __future__ import annotations

import datetime
from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.base import OperationMutation
from api.scalars import public_id
from api.types.invoices import Dispute
from billing.invoicing import operations
from billing.invoicing.access import access_own_line


class DisputeInvoiceLineInput(graphene.InputObjectType):
    """Ce qui ne va pas dans une ligne d'une facture à soi."""

    invoice_id = graphene.ID(required=True, description="La facture (UUID).")
    line_id = graphene.ID(required=True, description="La ligne (UUID).")
    text = graphene.String(required=True, description="Ce qui ne va pas, en une ou deux phrases.")
    days = graphene.List(
        graphene.NonNull(graphene.Date), description="Les jours en cause, parmi ceux de la ligne."
    )


class DisputeInvoiceLine(OperationMutation):
    """The payer of an invoice alone disputes its lines."""

    class Meta:
        rule = rules.by_object

    class Arguments:
        input = DisputeInvoiceLineInput(required=True, description="Ce qui est demandé.")

    about = {
        "NOT_FOUND": "line_id",
        "BILLING_DISPUTE_ALREADY_OPEN": "line_id",
        "BILLING_LINE_CREDITED_WHOLE": "line_id",
    }

    dispute = graphene.Field(Dispute, description="La réclamation, en attente de réponse.")

    @classmethod
    def perform(  # type: ignore[override]  # a mutation names its own inputs
        cls,
        context: Context,
        *,
        invoice_id: str,
        line_id: str,
        text: str,
        days: list[datetime.date] | None = None,
    ) -> dict[str, Any]:
        user = context.require_user()
        line = access_own_line(user, public_id(invoice_id), public_id(line_id))
        dispute = operations.dispute_line(
            line=line, text=text, days=days or (), actor=context.actor, at=context.at
        )
        return {"dispute": dispute}
