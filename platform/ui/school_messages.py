"""Handlers that write to families about their threads with a collège. As `ui.messages`.

An e-mail says that a message waits and from whom, never what it says: mailboxes are read by others. The
collège is not written to: its console counts what waits.
"""

from __future__ import annotations

import datetime

from django.urls import reverse

from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.accounts.models import User
from tenants.schoollife.announcements import operations as notifications
from tenants.schoollife.announcements import queries as settled
from tenants.schoollife.announcements.moments import due_at
from tenants.schoollife.announcements.notice_models import NoticeKind
from tenants.schoollife.messages import operations, queries
from tenants.schoollife.messages.models import Message, Participant
from ui import mail
from ui.messages import recipient_of


@handles("school_messages.message.sent")
def tell_message_sent(event: OutboxEvent) -> None:
    """Have those of a family who may read it and did not write it told, when each wants to be.

    Who has an account is told as of announcements: alone, in their digest, on their devices. Others are
    written to, out of the hours that are quiet for all.
    """
    message = queries.find_message(event.payload["message_id"])
    if message is None:  # its thread went with its school year
        return
    for reader in queries.readers_of(message):
        if (user := _account_of(reader)) is not None:
            notifications.ask(
                user=user,
                kind=NoticeKind.MESSAGE,
                subject=message.public_id,
                at=event.occurred_at,
            )
        else:
            due = _due_at(event.occurred_at)
            if due == event.occurred_at:
                write_of(reader, message, event)
            elif due is not None:
                operations.tell_later(participant=reader, due_at=due, at=event.occurred_at)


@handles("school_messages.reader.due")
def tell_what_waits(event: OutboxEvent) -> None:
    """Write to a reader without account once the quiet hours are over, if something still waits."""
    found = queries.waiting_for(event.payload["participant_id"])
    if found is not None:
        write_of(*found, event)


def write_of(reader: Participant, message: Message, event: OutboxEvent) -> None:
    """Write to a reader that a message waits."""
    thread = message.thread.public_id
    _write("school_message_sent", reader, event, thread=thread, **told_of(reader, message))


def told_of(reader: Participant, message: Message) -> dict[str, object]:
    """What is told of a message: from whom it is, and of which collège the conversation."""
    return {
        "college": reader.thread.college,
        "author": queries.name_of(message.participant),
        "is_from_college": message.participant.is_college,
    }


def _account_of(reader: Participant) -> User | None:
    person = reader.guardian or reader.pupil
    return person.user if person else None


def _due_at(at: datetime.datetime) -> datetime.datetime | None:
    """When who has no account is told of what happens at a moment; None: never."""
    terms = settled.terms()
    return due_at(terms.chosen, digest_hour=terms.digest_hour, is_urgent=False, at=at)


@handles("school_messages.message.hidden", "school_messages.appeal.answered")
def tell_moderation(event: OutboxEvent) -> None:
    """Write to an author of a family that a message was hidden, or what came of contesting it."""
    hiding = queries.find_hiding(event.payload["hiding_id"])
    if hiding is None or hiding.message.participant.is_college:
        return
    thread = hiding.message.thread
    _write(
        "school_message_moderated",
        hiding.message.participant,
        event,
        thread=thread.public_id,
        college=thread.college,
        hiding=hiding,
        is_answer=event.name == "school_messages.appeal.answered",
    )


def _write(
    name: str, reader: Participant, event: OutboxEvent, *, thread: object, **context: object
) -> None:
    recipient = _recipient(reader)
    if recipient is None:
        return
    page = reverse("portal:message-thread", args=[thread])
    full = {**context, "action_url": mail.portal_address(page)}
    part = str(reader.public_id)
    mail.compose(name, event=event, recipient=recipient, part=part, context=full).send()


def _recipient(reader: Participant) -> mail.Recipient | None:
    """Where to write: to a guardian as for a bill, to a pupil at the address of their account."""
    if reader.guardian is not None:
        return recipient_of(reader.guardian)
    pupil = reader.pupil
    if pupil is None or pupil.user is None or not pupil.user.email:
        return None
    return mail.Recipient(email=pupil.user.email, first_name=pupil.first_name)
