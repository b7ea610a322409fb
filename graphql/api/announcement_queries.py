"""What is read of announcements and notifications: a part of `api.queries.Query`."""

from __future__ import annotations

import graphene
from graphql import GraphQLResolveInfo

from api import rules
from api.limits import LIST_LENGTHS
from api.paging import id_of
from api.scalars import public_id
from api.types.announcements import (
    Announcement,
    AnnouncementNode,
    NotificationPreferences,
    PushDevice,
    announcement_nodes,
)
from tenants.schoollife.announcements import access, pushing, queries
from tenants.schoollife.announcements.models import PushSubscription
from tenants.schoollife.announcements.moments import Chosen

ANNOUNCEMENTS_SHOWN = LIST_LENGTHS["Query.announcements"]


class AnnouncementQuery(graphene.ObjectType):
    """What the collège and the département announce to the person who asks, and how they are told."""

    announcements = graphene.List(
        graphene.NonNull(Announcement),
        required=True,
        description="Les annonces pour la personne connectée, la dernière d'abord.",
    )
    announcement = graphene.Field(
        Announcement,
        id=id_of("L'annonce"),
        description="Une annonce pour la personne connectée. La lire ici ne la marque pas lue.",
    )
    notification_preferences = graphene.Field(
        NotificationPreferences,
        required=True,
        description="Quand la personne connectée est prévenue.",
    )
    push_devices = graphene.List(
        graphene.NonNull(PushDevice),
        required=True,
        description="Ses appareils prévenus, le dernier ajouté d'abord.",
    )
    push_key = graphene.String(
        required=True,
        description="La clé publique avec laquelle un navigateur s'abonne (RFC 8292).",
    )

    @staticmethod
    @rules.by_object
    def resolve_announcements(_root: None, info: GraphQLResolveInfo) -> list[AnnouncementNode]:
        user = info.context.require_user()
        reader = access.reader_of(user)
        rows = list(access.readable_announcements(user)[:ANNOUNCEMENTS_SHOWN])
        return announcement_nodes(reader, rows) if reader else []

    @staticmethod
    @rules.by_object
    def resolve_announcement(
        _root: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
    ) -> AnnouncementNode:
        user = info.context.require_user()
        row = access.access_announcement(user, public_id(id))
        return announcement_nodes(access.access_reader(user), [row])[0]

    @staticmethod
    @rules.by_object
    def resolve_notification_preferences(_root: None, info: GraphQLResolveInfo) -> Chosen:
        return queries.preference_of(info.context.require_user())

    @staticmethod
    @rules.by_object
    def resolve_push_devices(_root: None, info: GraphQLResolveInfo) -> list[PushSubscription]:
        return queries.devices_of(info.context.require_user())

    @staticmethod
    @rules.by_object
    def resolve_push_key(_root: None, info: GraphQLResolveInfo) -> str:
        info.context.require_user()
        return pushing.public_key(at=info.context.at)
