"""Saying why a pupil was absent, and what the collège answers.

A guardian gives a reason; the collège accepts it or asks for more, which opens it again. What was said
stays: a second justification is another row.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from commons import kept_documents, uploads
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from commons.uploads import StoredFile
from tenants.schoollife.records import queries
from tenants.schoollife.records.deadlines import justify_until
from tenants.schoollife.records.models import (
    Absence,
    AbsenceReason,
    Justification,
    JustificationDocument,
)

if TYPE_CHECKING:
    from tenants.accounts.models import User

LONGEST_TEXT = 1_000
LONGEST_ANSWER = 500
State = Justification.State


class AbsenceJustified(DomainError):
    """It is justified already, or the collège has a justification to read."""

    code = "ABSENCE_JUSTIFIED"


class JustificationTooLate(DomainError):
    """The last day has passed; `until` says it. Only the collège can still write it."""

    code = "JUSTIFICATION_TOO_LATE"


class JustificationInvalid(DomainError):
    """`field` says what is missing or too long."""

    code = "JUSTIFICATION_INVALID"


class JustificationAnswered(DomainError):
    """The collège has answered already."""

    code = "JUSTIFICATION_ANSWERED"


@transaction.atomic(durable=True)
def justify_absence(
    *,
    absence: Absence,
    reason: str,
    text: str,
    given_by: User,
    actor: Actor,
    at: datetime.datetime,
    documents: Sequence[StoredFile] = (),
) -> Justification:
    """
    Tell the collège why a pupil was absent. Another reason than those listed needs words.

    :raises AbsenceJustified: if it is, or if the collège has one to read
    :raises JustificationTooLate: after the last day
    :raises JustificationInvalid: naming what is missing or too long
    """
    said = text.strip()
    if reason not in AbsenceReason.values:
        raise JustificationInvalid(field="reason")
    if len(said) > LONGEST_TEXT or (reason == AbsenceReason.OTHER and not said):
        raise JustificationInvalid(field="text")
    locked = Absence.objects.select_for_update(of=("self",), no_key=True).get(pk=absence.pk)
    latest = queries.latest_justification(locked)
    is_open = latest is None or latest.state == State.ASKED_AGAIN
    if locked.is_justified or not is_open:
        raise AbsenceJustified
    until = justify_until(locked, latest, queries.rules())
    if timezone.localdate(at) > until:
        raise JustificationTooLate(until=until)
    justification = Justification.objects.create(
        absence=locked, reason=reason, text=said, given_by=given_by, given_at=at
    )
    for stored in documents:
        JustificationDocument.objects.create(
            justification=justification, **kept_documents.described(stored, at=at)
        )
    _write_down("given", justification, actor=actor, at=at)
    return justification


def justify_with_document(
    *,
    absence: Absence,
    reason: str,
    text: str,
    given_by: User,
    stream: uploads.Readable,
    declared_name: str,
    actor: Actor,
    at: datetime.datetime,
) -> Justification:
    """
    The same, with a document that is looked into first; nothing is kept of one that is refused.

    :raises UploadRefused: one of its kinds, if it is too large, damaged, or not what it may be
    """
    stored = uploads.store(uploads.receive(stream, declared_name=declared_name))
    try:
        return justify_absence(
            absence=absence,
            reason=reason,
            text=text,
            given_by=given_by,
            documents=(stored,),
            actor=actor,
            at=at,
        )
    except DomainError:
        uploads.delete_stored(stored.name)
        raise


@transaction.atomic(durable=True)
def accept_justification(
    *, justification: Justification, actor: Actor, at: datetime.datetime
) -> Justification:
    """
    Say that the reason will do.

    :raises JustificationAnswered: if the collège has answered
    """
    return _answer(justification, State.ACCEPTED, "", actor=actor, at=at)


@transaction.atomic(durable=True)
def ask_justification_again(
    *, justification: Justification, answer: str, actor: Actor, at: datetime.datetime
) -> Justification:
    """
    Say what is missing; the guardians have as many days again.

    :raises JustificationAnswered: if the collège has answered
    :raises JustificationInvalid: if nothing is said, or too much
    """
    said = answer.strip()
    if not said or len(said) > LONGEST_ANSWER:
        raise JustificationInvalid(field="answer")
    return _answer(justification, State.ASKED_AGAIN, said, actor=actor, at=at)


def _answer(
    justification: Justification,
    state: Justification.State,
    answer: str,
    *,
    actor: Actor,
    at: datetime.datetime,
) -> Justification:
    locked = (
        Justification.objects.select_for_update(of=("self",), no_key=True)
        .select_related("absence")
        .get(pk=justification.pk)
    )
    if locked.state != State.GIVEN:
        raise JustificationAnswered
    locked.state, locked.answer, locked.answered_at = state, answer, at
    locked.save(update_fields=["state", "answer", "answered_at"])
    _write_down(state.lower(), locked, actor=actor, at=at)
    record_event(
        f"schoollife.justification.{'accepted' if state == State.ACCEPTED else 'asked_again'}",
        aggregate=f"absence:{locked.absence_id}",
        occurred_at=at,
        justification_id=locked.pk,
    )
    return locked


def _write_down(
    what: str, justification: Justification, *, actor: Actor, at: datetime.datetime
) -> None:
    record_audit(
        actor=actor,
        action=f"schoollife.justification.{what}",
        subject_type="justification",
        subject_id=justification.public_id,
        at=at,
        absence=str(justification.absence.public_id),
    )
