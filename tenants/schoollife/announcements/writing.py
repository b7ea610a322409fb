"""Write an announcement, change it while it is a draft, add documents; correct and withdraw it afterwards."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from django.db import transaction

from commons import kept_documents, uploads
from commons.actors import Actor
from commons.audit import record_audit
from commons.uploads import Readable
from tenants.people.models import College, Level, SchoolClass
from tenants.schoollife.announcements import notifying
from tenants.schoollife.announcements.models import (
    Announcement,
    AnnouncementState,
    Attachment,
    PastVersion,
    TargetClass,
)
from tenants.schoollife.announcements.notice_models import NoticeKind
from tenants.schoollife.announcements.refusals import (
    ForeignClass,
    NoAudience,
    NotDraft,
    NothingCorrected,
    NotPublished,
    TooManyAttachments,
)

MOST_ATTACHMENTS = 5


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """What is said, and what is asked of who reads it. `shown_until` is excluded."""

    title: str
    body: str
    asks_acknowledgement: bool = False
    shown_until: datetime.date | None = None
    urgent_reason: str = ""  # not empty: it is urgent


@dataclasses.dataclass(frozen=True, slots=True)
class Audience:
    """For whom: without levels nor classes, for the whole place."""

    is_for_guardians: bool = True
    is_for_pupils: bool = False
    levels: Sequence[str] = ()
    classes: Sequence[SchoolClass] = ()


@transaction.atomic(durable=True)
def write(
    *,
    college: College | None,
    text: Text,
    audience: Audience,
    actor: Actor,
    at: datetime.datetime,
) -> Announcement:
    """
    Write a draft for a collège, or for all of them as the département (None). Nobody is told.

    :raises NoAudience: if it is for neither guardians nor pupils
    :raises ForeignClass: if a class is of another collège
    """
    _check(college, audience)
    announcement = Announcement(
        college=college, written_at=at, actor_kind=actor.kind, actor_id=actor.id
    )
    _fill(announcement, text, audience)
    announcement.save()
    _set_classes(announcement, audience)
    write_down("written", announcement, actor=actor, at=at)
    return announcement


@transaction.atomic(durable=True)
def rewrite(
    *,
    announcement: Announcement,
    text: Text,
    audience: Audience,
    actor: Actor,
    at: datetime.datetime,
) -> Announcement:
    """
    Change a draft.

    :raises NotDraft: if it is a draft no more
    :raises NoAudience: if it is for neither guardians nor pupils
    :raises ForeignClass: if a class is of another collège
    """
    locked = lock(announcement)
    if locked.state != AnnouncementState.DRAFT:
        raise NotDraft
    _check(locked.college, audience)
    _fill(locked, text, audience)
    locked.save()
    locked.target_classes.all().delete()
    _set_classes(locked, audience)
    write_down("rewritten", locked, actor=actor, at=at)
    return locked


def attach(
    *,
    announcement: Announcement,
    stream: Readable,
    declared_name: str,
    actor: Actor,
    at: datetime.datetime,
) -> Attachment:
    """
    Add a document to an announcement that is not withdrawn; the same bytes again change nothing.

    :raises UploadRefused: if it may not be kept
    :raises TooManyAttachments: if there are `MOST_ATTACHMENTS`
    :raises NotPublished: if it was withdrawn
    """
    upload = uploads.receive(stream, declared_name=declared_name)
    stored = uploads.store(upload)
    with transaction.atomic(durable=True):
        locked = lock(announcement)
        if locked.state == AnnouncementState.WITHDRAWN:
            raise NotPublished
        standing = Attachment.objects.filter(announcement=locked, deleted_at__isnull=True)
        if same := kept_documents.same_as(stored, standing):
            return same
        if standing.count() >= MOST_ATTACHMENTS:
            raise TooManyAttachments(most=MOST_ATTACHMENTS)
        made = Attachment.objects.create(
            announcement=locked,
            name=upload.declared_name,
            **kept_documents.described(stored, at=at),
        )
        write_down("completed", locked, actor=actor, at=at, document=str(made.public_id))
        return made


@transaction.atomic(durable=True)
def correct(
    *,
    announcement: Announcement,
    title: str,
    body: str,
    correction: str,
    asks_again: bool,
    actor: Actor,
    at: datetime.datetime,
) -> Announcement:
    """
    Publish another text in place of the one that is read; the page says so, and keeps the former.

    Everybody it was addressed to is told again.

    :param correction: what was wrong, in a sentence for who reads
    :param asks_again: those who said that they read it are asked once more
    :raises NotPublished: if it is not published
    :raises NothingCorrected: if nothing differs
    """
    locked = lock(announcement)
    if not locked.is_published:
        raise NotPublished
    if (locked.title, locked.body) == (title, body):
        raise NothingCorrected
    PastVersion.objects.create(
        announcement=locked,
        number=locked.version,
        title=locked.title,
        body=locked.body,
        replaced_at=at,
    )
    locked.title, locked.body, locked.correction = title, body, correction
    locked.version, locked.corrected_at = locked.version + 1, at
    if asks_again:
        locked.asked_version = locked.version
    locked.save(
        update_fields=["title", "body", "correction", "version", "corrected_at", "asked_version"]
    )
    told = notifying.tell_again(
        locked, kind=NoticeKind.CORRECTION, turn=locked.version, is_for_everybody=True, at=at
    )
    write_down("corrected", locked, actor=actor, at=at, version=locked.version, told=told)
    return locked


@transaction.atomic(durable=True)
def withdraw(
    *, announcement: Announcement, reason: str, actor: Actor, at: datetime.datetime
) -> Announcement:
    """
    Take an announcement back: who was told still sees that there was one, and why there is none.

    A scheduled one is withdrawn before anybody is told.

    :raises NotPublished: if it is a draft, or withdrawn already
    """
    locked = lock(announcement)
    if locked.state not in (AnnouncementState.SCHEDULED, AnnouncementState.PUBLISHED):
        raise NotPublished
    locked.state, locked.withdrawn_at, locked.withdrawn_reason = (
        AnnouncementState.WITHDRAWN, at, reason,
    )  # fmt: skip
    locked.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    write_down("withdrawn", locked, actor=actor, at=at)
    return locked


def lock(announcement: Announcement) -> Announcement:
    """Be the only one to act on an announcement, to the end of the transaction."""
    return (
        Announcement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("college")
        .get(pk=announcement.pk)
    )


def write_down(
    what: str, announcement: Announcement, *, actor: Actor, at: datetime.datetime, **details: object
) -> None:
    """The journal's line of what was done to an announcement."""
    record_audit(
        actor=actor,
        action=f"announcements.announcement.{what}",
        subject_type="announcement",
        subject_id=announcement.public_id,
        at=at,
        **details,
    )


def _check(college: College | None, audience: Audience) -> None:
    if not (audience.is_for_guardians or audience.is_for_pupils):
        raise NoAudience
    if any(college is None or one.college_id != college.pk for one in audience.classes):
        raise ForeignClass


def _fill(announcement: Announcement, text: Text, audience: Audience) -> None:
    announcement.title, announcement.body = text.title.strip(), text.body.strip()
    announcement.asks_acknowledgement = text.asks_acknowledgement
    announcement.shown_until = text.shown_until
    announcement.urgent_reason = text.urgent_reason.strip()
    announcement.is_urgent = bool(announcement.urgent_reason)
    announcement.is_for_guardians = audience.is_for_guardians
    announcement.is_for_pupils = audience.is_for_pupils
    known = set(Level.values)
    announcement.levels = [level for level in audience.levels if level in known]


def _set_classes(announcement: Announcement, audience: Audience) -> None:
    TargetClass.objects.bulk_create(
        TargetClass(announcement=announcement, school_class=one) for one in audience.classes
    )
