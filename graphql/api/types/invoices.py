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
from api.types.enumerations import CreditNoteKind, DisputeState
from api.types.locations import document_url
from billing.invoicing import queries
from billing.invoicing.models import CreditNote as CreditNoteRow
from billing.invoicing.models import Dispute as DisputeRow
from billing.invoicing.models import Invoice as InvoiceRow
from billing.invoicing.models import InvoiceLine as LineRow


class CreditNote(graphene.ObjectType):
    """Un avoir : le document qui corrige une facture émise."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    number = graphene.String(required=True, description="Le numéro, sans trou dans l'année.")
    kind = graphene.Field(CreditNoteKind, required=True, description="Pour quoi il est fait.")
    reason = graphene.String(required=True, description="Le motif.")
    issued_on = graphene.Date(required=True, description="La date d'émission.")
    total = graphene.Field(Money, required=True, description="Ce qu'il enlève de la facture.")
    over_paid = graphene.Field(
        Money, required=True, description="La part qui était déjà payée le jour de l'avoir."
    )
    document_url = graphene.String(
        required=True, description="Le PDF, à lire avec la même session."
    )

    @staticmethod
    def resolve_document_url(note: CreditNoteRow, info: GraphQLResolveInfo) -> str:
        return document_url(info, "credit-note-document", note.public_id)

    @staticmethod
    def resolve_id(note: CreditNoteRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return note.public_id

    @staticmethod
    def resolve_total(note: CreditNoteRow, _info: GraphQLResolveInfo) -> int:
        return note.total_cents

    @staticmethod
    def resolve_over_paid(note: CreditNoteRow, _info: GraphQLResolveInfo) -> int:
        return note.over_paid_cents


class Dispute(graphene.ObjectType):
    """Une réclamation : ce qu'un payeur dit faux dans une ligne, et la réponse."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(DisputeState, required=True, description="Où elle en est.")
    text = graphene.String(required=True, description="Ce que la famille a écrit.")
    days = graphene.List(
        graphene.NonNull(graphene.Date),
        required=True,
        description="Les jours en cause ; vide si aucun n'est dit.",
    )
    opened_at = graphene.DateTime(required=True, description="Quand elle a été reçue.")
    answer = graphene.String(
        required=True, description="La réponse ; vide tant qu'il n'y en a pas."
    )
    answered_at = graphene.DateTime(description="Quand la réponse a été faite.")
    credit_note_number = graphene.String(
        description="Le numéro de l'avoir qui la suit, si elle est acceptée."
    )

    @staticmethod
    def resolve_id(dispute: DisputeRow, _info: GraphQLResolveInfo) -> uuid.UUID:
        return dispute.public_id

    @staticmethod
    def resolve_state(dispute: DisputeRow, _info: GraphQLResolveInfo) -> str:
        return str(dispute.state)

    @staticmethod
    def resolve_credit_note_number(dispute: DisputeRow, _info: GraphQLResolveInfo) -> str | None:
        return dispute.credit_note.number if dispute.credit_note else None


@dataclasses.dataclass(frozen=True, slots=True)
class LineNode:
    """A line, in the batch its invoice was read with."""

    line: LineRow
    batch: Bills


