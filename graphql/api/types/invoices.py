"""Invoices and their lines."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.loaders import Bills
from api.paging import Page, connection
from api.scalars import Money
from billing.invoicing import queries
from billing.invoicing.models import Invoice as InvoiceRow
from billing.invoicing.models import InvoiceLine as LineRow


class InvoiceLine(graphene.ObjectType):
    """Une ligne de facture : des repas d'un enfant à un même prix."""

    label = graphene.String(required=True, description="Ce qui est facturé.")
    child_id = graphene.ID(required=True, description="L'enfant (UUID).")
    child_name = graphene.String(required=True, description="Prénom et nom de l'enfant.")
    quantity = graphene.Int(required=True, description="Le nombre de repas.")
    unit_price = graphene.Field(Money, required=True, description="Le prix d'un repas.")
    is_illustrative = graphene.Boolean(
        required=True, description="Vrai si une valeur du tarif reste à confirmer."
    )
    share_bp = graphene.Int(
        required=True, description="La part de ce payeur, en dix-millièmes : 10000 pour le tout."
    )
    amount = graphene.Field(Money, required=True, description="Le montant de la ligne.")
    days = graphene.List(
        graphene.NonNull(graphene.Date), required=True, description="Les jours de ces repas."
    )

    @staticmethod
    def resolve_child_id(line: LineRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return line.pupil.public_id

    @staticmethod
    def resolve_child_name(line: LineRow, _info: GraphQLResolveInfo) -> str:
        return line.pupil_name

    @staticmethod
    def resolve_unit_price(line: LineRow, _info: GraphQLResolveInfo) -> int:
        return line.unit_price_cents

    @staticmethod
    def resolve_is_illustrative(line: LineRow, _info: GraphQLResolveInfo) -> bool:
        return queries.has_example_price(line)

    @staticmethod
    def resolve_amount(line: LineRow, _info: GraphQLResolveInfo) -> int:
        return line.amount_cents


@dataclasses.dataclass(frozen=True, slots=True)
class InvoiceNode:
    """An invoice, in the batch it was read with."""

    invoice: InvoiceRow
    batch: Bills

    @property
    def public_id(self) -> uuid.UUID:
        return self.invoice.public_id


class Invoice(graphene.ObjectType):
    """Une facture, telle qu'elle a été émise."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    number = graphene.String(required=True, description="Le numéro, sans trou dans l'année.")
    month = graphene.Date(required=True, description="Le mois facturé, par son premier jour.")
    issued_on = graphene.Date(required=True, description="La date d'émission.")
    due_on = graphene.Date(required=True, description="La date limite de paiement.")
    payer_name = graphene.String(required=True, description="Prénom et nom du payeur.")
    total = graphene.Field(Money, required=True, description="Le total de la facture.")
    due = graphene.Field(
        Money, required=True, description="Ce qui reste à payer, d'après la comptabilité."
    )
    lines = graphene.List(
        graphene.NonNull(InvoiceLine), required=True, description="Les lignes, enfant par enfant."
    )

    @staticmethod
    def resolve_id(node: InvoiceNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.invoice.public_id

    @staticmethod
    def resolve_number(node: InvoiceNode, _info: GraphQLResolveInfo) -> str:
        return node.invoice.number

    @staticmethod
    def resolve_month(node: InvoiceNode, _info: GraphQLResolveInfo) -> datetime.date:
        return node.invoice.month

    @staticmethod
    def resolve_issued_on(node: InvoiceNode, _info: GraphQLResolveInfo) -> datetime.date:
        return node.invoice.issued_on

    @staticmethod
    def resolve_due_on(node: InvoiceNode, _info: GraphQLResolveInfo) -> datetime.date:
        return node.invoice.due_on

    @staticmethod
    def resolve_payer_name(node: InvoiceNode, _info: GraphQLResolveInfo) -> str:
        return node.invoice.payer_name

    @staticmethod
    def resolve_total(node: InvoiceNode, _info: GraphQLResolveInfo) -> int:
        return node.invoice.total_cents

    @staticmethod
    def resolve_due(node: InvoiceNode, _info: GraphQLResolveInfo) -> int:
        return max(queries.due_cents(node.invoice), 0)

    @staticmethod
    def resolve_lines(node: InvoiceNode, _info: GraphQLResolveInfo) -> list[LineRow]:
        return node.batch.lines.get(node.invoice.pk, [])


InvoiceConnection: Any = connection(Invoice, "des factures")


def bills_page(page: Page, batch: Bills | None = None) -> Page:
    """The same page, its invoices sharing a batch."""
    shared = batch or Bills(page.nodes)
    return dataclasses.replace(page, nodes=[InvoiceNode(row, shared) for row in page.nodes])
