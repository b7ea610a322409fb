"""A partner does not agree with a line of a statement, and is answered. Nothing moves by itself.

Accepting a dispute says that the partner is right; what it changes is a correction, which two people
make.
"""

from __future__ import annotations

import datetime

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.models import PartnerStatement, StatementDispute, StatementLine

_State = StatementDispute.State


class LineNotDisputable(DomainError):
    """No words, or a line of a statement that was not issued."""

    code = "PASSPLUS_LINE_NOT_DISPUTABLE"


class LineDisputed(DomainError):
    """A dispute of this line waits for an answer already."""

    code = "PASSPLUS_LINE_DISPUTED"


class DisputeAnswered(DomainError):
    """Somebody answered meanwhile, or no words were given."""

    code = "PASSPLUS_DISPUTE_ANSWERED"


@transaction.atomic(durable=True)
def dispute_statement_line(
    *, line: StatementLine, text: str, actor: Actor, at: datetime.datetime
) -> StatementDispute:
    """
    Say that a line of an issued statement is wrong, and why.

    :raises LineNotDisputable: without words, or if the statement was not issued
    :raises LineDisputed: if one waits for its answer
    """
    statement = PartnerStatement.objects.select_for_update(of=("self",), no_key=True).get(
        pk=line.statement_id
    )
    if not text.strip() or statement.issued_at is None:
        raise LineNotDisputable
    if line.disputes.filter(state=_State.OPEN).exists():
        raise LineDisputed
    dispute = StatementDispute.objects.create(
        line=line, text=text.strip()[:1000], opened_by=actor.id, opened_at=at
    )
    _journal(dispute, "opened", actor=actor, at=at)
    return dispute


@transaction.atomic(durable=True)
def answer_statement_dispute(
    *,
    dispute: StatementDispute,
    is_accepted: bool,
    answer: str,
    actor: Actor,
    at: datetime.datetime,
) -> StatementDispute:
    """
    Answer a partner.

    :raises DisputeAnswered: if somebody answered meanwhile, or without words
    """
    held = (
        StatementDispute.objects.select_for_update(of=("self",), no_key=True)
        .select_related("line__statement__partner")
        .get(pk=dispute.pk)
    )
    if held.state != _State.OPEN or not answer.strip():
        raise DisputeAnswered(state=held.state)
    held.state = _State.ACCEPTED if is_accepted else _State.REFUSED
    held.answer, held.answered_by, held.answered_at = answer.strip()[:1000], actor.id, at
    held.save(update_fields=["state", "answer", "answered_by", "answered_at"])
    _journal(held, "answered", actor=actor, at=at)
    record_event(
        "passplus.dispute.answered",
        aggregate=f"partner:{held.line.statement.partner.public_id}",
        occurred_at=at,
        dispute_id=held.pk,
    )
    return held


def _journal(dispute: StatementDispute, what: str, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"passplus.dispute.{what}",
        subject_type="StatementDispute",
        subject_id=dispute.public_id,
        at=at,
        line=dispute.line_id,
    )
