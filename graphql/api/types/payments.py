"""Payments, as the person who pays or an agent who reads money sees them."""

from __future__ import annotations

import dataclasses
import functools
import uuid
from collections.abc import Sequence
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.limits import LIST_LENGTHS
from api.paging import Page, connection
from api.scalars import Money
from api.types.enumerations import PaymentState
from api.types.locations import document_url
from billing.payments import queries
from billing.payments.models import Payment as PaymentRow
from billing.payments.models import PaymentPart as PartRow
from billing.payments.models import Refund as RefundRow

REFUNDS_SHOWN = LIST_LENGTHS["Payment.refunds"]


class PaymentPart(graphene.ObjectType):
    """Ce qu'un paiement paie d'une facture."""

    invoice_id = graphene.ID(required=True, description="La facture (UUID).")
    invoice_number = graphene.String(required=True, description="Le numéro de la facture.")
    amount = graphene.Field(Money, required=True, description="Le montant payé de cette facture.")
    refunded = graphene.Field(
        Money, required=True, description="Ce qui a été remboursé de cette part."
    )


@dataclasses.dataclass(frozen=True, slots=True)
class PartNode:
    """A part, with what was given back of it. Cents."""

    invoice_id: uuid.UUID
    invoice_number: str
    amount: int
    refunded: int


class PaymentRefund(graphene.ObjectType):
    """Une somme rendue d'un paiement."""

    invoice_number = graphene.String(required=True, description="Le numéro de la facture.")
    amount = graphene.Field(Money, required=True, description="Le montant rendu.")
    settled_at = graphene.DateTime(required=True, description="Quand il est parti.")

    @staticmethod
    def resolve_invoice_number(refund: RefundRow, _info: GraphQLResolveInfo) -> str:
        return refund.part.invoice.number

    @staticmethod
    def resolve_amount(refund: RefundRow, _info: GraphQLResolveInfo) -> int:
        return refund.amount_cents


class Payments:
    """The payments of a page, and what their fields need."""

    def __init__(self, rows: Sequence[PaymentRow]) -> None:
        self._keys = [row.pk for row in rows]

    @functools.cached_property
    def _refunded(self) -> dict[int, int]:
        found: dict[int, int] = {}
        for part_id, cents in queries.refunded_parts(self._keys):
            found[part_id] = found.get(part_id, 0) + cents
        return found

    @functools.cached_property
    def parts(self) -> dict[int, list[PartNode]]:
        """The parts of each payment, in the order of the invoices' numbers."""
        found: dict[int, list[PartNode]] = {}
        for part in queries.parts_of_payments(self._keys):
            found.setdefault(part.payment_id, []).append(self._node(part))
        return found

    @functools.cached_property
    def refunds(self) -> dict[int, list[RefundRow]]:
        """What was given back of each payment, the latest first."""
        found: dict[int, list[RefundRow]] = {}
        for refund in queries.refunds_done_of(*self._keys):
            found.setdefault(refund.part.payment_id, []).append(refund)
        return found

    def _node(self, part: PartRow) -> PartNode:
        return PartNode(
            invoice_id=part.invoice.public_id,
            invoice_number=part.invoice.number,
            amount=part.amount_cents,
            refunded=self._refunded.get(part.pk, 0),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class PaymentNode:
    """A payment, in the batch it was read with."""

    payment: PaymentRow
    batch: Payments

    @property
    def public_id(self) -> uuid.UUID:
        return self.payment.public_id


class Payment(graphene.ObjectType):
    """Un essai de payer une ou plusieurs factures, chez le prestataire du Département."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(PaymentState, required=True, description="Où en est le paiement.")
    amount = graphene.Field(Money, required=True, description="Le montant de tout le paiement.")
    checkout_url = graphene.String(
        description="La page du prestataire, tant qu'on peut y payer. C'est là qu'on donne sa carte."
    )
    created_at = graphene.DateTime(required=True, description="Quand il a été commencé.")
    settled_at = graphene.DateTime(description="Quand il a fini, payé ou non.")
    parts = graphene.List(
        graphene.NonNull(PaymentPart), required=True, description="Facture par facture."
    )
    refunds = graphene.List(
        graphene.NonNull(PaymentRefund),
        required=True,
        description="Ce qui en a été rendu, le plus récent d'abord.",
    )
    receipt_url = graphene.String(
        description="Le reçu en PDF d'un paiement reçu, à lire avec la même session."
    )

    @staticmethod
    def resolve_receipt_url(node: PaymentNode, info: GraphQLResolveInfo) -> str | None:
        if node.payment.state != PaymentRow.State.PAID:
            return None
        return document_url(info, "receipt-document", node.public_id)

    @staticmethod
    def resolve_id(node: PaymentNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.payment.public_id

    @staticmethod
    def resolve_state(node: PaymentNode, _info: GraphQLResolveInfo) -> str:
        return str(node.payment.state)

    @staticmethod
    def resolve_amount(node: PaymentNode, _info: GraphQLResolveInfo) -> int:
        return node.payment.amount_cents

    @staticmethod
    def resolve_checkout_url(node: PaymentNode, info: GraphQLResolveInfo) -> str | None:
        is_payers = node.payment.payer.user_id == info.context.require_user().pk
        is_open = node.payment.state == PaymentRow.State.OPEN
        return node.payment.checkout_url if is_open and is_payers else None

    @staticmethod
    def resolve_created_at(node: PaymentNode, _info: GraphQLResolveInfo) -> Any:
        return node.payment.created_at

    @staticmethod
    def resolve_settled_at(node: PaymentNode, _info: GraphQLResolveInfo) -> Any:
        return node.payment.settled_at

    @staticmethod
    def resolve_parts(node: PaymentNode, _info: GraphQLResolveInfo) -> list[PartNode]:
        return node.batch.parts.get(node.payment.pk, [])

    @staticmethod
    def resolve_refunds(node: PaymentNode, _info: GraphQLResolveInfo) -> list[RefundRow]:
        return node.batch.refunds.get(node.payment.pk, [])[:REFUNDS_SHOWN]


PaymentConnection: Any = connection(Payment, "des paiements")


def payment_node(row: PaymentRow) -> PaymentNode:
    """One payment by itself."""
    return PaymentNode(row, Payments([row]))


def payments_page(page: Page) -> Page:
    """The same page, its payments sharing a batch."""
    shared = Payments(page.nodes)
    return dataclasses.replace(page, nodes=[PaymentNode(row, shared) for row in page.nodes])