class InvoiceLine(graphene.ObjectType):
    """Une ligne de facture : des repas d'un enfant à un même prix."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
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
    already_billed = graphene.Field(
        Money, required=True, description="Ce que d'autres factures comptent déjà de ces repas."
    )
    amount = graphene.Field(Money, required=True, description="Le montant de la ligne.")
    days = graphene.List(
        graphene.NonNull(graphene.Date), required=True, description="Les jours de ces repas."
    )
    credited = graphene.Field(
        Money, required=True, description="Ce que des avoirs ont enlevé de cette ligne."
    )
    dispute = graphene.Field(
        Dispute, description="La dernière réclamation sur cette ligne, s'il y en a une."
    )

    @staticmethod
    def resolve_id(node: LineNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.line.public_id

    @staticmethod
    def resolve_label(node: LineNode, _info: GraphQLResolveInfo) -> str:
        return node.line.label

    @staticmethod
    def resolve_child_id(node: LineNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.line.pupil.public_id

    @staticmethod
    def resolve_is_illustrative(node: LineNode, _info: GraphQLResolveInfo) -> bool:
        return queries.has_example_price(node.line)

    @staticmethod
    def resolve_child_name(node: LineNode, _info: GraphQLResolveInfo) -> str:
        return node.line.pupil_name

    @staticmethod
    def resolve_quantity(node: LineNode, _info: GraphQLResolveInfo) -> int:
        return node.line.quantity

    @staticmethod
    def resolve_unit_price(node: LineNode, _info: GraphQLResolveInfo) -> int:
        return node.line.unit_price_cents

    @staticmethod
    def resolve_share_bp(node: LineNode, _info: GraphQLResolveInfo) -> int:
        return node.line.share_bp

    @staticmethod
    def resolve_already_billed(node: LineNode, _info: GraphQLResolveInfo) -> int:
        return node.line.already_billed_cents

    @staticmethod
    def resolve_amount(node: LineNode, _info: GraphQLResolveInfo) -> int:
        return node.line.amount_cents

    @staticmethod
    def resolve_days(node: LineNode, _info: GraphQLResolveInfo) -> list[datetime.date]:
        return node.line.days

    @staticmethod
    def resolve_credited(node: LineNode, _info: GraphQLResolveInfo) -> int:
        return node.batch.credited.get(node.line.pk, 0)

    @staticmethod
    def resolve_dispute(node: LineNode, _info: GraphQLResolveInfo) -> DisputeRow | None:
        return node.batch.disputes.get(node.line.pk)


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
    is_complementary = graphene.Boolean(
        required=True, description="Vrai si elle complète un mois déjà facturé."
    )
    payer_name = graphene.String(required=True, description="Prénom et nom du payeur.")
    total = graphene.Field(Money, required=True, description="Le total de la facture.")
    due = graphene.Field(
        Money, required=True, description="Ce qui reste à payer, d'après la comptabilité."
    )
    over_paid = graphene.Field(
        Money, required=True, description="Ce qui a été payé en trop, et reste à rembourser."
    )
    credit_notes = graphene.List(
        graphene.NonNull(CreditNote),
        required=True,
        description="Les avoirs de la facture, du plus ancien au plus récent.",
    )
    lines = graphene.List(
        graphene.NonNull(InvoiceLine), required=True, description="Les lignes, enfant par enfant."
    )
    document_url = graphene.String(
        required=True, description="Le PDF, à lire avec la même session."
    )

    @staticmethod
    def resolve_document_url(node: InvoiceNode, info: GraphQLResolveInfo) -> str:
        return document_url(info, "invoice-document", node.public_id)

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
    def resolve_is_complementary(node: InvoiceNode, _info: GraphQLResolveInfo) -> bool:
        return node.invoice.is_complementary

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
    def resolve_over_paid(node: InvoiceNode, _info: GraphQLResolveInfo) -> int:
        return node.batch.over_paid.get(node.invoice.pk, 0)

    @staticmethod
    def resolve_credit_notes(node: InvoiceNode, _info: GraphQLResolveInfo) -> list[CreditNoteRow]:
        return node.batch.credit_notes.get(node.invoice.pk, [])

    @staticmethod
    def resolve_lines(node: InvoiceNode, _info: GraphQLResolveInfo) -> list[LineNode]:
        return [LineNode(line, node.batch) for line in node.batch.lines.get(node.invoice.pk, [])]


InvoiceConnection: Any = connection(Invoice, "des factures")


def bills_page(page: Page, batch: Bills | None = None) -> Page:
    """The same page, its invoices sharing a batch."""
    shared = batch or Bills(page.nodes)
    return dataclasses.replace(page, nodes=[InvoiceNode(row, shared) for row in page.nodes])
