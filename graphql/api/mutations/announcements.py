"""What a person does of the announcements that are for them, and how they want to be told."""

from __future__ import annotations

from typing import Any

import graphene

from api import rules
from api.context import Context
from api.mutations.making import identifier, mutation, words
from api.scalars import public_id
from api.types.announcements import (
    Announcement,
    AnnouncementNode,
    NotificationPreferences,
    PushDevice,
    announcement_nodes,
)
from api.types.enumerations import NotificationMode
from tenants.schoollife.announcements import access, operations, queries
from tenants.schoollife.announcements.models import Announcement as AnnouncementRow
from tenants.schoollife.announcements.moments import Chosen
from tenants.schoollife.announcements.pushing import Reached


def _asked(context: Context, announcement_id: str) -> tuple[AnnouncementRow, access.Reader]:
    user = context.require_user()
    found = access.access_announcement(user, public_id(announcement_id))
    return found, access.access_reader(user)


def _again(context: Context, reader: access.Reader, row: AnnouncementRow) -> AnnouncementNode:
    found = access.access_announcement(context.require_user(), row.public_id)
    return announcement_nodes(reader, [found])[0]


_ANNOUNCEMENT = {"announcement_id": identifier("L'annonce")}
_READ = {"announcement": graphene.Field(Announcement, description="L'annonce, comme elle est.")}


def _note_read(context: Context, *, announcement_id: str) -> dict[str, Any]:
    """The first time alone counts."""
    found, reader = _asked(context, announcement_id)
    operations.note_read(announcement=found, reader=reader, at=context.at)
    return {"announcement": _again(context, reader, found)}


MarkAnnouncementRead = mutation(
    _note_read,
    name="MarkAnnouncementRead",
    rule=rules.by_object,
    asked="Une annonce que la personne vient de lire.",
    takes=_ANNOUNCEMENT,
    gives=_READ,
    about={"NOT_FOUND": "announcement_id"},
)


def _acknowledge(context: Context, *, announcement_id: str) -> dict[str, Any]:
    """For oneself; again changes nothing."""
    found, reader = _asked(context, announcement_id)
    operations.acknowledge(announcement=found, reader=reader, actor=context.actor, at=context.at)
    return {"announcement": _again(context, reader, found)}


AcknowledgeAnnouncement = mutation(
    _acknowledge,
    name="AcknowledgeAnnouncement",
    rule=rules.by_object,
    asked="Une annonce qui demande de dire qu'on l'a lue.",
    takes=_ANNOUNCEMENT,
    gives=_READ,
    about={
        "NOT_FOUND": "announcement_id",
        "ANNOUNCEMENTS_NOT_PUBLISHED": "announcement_id",
        "ANNOUNCEMENTS_NO_ACKNOWLEDGEMENT_ASKED": "announcement_id",
    },
)


def _choose(context: Context, *, mode: Any, **chosen: Any) -> dict[str, Any]:
    """What waits already keeps its moment."""
    user = context.require_user()
    operations.choose(
        user=user,
        chosen=Chosen(mode=getattr(mode, "value", mode), **chosen),
        actor=context.actor,
        at=context.at,
    )
    return {"preferences": queries.preference_of(user)}


SetNotificationPreferences = mutation(
    _choose,
    name="SetNotificationPreferences",
    rule=rules.by_object,
    asked="Quand la personne veut être prévenue.",
    takes={
        "mode": graphene.InputField(NotificationMode, required=True, description="Quand."),
        "quiet_from": graphene.Int(required=True, description="Le silence commence, de 0 à 23."),
        "quiet_until": graphene.Int(
            required=True, description="Le silence finit ; la même heure : pas de silence."
        ),
        "is_quiet_at_weekends": graphene.Boolean(
            required=True, description="Vrai si rien ne part le week-end."
        ),
    },
    gives={
        "preferences": graphene.Field(
            NotificationPreferences, description="Ce qui est choisi maintenant."
        )
    },
    about={"ANNOUNCEMENTS_HOURS_REFUSED": "quiet_from"},
)


def _add(context: Context, *, endpoint: str, p256dh: str, auth: str, device: str) -> dict[str, Any]:
    """Given again it is the same."""
    made = operations.add_device(
        user=context.require_user(),
        reached=Reached(endpoint=endpoint, p256dh=p256dh, auth=auth),
        device=device,
        actor=context.actor,
        at=context.at,
    )
    return {"device": made}


AddPushDevice = mutation(
    _add,
    name="AddPushDevice",
    rule=rules.by_object,
    asked="Un navigateur qui s'est abonné, comme `PushSubscription.toJSON()` le dit.",
    takes={
        "endpoint": words("L'adresse de son service de notifications, en https."),
        "p256dh": words("Sa clé publique."),
        "auth": words("Son secret partagé."),
        "device": words("Comment la personne le reconnaît."),
    },
    gives={"device": graphene.Field(PushDevice, description="L'appareil.")},
    about={"ANNOUNCEMENTS_DEVICE_REFUSED": "endpoint"},
)


def _remove(context: Context, *, device_id: str) -> dict[str, Any]:
    """It is told no more."""
    found = access.access_device(context.require_user(), public_id(device_id))
    operations.remove_device(device=found, actor=context.actor, at=context.at)
    return {}


RemovePushDevice = mutation(
    _remove,
    name="RemovePushDevice",
    rule=rules.by_object,
    asked="Un appareil à soi.",
    takes={"device_id": identifier("L'appareil")},
    gives={},
    about={"NOT_FOUND": "device_id"},
)
