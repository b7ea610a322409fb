"""Coming into a thread and leaving it, under the lock of the thread.

Locks, in this order: the writer's account, the thread.
"""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone

from commons.actors import Actor
from commons.audit import record_audit
from tenants.people.models import College, Guardian, Pupil
from tenants.schoollife.messages import rights
from tenants.schoollife.messages.models import Participant, Stay, Thread
from tenants.schoollife.messages.refusals import CollegeStays, MayNotWrite

Member = College | Guardian | Pupil


def lock_thread(thread_id: int) -> Thread:
    """Be the only one to number messages in a thread, or to say who is in it."""
    rows = Thread.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("college", "pupil").get(pk=thread_id)


def join(locked: Thread, member: Member, *, at: datetime.datetime) -> Participant:
    """Have somebody read what comes after this moment; who is there already stays as they are."""
    participant, _is_new = Participant.objects.get_or_create(
        thread=locked, **{_column(member): member}, defaults={"latest_at": at}
    )
    if not Stay.objects.filter(participant=participant, until_number__isnull=True).exists():
        Stay.objects.create(
            participant=participant, from_number=locked.latest_number + 1, joined_at=at
        )
    return participant


def leave(locked: Thread, participant: Participant, *, at: datetime.datetime) -> bool:
    """Have somebody read nothing of what follows; whether they were there."""
    stays = Stay.objects.filter(participant=participant, until_number__isnull=True)
    return bool(stays.update(until_number=locked.latest_number + 1, left_at=at))


def drop_without_right(locked: Thread, *, at: datetime.datetime) -> list[Participant]:
    """Have the guardians leave who may not be there any more, whoever decided it; who left."""
    gone = rights.without_right(locked, on=timezone.localdate(at)).filter(
        stays__until_number__isnull=True
    )
    return [one for one in gone.order_by("pk") if leave(locked, one, at=at)]


def is_in(participant: Participant) -> bool:
    """Whether somebody is in their thread now."""
    return Stay.objects.filter(participant=participant, until_number__isnull=True).exists()


@transaction.atomic(durable=True)
def leave_thread(*, participant: Participant, actor: Actor, at: datetime.datetime) -> Participant:
    """
    Leave a thread, by oneself or by the collège's hand: what came before stays to be read.

    Leaving again changes nothing.

    :raises CollegeStays: for the collège itself
    """
    if participant.is_college:
        raise CollegeStays(thread=str(participant.thread.public_id))
    locked = lock_thread(participant.thread_id)
    if leave(locked, participant, at=at):
        _journal("left", locked, participant, actor=actor, at=at)
    return participant


@transaction.atomic(durable=True)
def add_guardian(
    *, thread: Thread, guardian: Guardian, actor: Actor, at: datetime.datetime
) -> Participant:
    """
    Have a guardian in a thread, who reads what follows. One who is there already stays.

    :raises MayNotWrite: if they do not answer, today, for whom it is about
    """
    locked = lock_thread(thread.pk)
    drop_without_right(locked, at=at)
    if not rights.may_be_in(locked, guardian, on=timezone.localdate(at)):
        raise MayNotWrite(college=locked.college.uai)
    participant = join(locked, guardian, at=at)
    _journal("joined", locked, participant, actor=actor, at=at)
    return participant


def _journal(
    done: str, thread: Thread, participant: Participant, *, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"school_messages.thread.{done}",
        subject_type="message_thread",
        subject_id=thread.public_id,
        at=at,
        participant=str(participant.public_id),
    )


def _column(member: Member) -> str:
    return {College: "college", Guardian: "guardian", Pupil: "pupil"}[type(member)]
