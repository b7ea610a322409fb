"""Handlers that tell people of announcements: an e-mail, the digest of an evening, a word on a device.

What is told is looked at when it is: nothing of an announcement that was withdrawn, read already, or that a
judge took from its reader meanwhile. An e-mail has the title and a link, never the text. A device is told
that something waits, and nothing of anybody.
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
from ui import mail
from ui.announcement_texts import PUSHED

_TEMPLATES = {
    NoticeKind.ANNOUNCEMENT: "announcement",
    NoticeKind.CORRECTION: "announcement_corrected",
    NoticeKind.REMINDER: "announcement_reminder",
}


@handles("announcements.notice.due")
def write_of_announcement(event: OutboxEvent) -> None:
    """Write to a person of one announcement, if they have still to read it."""
    notice = queries.notice_by_id(event.payload["notice_id"])
    if notice is None:
        return
    announcement = _to_tell(notice)
    if announcement is None:
        return
    path = reverse("portal:announcement", args=[announcement.public_id])
    _write(
        _TEMPLATES[NoticeKind(notice.kind)],
        notice.user,
        event,
        path=path,
        announcement=announcement,
    )


@handles("announcements.digest.made")
def write_digest(event: OutboxEvent) -> None:
    """Write to a person of all that waits since the last time, if something still does."""
    digest = queries.digest_by_id(event.payload["digest_id"])
    if digest is None:
        return
    told = {found.pk: found for notice in queries.notices_of(digest) if (found := _to_tell(notice))}
    if told:
        _write(
            "announcement_digest",
            digest.user,
            event,
            path=reverse("portal:announcements"),
            announcements=list(told.values()),
        )


@handles("announcements.push.due")
def push_to_device(event: OutboxEvent) -> None:
    """Tell a device that something waits, unless nothing does, or it was removed."""
    device = queries.device_by_id(event.payload["device_id"])
    notice = queries.notice_by_id(event.payload["notice_id"])
    if device is None or notice is None or _to_tell(notice) is None:
        return
    said = {"title": str(PUSHED), "path": reverse("portal:announcements")}
    operations.push(
        device=device,
        payload=json.dumps(said, ensure_ascii=False),
        contact=mail.portal_address(""),
        at=timezone.now(),
    )


def _to_tell(notice: Notice) -> Announcement | None:
    """What a notice is about, if its person may read it and did not."""
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
