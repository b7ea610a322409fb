"""Requests of rights, as the household that asks, or an agent who reads files, sees them."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.paging import Page, connection
from api.scalars import Money
from api.types.enumerations import RightsOutcome, RightsState, RightsWay
from billing.rights import queries
from billing.rights.consents import text_of
from billing.rights.models import Consent as ConsentRow
from billing.rights.models import RightsRequest as RequestRow
from commons.tenancy import require_tenant
from ui.rights_texts import reason_words


class ConsentText(graphene.ObjectType):
    """Le texte à accepter avant qu'une source soit interrogée."""

    version = graphene.String(required=True, description="La version, à renvoyer avec l'accord.")
    text = graphene.String(required=True, description="Le texte, mot pour mot.")


class Requests:
    """The requests of a page, and what their fields need."""

    def __init__(self, rows: Sequence[RequestRow]) -> None:
        self._keys = [row.pk for row in rows]

    @functools.cached_property
    def consents(self) -> dict[int, ConsentRow]:
        """The agreement that stands for each request, by its key."""
        return queries.standing_consents(self._keys)


@dataclasses.dataclass(frozen=True, slots=True)
class RequestNode:
    """A request, in the batch it was read with."""

    row: RequestRow
    batch: Requests

    @property
    def public_id(self) -> uuid.UUID:
        return self.row.public_id


class RightsRequest(graphene.ObjectType):
    """La demande d'un foyer pour que ses ressources soient connues, et ses repas à leur prix."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(RightsState, required=True, description="Où en est la demande.")
    way = graphene.Field(RightsWay, description="Le moyen choisi ; rien avant.")
    outcome = graphene.Field(RightsOutcome, description="Ce qu'une source a répondu.")
    why = graphene.String(description="Pourquoi elle attend, en français.")
    todo = graphene.String(description="Ce qu'il y a à faire, en français.")
    answer = graphene.String(description="Les mots de l'agent, s'il en a écrit.")
    consent_text = graphene.Field(
        ConsentText, description="Le texte à accepter pour ce moyen, s'il interroge une source."
    )
    consented_at = graphene.DateTime(description="Quand l'accord qui tient a été donné.")
    quotient = graphene.Int(description="Le quotient reçu, en euros par mois.")
    quotient_month = graphene.String(description="Le mois de ce quotient, par exemple 2026-11.")
    provider = graphene.String(description="Qui a fourni les chiffres : CNAF, MSA ou DGFIP.")
    reference_tax_income = graphene.Field(Money, description="Le revenu fiscal de référence reçu.")
    tax_parts = graphene.Decimal(description="Le nombre de parts reçu.")
    effective_from = graphene.Date(description="Le premier jour du prix décidé.")
    is_automatic = graphene.Boolean(required=True, description="Décidée sans agent.")
    created_at = graphene.DateTime(required=True, description="Quand elle a été commencée.")
    due_at = graphene.DateTime(description="Quand un agent doit avoir répondu.")
    closed_at = graphene.DateTime(description="Quand elle a fini.")

    @staticmethod
    def resolve_id(node: RequestNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.row.public_id

    @staticmethod
    def resolve_state(node: RequestNode, _info: GraphQLResolveInfo) -> str:
        return str(node.row.state)

    @staticmethod
    def resolve_way(node: RequestNode, _info: GraphQLResolveInfo) -> str | None:
        return str(node.row.way) or None

    @staticmethod
    def resolve_outcome(node: RequestNode, _info: GraphQLResolveInfo) -> str | None:
        return str(node.row.outcome) or None

    @staticmethod
    def resolve_why(node: RequestNode, _info: GraphQLResolveInfo) -> str | None:
        return reason_words(node.row)[0] if node.row.reason else None

    @staticmethod
    def resolve_todo(node: RequestNode, _info: GraphQLResolveInfo) -> str | None:
        return reason_words(node.row)[1] if node.row.reason else None

    @staticmethod
    def resolve_answer(node: RequestNode, _info: GraphQLResolveInfo) -> str | None:
        return node.row.answer or None

    @staticmethod
    def resolve_consent_text(node: RequestNode, _info: GraphQLResolveInfo) -> dict[str, str] | None:
        text = text_of(node.row)
        if text is None:
            return None
        return {"version": text.version, "text": text.shown(require_tenant().name)}

    @staticmethod
    def resolve_consented_at(
        node: RequestNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        standing = node.batch.consents.get(node.row.pk)
        return standing.given_at if standing else None

    @staticmethod
    def resolve_quotient(node: RequestNode, _info: GraphQLResolveInfo) -> int | None:
        return node.row.quotient_euros

    @staticmethod
    def resolve_quotient_month(node: RequestNode, _info: GraphQLResolveInfo) -> str | None:
        year, month = node.row.quotient_year, node.row.quotient_month
        return f"{year}-{month:02d}" if year and month else None

    @staticmethod
    def resolve_provider(node: RequestNode, _info: GraphQLResolveInfo) -> str | None:
        return node.row.provider or None

    @staticmethod
    def resolve_reference_tax_income(node: RequestNode, _info: GraphQLResolveInfo) -> int | None:
        return node.row.reference_tax_income_cents

    @staticmethod
    def resolve_tax_parts(node: RequestNode, _info: GraphQLResolveInfo) -> Decimal | None:
        return node.row.tax_parts

    @staticmethod
    def resolve_effective_from(
        node: RequestNode, _info: GraphQLResolveInfo
    ) -> datetime.date | None:
        return node.row.effective_from

    @staticmethod
    def resolve_is_automatic(node: RequestNode, _info: GraphQLResolveInfo) -> bool:
        return node.row.is_automatic

    @staticmethod
    def resolve_created_at(node: RequestNode, _info: GraphQLResolveInfo) -> datetime.datetime:
        return node.row.created_at

    @staticmethod
    def resolve_due_at(node: RequestNode, _info: GraphQLResolveInfo) -> datetime.datetime | None:
        return node.row.due_at

    @staticmethod
    def resolve_closed_at(node: RequestNode, _info: GraphQLResolveInfo) -> datetime.datetime | None:
        return node.row.closed_at


RightsRequestConnection: Any = connection(RightsRequest, "des demandes de droits")


def request_node(row: RequestRow) -> RequestNode:
    """One request by itself."""
    return RequestNode(row, Requests([row]))


def requests_page(page: Page) -> Page:
    """The same page, its requests sharing a batch."""
    shared = Requests(page.nodes)
    return dataclasses.replace(page, nodes=[RequestNode(row, shared) for row in page.nodes])
