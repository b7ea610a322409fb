"""Announcements as who they are for reads them, and how that person is told."""

from __future__ import annotations

import dataclasses
import datetime
import uuid

import graphene
from django.urls import reverse
from graphql import GraphQLResolveInfo

from api.types.enumerations import NotificationMode
from tenants.schoollife.announcements import queries
from tenants.schoollife.announcements.access import Reader
from tenants.schoollife.announcements.models import (
    Announcement as AnnouncementRow,
)
from tenants.schoollife.announcements.models import (
    AnnouncementState,
    Attachment,
    PushSubscription,
    Receipt,
)
from ui.announcement_texts import said_by


@dataclasses.dataclass(frozen=True, slots=True)
class AnnouncementNode:
    """An announcement, and what its reader did of it."""

    row: AnnouncementRow
    receipt: Receipt | None


def announcement_nodes(reader: Reader, rows: list[AnnouncementRow]) -> list[AnnouncementNode]:
    """Some announcements of a person, with what they did of each; one query for all."""
    receipts = queries.receipts_of(reader, rows)
    return [AnnouncementNode(row, receipts.get(row.pk)) for row in rows]


class AnnouncementDocument(graphene.ObjectType):
    """Un document joint à une annonce."""

    name = graphene.String(required=True, description="Son nom.")
    path = graphene.String(required=True, description="La page d'ici qui l'ouvre.")

    @staticmethod
    def resolve_path(document: Attachment, _info: GraphQLResolveInfo) -> str:
        return reverse("portal:announcement-document", args=[document.public_id])


class Announcement(graphene.ObjectType):
    """Une annonce du collège ou du département, pour la personne connectée."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    title = graphene.String(required=True, description="Son titre.")
    said_by = graphene.String(required=True, description="Qui l'annonce.")
    body = graphene.String(description="Son texte ; rien si elle a été retirée.")
    published_at = graphene.DateTime(description="Quand elle a été publiée.")
    is_urgent = graphene.Boolean(required=True, description="Vrai si elle est urgente.")
    is_running = graphene.Boolean(required=True, description="Vrai jusqu'à son dernier jour.")
    corrected_at = graphene.DateTime(description="Quand elle a été corrigée, si elle l'a été.")
    correction = graphene.String(description="Ce qui est corrigé.")
    withdrawn_at = graphene.DateTime(description="Quand elle a été retirée, si elle l'a été.")
    is_awaited = graphene.Boolean(
        required=True, description="Vrai si la personne doit encore dire qu'elle a lu."
    )
    read_at = graphene.DateTime(description="Quand la personne l'a lue.")
    acknowledged_at = graphene.DateTime(description="Quand la personne a dit qu'elle l'a lue.")
    documents = graphene.List(
        graphene.NonNull(AnnouncementDocument),
        required=True,
        description="Les documents joints ; aucun si elle a été retirée.",
    )

    @staticmethod
    def resolve_id(node: AnnouncementNode, _info: GraphQLResolveInfo) -> uuid.UUID:
        return node.row.public_id

    @staticmethod
    def resolve_title(node: AnnouncementNode, _info: GraphQLResolveInfo) -> str:
        return node.row.title

    @staticmethod
    def resolve_said_by(node: AnnouncementNode, _info: GraphQLResolveInfo) -> str:
        return said_by(node.row)

    @staticmethod
    def resolve_body(node: AnnouncementNode, _info: GraphQLResolveInfo) -> str | None:
        return None if _is_withdrawn(node) else node.row.body

    @staticmethod
    def resolve_published_at(
        node: AnnouncementNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.row.published_at

    @staticmethod
    def resolve_is_urgent(node: AnnouncementNode, _info: GraphQLResolveInfo) -> bool:
        return node.row.is_urgent

    @staticmethod
    def resolve_is_running(node: AnnouncementNode, info: GraphQLResolveInfo) -> bool:
        return queries.is_running(node.row, on=info.context.today)

    @staticmethod
    def resolve_corrected_at(
        node: AnnouncementNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.row.corrected_at

    @staticmethod
    def resolve_correction(node: AnnouncementNode, _info: GraphQLResolveInfo) -> str | None:
        return None if _is_withdrawn(node) else node.row.correction or None

    @staticmethod
    def resolve_withdrawn_at(
        node: AnnouncementNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.row.withdrawn_at

    @staticmethod
    def resolve_is_awaited(node: AnnouncementNode, _info: GraphQLResolveInfo) -> bool:
        return node.row.is_published and queries.is_awaited(node.row, node.receipt)

    @staticmethod
    def resolve_read_at(
        node: AnnouncementNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.receipt.read_at if node.receipt else None

    @staticmethod
    def resolve_acknowledged_at(
        node: AnnouncementNode, _info: GraphQLResolveInfo
    ) -> datetime.datetime | None:
        return node.receipt.acknowledged_at if node.receipt else None

    @staticmethod
    def resolve_documents(node: AnnouncementNode, _info: GraphQLResolveInfo) -> list[Attachment]:
        return [] if _is_withdrawn(node) else queries.attachments_of(node.row)


def _is_withdrawn(node: AnnouncementNode) -> bool:
    return node.row.state == AnnouncementState.WITHDRAWN


class NotificationPreferences(graphene.ObjectType):
    """Quand la personne est prévenue. Les heures vont de 0 à 23."""

    mode = graphene.Field(NotificationMode, required=True, description="Quand la prévenir.")
    quiet_from = graphene.Int(required=True, description="L'heure où le silence commence.")
    quiet_until = graphene.Int(
        required=True, description="L'heure où il finit ; la même : pas de silence."
    )
    is_quiet_at_weekends = graphene.Boolean(
        required=True, description="Vrai si rien ne part le week-end."
    )


class PushDevice(graphene.ObjectType):
    """Un navigateur de la personne, prévenu quand quelque chose l'attend."""

    id = graphene.ID(required=True, description="Identifiant (UUID).")
    device = graphene.String(
        required=True, description="L'appareil, en mots ; vide quand il est inconnu."
    )
    added_at = graphene.DateTime(required=True, description="Quand il a été ajouté.")

    @staticmethod
    def resolve_id(device: PushSubscription, _info: GraphQLResolveInfo) -> uuid.UUID:
        return device.public_id
