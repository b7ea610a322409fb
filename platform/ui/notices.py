"""Handlers that tell people what waits for them: an e-mail, the digest of an evening, a word on a device.

What is told is looked at when it is: nothing of an announcement that was withdrawn, nor of what was read
already, or that a judge took from its reader meanwhile. An e-mail has a title or a name and a link, never
the text. A device is told that something waits, and nothing of anybody.
"""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from django.utils import timezone

from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.accounts.models import User
from tenants.schoollife.announcements import operations, queries
from tenants.schoollife.announcements.access import readable_by, reader_of
from tenants.schoollife.announcements.models import Announcement, Notice
from tenants.schoollife.announcements.notice_models import NoticeKind
from tenants.schoollife.announcements.notifying import unsubscribe_token
from tenants.schoollife.messages import queries as messages
from ui import mail, school_messages
from ui.announcement_texts import PUSHED

_TEMPLATES = {
    NoticeKind.ANNOUNCEMENT: "announcement",
    NoticeKind.CORRECTION: "announcement_corrected",
    NoticeKind.REMINDER: "announcement_reminder",
}


@handles("announcements.notice.due")
def write_of_one(event: OutboxEvent) -> None:
    """Write to a person of one announcement, or of a message, if they have still to read it."""
    notice = queries.notice_by_id(event.payload["notice_id"])
    if notice is None:
        return
    if notice.kind == NoticeKind.MESSAGE:
        found = messages.waiting_message(notice.user, notice.subject)
        if found is not None:
            school_messages.write_of(*found, event)
        return
    announcement = _to_tell(notice)
    if announcement is not None:
        path = reverse("portal:announcement", args=[announcement.public_id])
        template = _TEMPLATES[NoticeKind(notice.kind)]
        _write(template, notice.user, event, path=path, announcement=announcement)


@handles("announcements.digest.made")
def write_digest(event: OutboxEvent) -> None:
    """Write to a person of all that waits since the last time, if something still does."""
    digest = queries.digest_by_id(event.payload["digest_id"])
    if digest is None:
        return
    announcements: dict[int, Announcement] = {}
    threads: list[dict[str, Any]] = []
    for notice in queries.notices_of(digest):
        if notice.kind == NoticeKind.MESSAGE:
            waiting = messages.waiting_message(notice.user, notice.subject)
            threads += [school_messages.told_of(*waiting)] if waiting else []
        elif (found := _to_tell(notice)) is not None:
            announcements[found.pk] = found
    if announcements or threads:
        _write(
            "digest",
            digest.user,
            event,
            path=reverse("portal:announcements" if announcements else "portal:messages"),
            announcements=list(announcements.values()),
            threads=threads,
            threads_url=mail.portal_address(reverse("portal:messages")),
        )


@handles("announcements.push.due")
def push_to_device(event: OutboxEvent) -> None:
    """Tell a device that something waits, unless nothing does, or it was removed."""
    device = queries.device_by_id(event.payload["device_id"])
    notice = queries.notice_by_id(event.payload["notice_id"])
    path = _waiting_at(notice) if notice else None
    if device is None or path is None:
        return
    operations.push(
        device=device,
        payload=json.dumps({"title": str(PUSHED), "path": path}, ensure_ascii=False),
        contact=mail.portal_address(""),
        at=timezone.now(),
    )


def _waiting_at(notice: Notice) -> str | None:
    """The page where what a notice is about is read, if it still waits."""
    if notice.kind == NoticeKind.MESSAGE:
        waits = messages.waiting_message(notice.user, notice.subject) is not None
        return reverse("portal:messages") if waits else None
    return reverse("portal:announcements") if _to_tell(notice) else None


def _to_tell(notice: Notice) -> Announcement | None:
    """The announcement that a notice is about, if its person may read it and did not."""
    announcement = queries.announcement_by_public_id(notice.subject)
    reader = reader_of(notice.user)
    if announcement is None or reader is None or not announcement.is_published:
        return None
    if not readable_by(reader, on=timezone.localdate()).filter(pk=announcement.pk).exists():
        return None
    if notice.kind == NoticeKind.CORRECTION:
        return announcement
    receipt = queries.receipts_of(reader, [announcement]).get(announcement.pk)
    is_done = receipt is not None and not queries.is_awaited(announcement, receipt)
    return None if is_done else announcement


def _write(name: str, user: User, event: OutboxEvent, *, path: str, **more: Any) -> None:
    if not user.email or not user.is_active:
        return
    recipient = mail.Recipient(email=user.email, first_name=user.get_short_name())
    leave = mail.portal_address(
        reverse("portal:notifications-leave", args=[unsubscribe_token(user)])
    )
    context = {"action_url": mail.portal_address(path), "leave_url": leave, **more}
    part = str(user.public_id)
    message = mail.compose(name, event=event, recipient=recipient, part=part, context=context)
    message.extra_headers |= {  # one click, signed out (RFC 2369, RFC 8058)
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    message.send()
