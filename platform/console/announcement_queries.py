"""The pages of announcements, read at once."""

from __future__ import annotations

import dataclasses
import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from console import acts
from console.acts import Act
from tenants.people.models import Level
from tenants.schoollife.announcements import queries
from tenants.schoollife.announcements.access import (
    Place,
    announces_for_all,
    announcing_colleges,
    followed_colleges,
    own_announcements,
    own_batches,
)
from tenants.schoollife.announcements.models import (
    Announcement,
    AnnouncementState,
    Attachment,
    LetterBatch,
    PastVersion,
)
from tenants.schoollife.announcements.queries import AudienceSize, FamilyLine, Follow

if TYPE_CHECKING:
    from tenants.accounts.models import User

SHOWN_BATCHES = 50
OWN_ACTS = (
    "publish-announcement",
    "schedule-announcement",
    "rewrite-announcement",
    "remind-readers",
    "correct-announcement",
    "withdraw-announcement",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Button:
    """An act offered on a page, and its address."""

    act: Act
    url: str


@dataclasses.dataclass(frozen=True, slots=True)
class FollowPage:
    """An announcement, who it is for, and who has read it."""

    announcement: Announcement
    is_own: bool
    buttons: tuple[Button, ...]
    levels: tuple[str, ...]
    classes: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    past_versions: tuple[PastVersion, ...]
    size: AudienceSize | None  # of a draft
    follow: Follow | None
    families: tuple[FamilyLine, ...]
    class_id: int | None

    @property
    def may_attach(self) -> bool:
        return self.is_own and self.announcement.state != AnnouncementState.WITHDRAWN


def follow_page(
    user: User, announcement: Announcement, *, class_key: str, at: datetime.datetime
) -> FollowPage:
    """What the page of an announcement shows: a draft's audience, or who has read what is published."""
    on, colleges = timezone.localdate(at), followed_colleges(user)
    was_published = announcement.published_at is not None
    follow = queries.follow(announcement, colleges=colleges, on=on) if was_published else None
    class_id = _class_of(follow, class_key)
    labels = dict(Level.choices)
    is_own = own_announcements(user).filter(pk=announcement.pk).exists()
    return FollowPage(
        announcement=announcement,
        is_own=is_own,
        buttons=_buttons(announcement, is_own=is_own),
        levels=tuple(str(labels[level]) for level in announcement.levels),
        classes=tuple(one.name for one in queries.classes_of(announcement)),
        attachments=tuple(queries.attachments_of(announcement)),
        past_versions=tuple(queries.past_versions_of(announcement)),
        size=None if was_published else queries.audience_size(announcement, on=on),
        follow=follow,
        families=tuple(
            queries.families(announcement, colleges=colleges, on=on, class_id=class_id)
            if class_id is not None
            else ()
        ),
        class_id=class_id,
    )


def _class_of(follow: Follow | None, class_key: str) -> int | None:
    """The class that was asked for, among those shown; else the first."""
    known = [one.class_id for one in follow.classes if one.class_id] if follow else []
    asked = [one for one in known if str(one) == class_key]
    return next(iter(asked or known), None)


def _buttons(announcement: Announcement, *, is_own: bool) -> tuple[Button, ...]:
    names = (*(OWN_ACTS if is_own else ()), "print-announcement")
    found = (acts.find(name) for name in names)
    return tuple(
        Button(act, acts.url_for(act.name, announcement))
        for act in found
        if act.is_offered(announcement)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class PlaceLine:
    """Somewhere one announces for, and where one writes."""

    name: str  # empty: all collèges
    url: str


def places_of(user: User) -> tuple[PlaceLine, ...]:
    """Where a user announces: the département first."""
    everywhere = [Place(None)] if announces_for_all(user) else []
    places = [*everywhere, *map(Place, announcing_colleges(user))]
    return tuple(
        PlaceLine(
            name=place.college.name if place.college else "",
            url=acts.url_for("write-announcement", place),
        )
        for place in places
    )


@dataclasses.dataclass(frozen=True, slots=True)
class BatchLine:
    """Letters one had printed; `is_kept` while they can be opened."""

    batch: LetterBatch
    title: str
    is_kept: bool


def batches_of(user: User, *, at: datetime.datetime) -> tuple[BatchLine, ...]:
    """What a user had printed, latest first."""
    rows = own_batches(user).select_related("announcement")[:SHOWN_BATCHES]
    return tuple(BatchLine(row, row.announcement.title, at < row.kept_until) for row in rows)
