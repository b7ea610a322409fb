"""Announcements: one that a collège published, a draft, a document, a device, letters; and the acts."""

from __future__ import annotations

import datetime
from typing import Any

from commons import kept_documents
from commons.actors import Actor
from tenants.accounts.models import User
from tenants.schoollife.announcements import printing, pushing
from tenants.schoollife.announcements.access import Place
from tenants.schoollife.announcements.models import Attachment
from tenants.schoollife.announcements.moments import Terms
from tenants.schoollife.announcements.operations import (
    add_device,
    print_letters,
    publish,
    set_terms,
    write,
)
from tenants.schoollife.announcements.writing import Audience, Text
from tests.factories.canteen import Family
from tests.factories.push import browser
from tests.factories.rights import stored
from tests.factories.tariffs import ACTOR

_OTHER = browser("http://127.0.0.1:9/push/2").reached
_KEYS = f'p256dh: "{_OTHER.p256dh}", auth: "{_OTHER.auth}"'
PARAMETERS = {
    "announcement": "announcement",
    "announcement-acknowledge": "announcement",
    "announcement-attach": "announcement",
    "announcement-document": "announcement_document",
    "announcement-letters-document": "announcement_letters",
    "device-remove": "push_device",
}
ARGUMENTS = {"announcement": "announcement"}
MUTATIONS = {
    "markAnnouncementRead": ("announcement", "announcementId: $id"),
    "acknowledgeAnnouncement": ("announcement", "announcementId: $id"),
    "setNotificationPreferences": (
        "announcement",
        "mode: DIGEST, quietFrom: 20, quietUntil: 7, isQuietAtWeekends: true",
    ),
    "addPushDevice": (
        "announcement",
        f'endpoint: "{_OTHER.endpoint}", device: "Firefox", {_KEYS}',
    ),
    "removePushDevice": ("push_device", "deviceId: $id"),
}
_TEXT = {"title": "Photo de classe", "body": "Souriez.", "profiles": ["GUARDIANS"]}
ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "write-announcement": (("announcing_college",), _TEXT),
    "rewrite-announcement": (("announcement_draft",), _TEXT),
    "publish-announcement": (("announcement_draft",), {}),
    "schedule-announcement": (("announcement_draft",), {"day": "2024-11-12", "hour": "8"}),
    "correct-announcement": (
        ("announcement",),
        {"title": "Sortie", "body": "Vendredi.", "correction": "Le jour a changé."},
    ),
    "withdraw-announcement": (("announcement",), {"reason": "Erreur"}),
    "remind-readers": (("announcement",), {}),
    "print-announcement": (("announcement",), {"choice": "NOT_READ"}),
    "set-notification-defaults": (
        (),
        {
            "mode": "DIGEST",
            "quiet_from": "20",
            "quiet_until": "7",
            "digest_hour": "18",
            "urgent_per_week": "2",
        },
    ),
}
FORMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "an announcement said to be read": ("portal:announcement-acknowledge", "announcement", {}),
    "notifications chosen": (
        "portal:notifications",
        "",
        {"mode": "DIGEST", "quiet_from": "20", "quiet_until": "7"},
    ),
    "a device taken away": ("portal:device-remove", "push_device", {}),
}


NOTHING_YET = (
    *(f"announcement.{name}" for name in ("acknowledgedAt", "correctedAt", "correction", "readAt")),
    *(
        f"announcements.{name}"
        for name in ("acknowledgedAt", "correctedAt", "correction", "readAt")
    ),
    "announcement.withdrawnAt",
    "announcements.withdrawnAt",
)


def announced(family: Family, users: dict[str, User], *, at: datetime.datetime) -> dict[str, Any]:
    """The objects, made by the secretary of the family's collège."""
    pushing.public_key(at=at)  # made when it is first asked for, whoever asks
    secretary = Actor.user(users["secretary"])
    made = {
        name: write(
            college=family.college,
            text=Text(title="Sortie", body="Jeudi.", asks_acknowledgement=True),
            audience=Audience(is_for_pupils=True),
            actor=secretary,
            at=at,
        )
        for name in ("announcement", "announcement_draft", "announcement_printed")
    }
    for name in ("announcement", "announcement_printed"):
        publish(announcement=made[name], actor=secretary, at=at)
        made[name].refresh_from_db()
    document = Attachment.objects.create(
        announcement=made["announcement"],
        name="programme.pdf",
        **kept_documents.described(stored(), at=at),
    )
    printed = made.pop("announcement_printed")
    letters = print_letters(
        announcement=printed,
        homes=printing.homes_to_print(printed, choice="NOT_READ", colleges=None, on=at.date()),
        typeset=lambda *_told: b"%PDF",
        actor=secretary,
        at=at,
    )
    device = add_device(
        user=users["family"],
        reached=browser("http://127.0.0.1:9/push/1").reached,
        device="Firefox sur Linux",
        actor=ACTOR,
        at=at,
    )
    set_terms(terms=Terms(), actor=ACTOR, at=at)
    return made | {
        "announcement_document": document,
        "announcement_letters": letters,
        "push_device": device,
        "announcing_college": Place(family.college),
    }
