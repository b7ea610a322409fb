"""Registrations for Pass+, as the parent who made one, or an agent who reads files, sees them."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import uuid
from collections.abc import Sequence
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from api.paging import Page, connection
from api.scalars import Money
from api.types.enumerations import PassDocumentKind, PassDocumentState, PassRegistrationState
from federation.passplus.engine.campaign import Status
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations.queries import Offer, kept_documents
from ui.registration_texts import said_of, why_not


class PassDocument(graphene.ObjectType):
    """Une pièce ou la photo d'une inscription. Le fichier se donne et se lit par le portail."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    kind = graphene.Field(PassDocumentKind, required=True, description="La sorte de pièce.")
    state = graphene.Field(PassDocumentState, required=True, description="Reçue, acceptée ou non.")
    received_at = graphene.DateTime(required=True, description="Quand elle a été donnée.")

    @staticmethod
    def resolve_id(row: RegistrationDocument, _info: GraphQLResolveInfo) -> uuid.UUID:
        return row.public_id


class Registrations:
    """The registrations of a page, and their documents."""

    def __init__(self, rows: Sequence[Registration]) -> None:
        self._rows = rows

    @functools.cached_property
    def documents(self) -> dict[int, list[RegistrationDocument]]:
        """What is still there of each, latest first."""
        return kept_documents(self._rows)


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationNode:
    """A registration, in the batch it was read with."""

    row: Registration
    batch: Registrations

    @property
    def public_id(self) -> uuid.UUID:
        return self.row.public_id


