"""Acts on messages: the doors of the room. What each does is in the module that its name points to.

`sending`: open a thread, write in it. `membership`: who is in it. `moderating`: report, hide, contest.
`templating`: the words of a collège. `retention`: what is deleted. Locks are taken in this order: the
writer's account, the thread.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from commons.actors import Actor
from tenants.people.models import College, Pupil
from tenants.schoollife.messages import documents, sending
from tenants.schoollife.messages.documents import Draft, Given
from tenants.schoollife.messages.membership import add_guardian, leave_thread
from tenants.schoollife.messages.models import Message, Participant
from tenants.schoollife.messages.moderating import answer_appeal, appeal, hide, leave_shown, report
from tenants.schoollife.messages.refusals import (
    AlreadyDecided,
    AlreadyHidden,
    CollegeStays,
    MayNotWrite,
    NobodyToWriteTo,
    NotToAppeal,
    OutOfThread,
    OwnMessage,
    TemplateOver,
    TextMissing,
    TooManyDocuments,
    TooManyMessages,
)
from tenants.schoollife.messages.retention import let_go, purge
from tenants.schoollife.messages.rights import Person
from tenants.schoollife.messages.sending import tell_later
from tenants.schoollife.messages.templating import end_template, save_template

__all__ = (
    "AlreadyDecided",
    "AlreadyHidden",
    "CollegeStays",
    "Draft",
    "Given",
    "MayNotWrite",
    "NobodyToWriteTo",
    "NotToAppeal",
    "OutOfThread",
    "OwnMessage",
    "TemplateOver",
    "TextMissing",
    "TooManyDocuments",
    "TooManyMessages",
    "add_guardian",
    "answer_appeal",
    "appeal",
    "end_template",
    "hide",
    "leave_shown",
    "leave_thread",
    "let_go",
    "mark_read",
    "purge",
    "reply",
    "report",
    "save_template",
    "tell_later",
    "write_to_college",
    "write_to_family",
)


def write_to_college(
    *,
    writer: Person,
    college: College,
    pupil: Pupil | None,
    draft: Draft,
    with_other_guardians: bool = False,
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    """
    Begin a thread from a family: a guardian about a child, or in general; a pupil about themselves.

    With the other guardians, those who hold parental authority today are in it too.

    :raises MayNotWrite: if the child is not theirs, or not of this collège
    :raises TextMissing: if the subject or the text is empty, or too long
    :raises TooManyMessages: if the person wrote too much
    :raises TooManyDocuments: if more are attached than may be
    :raises UploadRefused: if one of them may not be kept
    """
    with documents.taken_in(draft.attached) as kept:
        return sending.open_by_family(
            writer=writer,
            college=college,
            pupil=pupil,
            draft=draft,
            with_other_guardians=with_other_guardians,
            kept=kept,
            actor=actor,
            at=at,
        )


def write_to_family(
    *,
    college: College,
    pupil: Pupil,
    recipients: Sequence[Person],
    draft: Draft,
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    """
    Begin a thread from a collège, about a pupil it has, with some of their guardians, the pupil, or both.

    :raises MayNotWrite: if the pupil is not of this collège
    :raises NobodyToWriteTo: if nobody is named, or somebody who does not answer for the pupil
    :raises TextMissing: if the subject or the text is empty, or too long
    :raises TooManyMessages: if the person wrote too much
    :raises TooManyDocuments: if more are attached than may be
    :raises UploadRefused: if one of them may not be kept
    """
    with documents.taken_in(draft.attached) as kept:
        return sending.open_by_college(
            college=college,
            pupil=pupil,
            recipients=recipients,
            draft=draft,
            kept=kept,
            actor=actor,
            at=at,
        )


def reply(
    *,
    participant: Participant,
    text: str,
    attached: Sequence[Given] = (),
    actor: Actor,
    at: datetime.datetime,
) -> Message:
    """
    Write in a thread one is in.

    :raises OutOfThread: if one left it, or lost the right to be there
    :raises MayNotWrite: if its pupil left the collège
    :raises TextMissing: if the text is empty, or too long
    :raises TooManyMessages: if the person wrote too much
    :raises TooManyDocuments: if more are attached than may be
    :raises UploadRefused: if one of them may not be kept
    """
    with documents.taken_in(attached) as kept:
        return sending.write(participant=participant, text=text, kept=kept, actor=actor, at=at)


@transaction.atomic(durable=True)
def mark_read(
    *, participant: Participant, number: int, actor: Actor, at: datetime.datetime
) -> Participant:
    """Keep that one read up to a message; it never goes back, and never past what one may read."""
    del actor  # reading is no act for the journal
    reached = Least(number, F("latest_number"))
    Participant.objects.filter(pk=participant.pk, read_number__lt=reached).update(
        read_number=Greatest(F("read_number"), reached), read_at=at
    )
    participant.refresh_from_db(fields=("latest_number", "latest_at", "read_number", "read_at"))
    return participant
