"""Opening a thread and writing in it. Numbers are given under the lock of the thread.

Whoever may not be in the thread any more leaves it before the message that is being written, so that
no message is read by somebody a judge, or the end of a link, had kept from it that day.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from commons.actors import Actor
from commons.audit import record_audit
from commons.models import OutboxEvent
from commons.outbox import record_event
from tenants.people.models import College, Guardian, Pupil
from tenants.schoollife.messages import limits, membership, rights, searching
from tenants.schoollife.messages.documents import Draft, Kept, attach
from tenants.schoollife.messages.membership import Member
from tenants.schoollife.messages.models import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    Message,
    Participant,
    Thread,
)
from tenants.schoollife.messages.refusals import (
    MayNotWrite,
    NobodyToWriteTo,
    OutOfThread,
    TextMissing,
)
from tenants.schoollife.messages.rights import Person

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BLANK_LINES = re.compile(r"\n{3,}")


@transaction.atomic(durable=True)
def open_by_family(
    *,
    writer: Person,
    college: College,
    pupil: Pupil | None,
    draft: Draft,
    with_other_guardians: bool,
    kept: Sequence[Kept],
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    """As `operations.write_to_college`, with documents that are kept."""
    on = timezone.localdate(at)
    about = writer if isinstance(writer, Pupil) else pupil
    thread = Thread(
        college=college, pupil=about, subject=line(draft.subject), opened_at=at, latest_at=at
    )
    may = rights.may_be_in(thread, writer, on=on) and (pupil is None or pupil == about)
    if not may or (about and not rights.is_schooled_at(about, college, on=on)):
        raise MayNotWrite(college=college.uai)
    members: list[Member] = [college]
    if with_other_guardians and about is not None and isinstance(writer, Guardian):
        members += rights.guardians_with_authority(about, on=on).exclude(pk=writer.pk)
    return _open(thread, writer, members, text=draft.text, kept=kept, actor=actor, at=at)


@transaction.atomic(durable=True)
def open_by_college(
    *,
    college: College,
    pupil: Pupil,
    recipients: Sequence[Person],
    draft: Draft,
    kept: Sequence[Kept],
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    """As `operations.write_to_family`, with documents that are kept."""
    on = timezone.localdate(at)
    if not rights.is_schooled_at(pupil, college, on=on):
        raise MayNotWrite(college=college.uai)
    thread = Thread(
        college=college, pupil=pupil, subject=line(draft.subject), opened_at=at, latest_at=at
    )
    if not recipients or not all(rights.may_be_in(thread, one, on=on) for one in recipients):
        raise NobodyToWriteTo(pupil=str(pupil.public_id))
    return _open(thread, college, recipients, text=draft.text, kept=kept, actor=actor, at=at)


@transaction.atomic(durable=True)
def write(
    *,
    participant: Participant,
    text: str,
    kept: Sequence[Kept],
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    """As `operations.reply`, with documents that are kept."""
    written = body(text)
    limits.lock_hand(actor)
    limits.check(actor, is_college=participant.is_college, at=at)
    locked = membership.lock_thread(participant.thread_id)
    membership.drop_without_right(locked, at=at)
    if not membership.is_in(participant):
        raise OutOfThread(thread=str(locked.public_id))
    on = timezone.localdate(at)
    if locked.pupil is not None and not rights.is_schooled_at(locked.pupil, locked.college, on=on):
        raise MayNotWrite(college=locked.college.uai)
    return _post(locked, participant, text=written, kept=kept, actor=actor, at=at)


@transaction.atomic(durable=True)
def tell_later(
    *, participant: Participant, due_at: datetime.datetime, at: datetime.datetime
) -> bool:
    """Have a reader told at a moment that something waits, if it still does; once however much comes."""
    aggregate = f"message_reader:{participant.public_id}"
    if OutboxEvent.objects.filter(aggregate=aggregate, delivered_at__isnull=True).exists():
        return False
    record_event(
        "school_messages.reader.due",
        aggregate=aggregate,
        occurred_at=at,
        not_before=due_at,
        participant_id=participant.pk,
    )
    return True


def body(text: str) -> str:
    """A text as it is kept: no control sign, one empty line at most.

    :raises TextMissing: if nothing is left, or too much
    """
    found = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    found = _BLANK_LINES.sub("\n\n", found)
    if not 0 < len(found) <= LONGEST_TEXT:
        raise TextMissing(field="text", most=LONGEST_TEXT)
    return found


def line(text: str, *, field: str = "subject", most: int = LONGEST_SUBJECT) -> str:
    """A text of one line, as it is kept.

    :raises TextMissing: if nothing is left, or too much
    """
    found = _CONTROLS.sub("", " ".join(text.split()))
    if not 0 < len(found) <= most:
        raise TextMissing(field=field, most=most)
    return found


def _open(
    thread: Thread,
    writer: Member,
    others: Sequence[Member],
    *,
    text: str,
    kept: Sequence[Kept],
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    written = body(text)
    limits.lock_hand(actor)
    limits.check(actor, is_college=isinstance(writer, College), at=at)
    thread.save(force_insert=True)
    author = membership.join(thread, writer, at=at)
    for member in others:
        membership.join(thread, member, at=at)
    record_audit(
        actor=actor,
        action="school_messages.thread.opened",
        subject_type="message_thread",
        subject_id=thread.public_id,
        at=at,
        participants=1 + len(others),
    )
    return _post(thread, author, text=written, kept=kept, actor=actor, at=at)


def _post(
    locked: Thread,
    author: Participant,
    *,
    text: str,
    kept: Sequence[Kept],
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    number = locked.latest_number + 1
    searched = (locked.subject, text) if number == 1 else (text,)
    message = Message.objects.create(
        thread=locked,
        number=number,
        participant=author,
        written_by=actor.id,
        text=text,
        sent_at=at,
        words=searching.words_of(locked, *searched),
    )
    attach(message, kept, at=at)
    locked.latest_number, locked.latest_at = number, at
    locked.save(update_fields=("latest_number", "latest_at"))
    there = Participant.objects.filter(thread=locked, stays__until_number__isnull=True)
    # Who had read everything has read their own; who had not keeps what waits.
    there.filter(pk=author.pk, read_number=F("latest_number")).update(
        latest_number=number, latest_at=at, read_number=number, read_at=at
    )
    there.update(latest_number=number, latest_at=at)
    record_audit(
        actor=actor,
        action="school_messages.message.sent",
        subject_type="message_thread",
        subject_id=locked.public_id,
        at=at,
        message=str(message.public_id),
    )
    record_event(
        "school_messages.message.sent",
        aggregate=f"message_thread:{locked.public_id}",
        occurred_at=at,
        message_id=message.pk,
    )
    return message
