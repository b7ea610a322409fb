"""What is deleted when its time is over: whole threads, a school year after the one they ended in."""

from __future__ import annotations

import contextlib
import datetime

from django.db import transaction
from django.utils import timezone

from commons import uploads
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import NotFound
from commons.school_calendar import SchoolYear, school_year_of
from tenants.schoollife.messages import membership, rights
from tenants.schoollife.messages.models import (
    Attachment,
    Hiding,
    Message,
    Participant,
    Report,
    Stay,
    Thread,
)

YEARS_KEPT = 1  # whole school years after the one of the latest message
AT_ONCE = 500


def first_kept(at: datetime.datetime) -> datetime.datetime:
    """The moment from which a thread's latest message keeps it."""
    current = school_year_of(timezone.localdate(at)).start_year
    first_day = SchoolYear(current - YEARS_KEPT).period.start
    return timezone.make_aware(datetime.datetime.combine(first_day, datetime.time.min))


def purge(*, actor: Actor, at: datetime.datetime) -> int:
    """Delete the threads that are kept no longer, with all that is in them; how many."""
    count = 0
    while deleted := _delete_some(before=first_kept(at), actor=actor, at=at):
        count += deleted
    return count


def let_go(*, at: datetime.datetime) -> int:
    """Have the guardians leave who may be in a thread no more, written in or not; how many left."""
    count = 0
    for thread_id in _threads_with_somebody_too_many(at=at):
        with transaction.atomic(durable=True):
            count += len(membership.drop_without_right(membership.lock_thread(thread_id), at=at))
    return count


def _threads_with_somebody_too_many(*, at: datetime.datetime) -> list[int]:
    """Those about one pupil: of the others, who writes next sees to it."""
    standing = Stay.objects.filter(
        until_number__isnull=True,
        participant__guardian__isnull=False,
        participant__thread__pupil__isnull=False,
    ).exclude(rights.is_linked(on=timezone.localdate(at)))
    found = standing.order_by("participant__thread_id")
    return list(found.values_list("participant__thread_id", flat=True).distinct())


def _delete_some(*, before: datetime.datetime, actor: Actor, at: datetime.datetime) -> int:
    with transaction.atomic(durable=True):
        old = Thread.objects.select_for_update(of=("self",)).filter(latest_at__lt=before)
        keys = [thread.pk for thread in old.order_by("pk")[:AT_ONCE]]
        messages = Message.objects.filter(thread__in=keys).order_by().values("pk")
        attached = Attachment.objects.filter(message__in=messages)
        names = list(attached.order_by("pk").values_list("storage_name", flat=True))
        for rows in (
            Report.objects.filter(message__in=messages),
            Hiding.objects.filter(message__in=messages),
            attached,
            Message.objects.filter(thread__in=keys),
            Stay.objects.filter(participant__thread__in=keys),
            Participant.objects.filter(thread__in=keys),
            Thread.objects.filter(pk__in=keys),
        ):
            rows.delete()
        if keys:
            record_audit(
                actor=actor,
                action="school_messages.threads.deleted",
                subject_type="departement",
                subject_id="",
                at=at,
                threads=len(keys),
                documents=len(names),
            )
    for name in names:  # what stays if we die here, no row names: it is swept
        with contextlib.suppress(NotFound):
            uploads.delete_stored(name)
    return len(keys)
