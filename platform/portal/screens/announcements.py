"""What the pages of announcements show: a list, one of them, and how one is told."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from tenants.schoollife.announcements import access, queries
from tenants.schoollife.announcements.models import (
    Announcement,
    AnnouncementState,
    Attachment,
    PastVersion,
)
from ui.announcement_texts import said_by

if TYPE_CHECKING:
    from tenants.accounts.models import User

SHOWN = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """An announcement in the list."""

    public_id: uuid.UUID
    title: str
    said_by: str
    published_at: datetime.datetime | None
    is_urgent: bool
    is_new: bool
    is_awaited: bool
    is_withdrawn: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Shelves:
    """Those that run, and those that are over."""

    running: tuple[Line, ...]
    over: tuple[Line, ...]


def shelves_of(user: User, *, on: datetime.date) -> Shelves:
    """What was addressed to a person, latest first."""
    found = list(access.readable_announcements(user)[:SHOWN])
    reader = access.reader_of(user)
    receipts = queries.receipts_of(reader, found) if reader else {}
    lines = [
        (
            queries.is_running(one, on=on),
            Line(
                public_id=one.public_id,
                title=one.title,
                said_by=said_by(one),
                published_at=one.published_at,
                is_urgent=one.is_urgent,
                is_new=one.is_published and one.pk not in receipts,
                is_awaited=one.is_published and queries.is_awaited(one, receipts.get(one.pk)),
                is_withdrawn=one.state == AnnouncementState.WITHDRAWN,
            ),
        )
        for one in found
    ]
    return Shelves(
        running=tuple(line for is_running, line in lines if is_running),
        over=tuple(line for is_running, line in lines if not is_running),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """One announcement, for who reads it."""

    announcement: Announcement
    said_by: str
    paragraphs: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    past_versions: tuple[PastVersion, ...]
    is_awaited: bool
    acknowledged_at: datetime.datetime | None

    @property
    def is_withdrawn(self) -> bool:
        return self.announcement.state == AnnouncementState.WITHDRAWN


def sheet_of(announcement: Announcement, reader: access.Reader) -> Sheet:
    """What a person reads of one announcement; of one that was withdrawn, only that it was."""
    receipt = queries.receipts_of(reader, [announcement]).get(announcement.pk)
    is_published = announcement.is_published
    return Sheet(
        announcement=announcement,
        said_by=said_by(announcement),
        paragraphs=_paragraphs(announcement.body) if is_published else (),
        attachments=tuple(queries.attachments_of(announcement)) if is_published else (),
        past_versions=tuple(queries.past_versions_of(announcement)) if is_published else (),
        is_awaited=is_published and queries.is_awaited(announcement, receipt),
        acknowledged_at=receipt.acknowledged_at if receipt else None,
    )


def _paragraphs(body: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in body.splitlines() if line.strip())


def hours() -> list[tuple[int, str]]:
    """The hours one may choose, as they are said."""
    return [(hour, _("%(hour)s h") % {"hour": hour}) for hour in range(24)]