class PassRegistration(graphene.ObjectType):
    """L'inscription d'un enfant à une campagne Pass+, par un de ses parents."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    state = graphene.Field(PassRegistrationState, required=True, description="Où elle en est.")
    campaign = graphene.String(required=True, description="Le nom de la campagne.")
    child_id = graphene.ID(required=True, description="L'enfant (UUID).")
    child_first_name = graphene.String(required=True, description="Son prénom.")
    sentences = graphene.List(
        graphene.NonNull(graphene.String),
        required=True,
        description="Ce qu'il s'est passé et ce qu'il y a à faire, en français.",
    )
    answer = graphene.String(description="Les mots de l'agent, s'il en a écrit.")
    asked = graphene.List(
        graphene.NonNull(PassDocumentKind),
        required=True,
        description="Les pièces qu'un agent demande.",
    )
    documents = graphene.List(
        graphene.NonNull(PassDocument), required=True, description="Les pièces encore gardées."
    )
    granted = graphene.Field(Money, description="Le crédit accordé, tous porte-monnaie ensemble.")
    is_automatic = graphene.Boolean(required=True, description="Accordée par les données seules.")
    created_at = graphene.DateTime(required=True, description="Quand elle a été commencée.")
    submitted_at = graphene.DateTime(description="Quand elle a été envoyée.")
    due_at = graphene.DateTime(description="Quand un agent doit avoir répondu.")
    closed_at = graphene.DateTime(description="Quand elle a fini.")

    @staticmethod
    def resolve_id(node: RegistrationNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.row.public_id

    @staticmethod
    def resolve_state(node: RegistrationNode, _info: GraphQLResolveInfo) -> str:
        return str(node.row.state)

    @staticmethod
    def resolve_campaign(node: RegistrationNode, _info: GraphQLResolveInfo) -> str:
        return node.row.campaign.label

    @staticmethod
    def resolve_child_id(node: RegistrationNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.row.pupil.public_id

    @staticmethod
    def resolve_child_first_name(node: RegistrationNode, _info: GraphQLResolveInfo) -> str:
        return node.row.pupil.first_name

    @staticmethod
    def resolve_sentences(node: RegistrationNode, _info: GraphQLResolveInfo) -> tuple[str, ...]:
        return said_of(node.row).sentences

    @staticmethod
    def resolve_answer(node: RegistrationNode, _info: GraphQLResolveInfo) -> str | None:
        return node.row.answer or None

    @staticmethod
    def resolve_asked(node: RegistrationNode, _info: GraphQLResolveInfo) -> list[str]:
        return list(node.row.asked)

    @staticmethod
    def resolve_documents(
        node: RegistrationNode, _info: GraphQLResolveInfo
    ) -> list[RegistrationDocument]:
        return node.batch.documents.get(node.row.pk, [])

    @staticmethod
    def resolve_granted(node: RegistrationNode, _info: GraphQLResolveInfo) -> int | None:
        card = node.row.card
        if card is None:
            return None
        return sum(node.row.campaign.rules.amount_of(Status(card.status)).values())

    @staticmethod
    def resolve_is_automatic(node: RegistrationNode, _info: GraphQLResolveInfo) -> bool:
        return node.row.is_automatic

    @staticmethod
    def resolve_created_at(node: RegistrationNode, _info: GraphQLResolveInfo) -> datetime.datetime:
        return node.row.created_at

    @staticmethod
    def resolve_submitted_at(
        node: RegistrationNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.row.submitted_at

    @staticmethod
    def resolve_due_at(
        node: RegistrationNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.row.due_at

    @staticmethod
    def resolve_closed_at(
        node: RegistrationNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.row.closed_at


PassRegistrationConnection: Any = connection(PassRegistration, "des inscriptions au Pass+")


class PassOffer(graphene.ObjectType):
    """Ce qu'un parent peut faire pour un enfant dans une campagne ouverte."""

    campaign_id = graphene.ID(required=True, description="La campagne (UUID).")
    campaign = graphene.String(required=True, description="Le nom de la campagne.")
    child_id = graphene.ID(required=True, description="L'enfant (UUID).")
    child_first_name = graphene.String(required=True, description="Son prénom.")
    may_begin = graphene.Boolean(required=True, description="L'inscription peut être commencée.")
    has_card = graphene.Boolean(required=True, description="L'enfant a déjà son Pass+.")
    is_under_way = graphene.Boolean(required=True, description="L'autre parent l'a faite.")
    registration_id = graphene.ID(description="L'inscription que la personne a commencée (UUID).")
    why_not = graphene.String(description="Pourquoi l'enfant ne peut pas être inscrit.")

    @staticmethod
    def resolve_campaign_id(offer: Offer, _info: GraphQLResolveInfo) -> uuid.UUID:
        return offer.campaign.public_id

    @staticmethod
    def resolve_campaign(offer: Offer, _info: GraphQLResolveInfo) -> str:
        return offer.campaign.label

    @staticmethod
    def resolve_child_id(offer: Offer, _info: GraphQLResolveInfo) -> uuid.UUID:
        return offer.pupil.public_id

    @staticmethod
    def resolve_child_first_name(offer: Offer, _info: GraphQLResolveInfo) -> str:
        return offer.pupil.first_name

    @staticmethod
    def resolve_has_card(offer: Offer, _info: GraphQLResolveInfo) -> bool:
        return offer.card is not None

    @staticmethod
    def resolve_registration_id(offer: Offer, _info: GraphQLResolveInfo) -> uuid.UUID | None:
        return offer.own.public_id if offer.own else None

    @staticmethod
    def resolve_why_not(offer: Offer, _info: GraphQLResolveInfo) -> str | None:
        if not (offer.in_the_way or offer.is_too_late) or offer.card or offer.own:
            return None
        return why_not(offer.in_the_way, is_too_late=offer.is_too_late)


def registration_node(row: Registration) -> RegistrationNode:
    """One registration by itself."""
    return RegistrationNode(row, Registrations([row]))


def registrations_page(page: Page) -> Page:
    """The same page, its registrations sharing a batch."""
    shared = Registrations(page.nodes)
    return dataclasses.replace(page, nodes=[RegistrationNode(row, shared) for row in page.nodes])
