"""Reporting a message, hiding it with a reason that is seen, and answering who contests it.

A message is never taken away: hidden, it stays for its author and the collège to read, and everybody
of the thread reads that it was hidden, when and why. Its author may contest once, in writing.
"""

from __future__ import annotations

import datetime

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.outbox import record_event
from tenants.schoollife.messages.membership import lock_thread
from tenants.schoollife.messages.models import (
    LONGEST_REASON,
    Hiding,
    Message,
    Participant,
    Report,
)
from tenants.schoollife.messages.refusals import (
    AlreadyDecided,
    AlreadyHidden,
    NotToAppeal,
    OwnMessage,
)
from tenants.schoollife.messages.sending import line


@transaction.atomic(durable=True)
def report(
    *,
    message: Message,
    participant: Participant,
    reason: str,
    actor: Actor,
    at: datetime.datetime,
) -> Report:
    """
    Say that a message one may read is not right; saying it again changes nothing.

    :raises OwnMessage: if one wrote it oneself
    :raises TextMissing: if no reason is given, or too long a one
    """
    if message.participant_id == participant.pk:
        raise OwnMessage(message=str(message.public_id))
    found, is_new = Report.objects.get_or_create(
        message=message,
        participant=participant,
        defaults={"reason": _reason(reason), "reported_at": at},
    )
    if is_new:
        _journal("reported", message, actor=actor, at=at)
        record_event(
            "school_messages.message.reported",
            aggregate=f"message:{message.public_id}",
            occurred_at=at,
            report_id=found.pk,
        )
    return found


@transaction.atomic(durable=True)
def hide(*, message: Message, reason: str, actor: Actor, at: datetime.datetime) -> Hiding:
    """
    Hide a message, for a reason that everybody of the thread reads; reports of it are upheld.

    :raises AlreadyHidden: if it is
    :raises TextMissing: if no reason is given, or too long a one
    """
    written = _reason(reason)
    locked = _lock(message)
    if Hiding.objects.filter(message=locked, lifted_at__isnull=True).exists():
        raise AlreadyHidden(message=str(message.public_id))
    hiding = Hiding.objects.create(message=locked, reason=written, hidden_at=at, hidden_by=actor.id)
    _decide(locked, Report.State.UPHELD, actor=actor, at=at)
    _journal("hidden", message, actor=actor, at=at)
    record_event(
        "school_messages.message.hidden",
        aggregate=f"message:{message.public_id}",
        occurred_at=at,
        hiding_id=hiding.pk,
    )
    return hiding


@transaction.atomic(durable=True)
def leave_shown(*, report: Report, actor: Actor, at: datetime.datetime) -> Report:
    """
    Leave a reported message as it is: every report of it that waits is answered so.

    :raises AlreadyDecided: if somebody decided it
    """
    locked = _lock(report.message)
    if not _decide(locked, Report.State.DISMISSED, actor=actor, at=at):
        raise AlreadyDecided(report=str(report.public_id))
    _journal("left_shown", locked, actor=actor, at=at)
    report.refresh_from_db()
    return report


@transaction.atomic(durable=True)
def appeal(
    *,
    hiding: Hiding,
    participant: Participant,
    words: str,
    actor: Actor,
    at: datetime.datetime,
) -> Hiding:
    """
    Contest, once, that a message of one's own is hidden.

    :raises NotToAppeal: if it is another's, shown again, or contested already
    :raises TextMissing: if nothing is said, or too much
    """
    written = _reason(words)
    _lock(hiding.message)
    hiding.refresh_from_db()
    if hiding.message.participant_id != participant.pk or not hiding.may_be_appealed:
        raise NotToAppeal(message=str(hiding.message.public_id))
    hiding.appeal, hiding.appealed_at = written, at
    hiding.save(update_fields=("appeal", "appealed_at"))
    _journal("contested", hiding.message, actor=actor, at=at)
    return hiding


@transaction.atomic(durable=True)
def answer_appeal(
    *, hiding: Hiding, is_lifted: bool, answer: str, actor: Actor, at: datetime.datetime
) -> Hiding:
    """
    Answer an author who contested: the message is shown again, or stays hidden.

    :raises AlreadyDecided: if it was answered, or nobody contested
    :raises TextMissing: if no answer is given, or too long a one
    """
    written = _reason(answer)
    _lock(hiding.message)
    hiding.refresh_from_db()
    if hiding.appealed_at is None or hiding.answered_at is not None:
        raise AlreadyDecided(message=str(hiding.message.public_id))
    hiding.answer, hiding.answered_at, hiding.answered_by = written, at, actor.id
    hiding.lifted_at = at if is_lifted else None
    hiding.save(update_fields=("answer", "answered_at", "answered_by", "lifted_at"))
    _journal("shown_again" if is_lifted else "kept_hidden", hiding.message, actor=actor, at=at)
    record_event(
        "school_messages.appeal.answered",
        aggregate=f"message:{hiding.message.public_id}",
        occurred_at=at,
        hiding_id=hiding.pk,
    )
    return hiding


def _lock(message: Message) -> Message:
    """Messages are not updated: the lock is the thread's, by which all of a thread is ordered."""
    lock_thread(message.thread_id)
    return message


def _decide(message: Message, state: str, *, actor: Actor, at: datetime.datetime) -> int:
    waiting = Report.objects.filter(message=message, state=Report.State.OPEN)
    return waiting.update(state=state, decided_by=actor.id, decided_at=at)


def _reason(text: str) -> str:
    return line(text, field="reason", most=LONGEST_REASON)


def _journal(done: str, message: Message, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"school_messages.message.{done}",
        subject_type="school_message",
        subject_id=message.public_id,
        at=at,
    )
