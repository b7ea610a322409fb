"""Publish: fix whom an announcement is for, and ask that they be told, in one statement.

While it runs, `complete_running` adds whoever has joined its audience since: nobody is taken off. Urgent
announcements are counted under a lock: a collège, or the département, has a few a week.
"""

from __future__ import annotations

import datetime
import logging

from django.db import connection, transaction
from django.utils import timezone

from commons.actors import Actor
from commons.errors import DomainError
from tenants.schoollife.announcements import notifying, queries, statements
from tenants.schoollife.announcements.models import Announcement, AnnouncementState, Notice
from tenants.schoollife.announcements.notice_models import NoticeKind
from tenants.schoollife.announcements.refusals import (
    EverybodyRead,
    NobodyThere,
    NotDraft,
    NotPublished,
    OverBeforeShown,
    RemindedToday,
    ScheduledInThePast,
    TooManyUrgent,
)
from tenants.schoollife.announcements.writing import lock, write_down

logger = logging.getLogger(__name__)

WEEK = datetime.timedelta(days=7)
LASTS = datetime.timedelta(days=60)  # what is given no last day
CLOCK = Actor.system("clock")
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('announcements.urgent'), hashtext(current_schema()))"


@transaction.atomic(durable=True)
def publish(*, announcement: Announcement, actor: Actor, at: datetime.datetime) -> int:
    """
    Publish a draft now; how many recipients it has (a guardian counts once for each child).

    :raises NotDraft: if it is a draft no more
    :raises NobodyThere: if its audience has nobody
    :raises OverBeforeShown: if its last day is over
    :raises TooManyUrgent: if it is urgent and there were enough of these this week
    """
    locked = lock(announcement)
    if locked.state not in (AnnouncementState.DRAFT, AnnouncementState.SCHEDULED):
        raise NotDraft
    return _open(locked, actor=actor, at=at)


@transaction.atomic(durable=True)
def schedule(
    *,
    announcement: Announcement,
    publish_at: datetime.datetime,
    actor: Actor,
    at: datetime.datetime,
) -> Announcement:
    """
    Have a draft published at a moment; whom it is for is fixed then.

    :raises NotDraft: if it is a draft no more
    :raises ScheduledInThePast: if that moment is over
    :raises OverBeforeShown: if its last day is before
    """
    locked = lock(announcement)
    if locked.state != AnnouncementState.DRAFT:
        raise NotDraft
    if publish_at <= at:
        raise ScheduledInThePast
    _check_days(locked, at=publish_at)
    locked.state, locked.publish_at = AnnouncementState.SCHEDULED, publish_at
    locked.save(update_fields=["state", "publish_at"])
    write_down("scheduled", locked, actor=actor, at=at)
    return locked


def publish_due(*, at: datetime.datetime) -> int:
    """Publish the scheduled ones whose moment has come; how many. What cannot be is a draft again."""
    done = 0
    for announcement in queries.scheduled(at=at):
        try:
            publish(announcement=announcement, actor=CLOCK, at=at)
        except NotDraft:
            continue  # another clock, or somebody, was first
        except DomainError as error:
            _put_back(announcement, code=error.code, at=at)
        else:
            done += 1
    return done


@transaction.atomic(durable=True)
def _put_back(announcement: Announcement, *, code: str, at: datetime.datetime) -> None:
    locked = lock(announcement)
    if locked.state != AnnouncementState.SCHEDULED:
        return
    locked.state = AnnouncementState.DRAFT
    locked.save(update_fields=["state"])
    write_down("put_back", locked, actor=CLOCK, at=at, code=code)


def _open(announcement: Announcement, *, actor: Actor, at: datetime.datetime) -> int:
    """In the caller's transaction, on a row that is locked."""
    _check_days(announcement, at=at)
    if announcement.is_urgent:
        _check_urgent(announcement, at=at)
    added, asked = _address(announcement, at=at)
    if not added:
        raise NobodyThere
    announcement.state, announcement.published_at = AnnouncementState.PUBLISHED, at
    announcement.shown_until = announcement.shown_until or timezone.localdate(at) + LASTS
    announcement.save(update_fields=["state", "published_at", "shown_until"])
    write_down(
        "published", announcement, actor=actor, at=at, recipients=added, told=asked,
        is_urgent=announcement.is_urgent,
    )  # fmt: skip
    return added


def _address(announcement: Announcement, *, at: datetime.datetime) -> tuple[int, int]:
    """Add the recipients there are now and were not, and ask that they be told; both counted."""
    added, asked = statements.counts(
        "address",
        {
            **queries.audience_of(announcement, on=timezone.localdate(at)),
            **notifying.told(
                NoticeKind.ANNOUNCEMENT,
                announcement.public_id,
                turn=1,
                is_urgent=announcement.is_urgent,
                at=at,
            ),
            "announcement": announcement.pk,
        },
    )
    return added, asked


def complete_running(*, at: datetime.datetime) -> int:
    """Add to what is published those who have joined its audience since; how many were added."""
    return sum(complete(announcement=one, at=at) for one in queries.running(at=at))


@transaction.atomic(durable=True)
def complete(*, announcement: Announcement, at: datetime.datetime) -> int:
    """Add to one announcement those who have joined its audience; none if it runs no more."""
    locked = lock(announcement)
    if not queries.is_running(locked, on=timezone.localdate(at)):
        return 0
    added, _asked = _address(locked, at=at)
    return added


@transaction.atomic(durable=True)
def remind(*, announcement: Announcement, actor: Actor, at: datetime.datetime) -> int:
    """
    Ask that those who did not read (or say so, where that is asked) be told again; how many.

    :raises NotPublished: if it is not published
    :raises RemindedToday: if they were today
    :raises EverybodyRead: if nobody is left who can be told
    """
    locked = lock(announcement)
    if not locked.is_published:
        raise NotPublished
    earlier = Notice.objects.filter(subject=locked.public_id, kind=NoticeKind.REMINDER)
    latest = earlier.order_by("-asked_at").first()
    if latest and timezone.localdate(latest.asked_at) == timezone.localdate(at):
        raise RemindedToday
    turn = latest.turn + 1 if latest else 1
    count = notifying.tell_again(
        locked, kind=NoticeKind.REMINDER, turn=turn, is_for_everybody=False, at=at
    )
    if not count:
        raise EverybodyRead
    write_down("reminded", locked, actor=actor, at=at, told=count)
    return count


def _check_days(announcement: Announcement, *, at: datetime.datetime) -> None:
    until = announcement.shown_until
    if until is not None and until <= timezone.localdate(at):
        raise OverBeforeShown


def _check_urgent(announcement: Announcement, *, at: datetime.datetime) -> None:
    """Hold the lock of urgent ones to the end of the transaction, and count those of the week."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    most = queries.terms().urgent_per_week
    sent = Announcement.objects.filter(
        is_urgent=True, college=announcement.college, published_at__gt=at - WEEK
    )
    if sent.count() >= most:
        raise TooManyUrgent(most=most)
