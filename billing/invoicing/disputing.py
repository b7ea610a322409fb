"""What families say is wrong in their invoices, and the answers. Called through `operations`.

A payer disputes one line of an invoice of theirs, and may name some of its days; it stays to be paid
meanwhile. Who issues invoices answers: an accepted dispute is a credit note, made in the same
transaction, with the answer as its reason; a refused one says why. Either is told to the payer.

Locks: the dispute, then those of a credit note (`crediting`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from billing.invoicing import queries
from billing.invoicing.crediting import LineCredit, credit_lines
from billing.invoicing.models import CreditNote, Dispute, InvoiceLine
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event

MOST_CHARACTERS = 2_000


class DisputeTextMissing(DomainError):
    """A dispute says what is wrong."""

    code = "BILLING_DISPUTE_TEXT_MISSING"


class DisputeTextTooLong(DomainError):
    """It is said in fewer words."""

    code = "BILLING_DISPUTE_TEXT_TOO_LONG"


class DisputedDayNotBilled(DomainError):
    """A day it is about is not one of the line's."""

    code = "BILLING_DISPUTED_DAY_NOT_BILLED"


class DisputeAlreadyOpen(DomainError):
    """The line is already disputed, and waits for an answer."""

    code = "BILLING_DISPUTE_ALREADY_OPEN"


class LineCreditedWhole(DomainError):
    """Nothing is left to pay of this line: it was credited."""

    code = "BILLING_LINE_CREDITED_WHOLE"


class DisputeAlreadyAnswered(DomainError):
    """Somebody answered it."""

    code = "BILLING_DISPUTE_ALREADY_ANSWERED"


class DisputeAnswerMissing(DomainError):
    """An answer says why: the family reads it."""

    code = "BILLING_DISPUTE_ANSWER_MISSING"


@transaction.atomic(durable=True)
def dispute_line(
    *,
    line: InvoiceLine,
    text: str,
    days: Iterable[datetime.date] = (),
    actor: Actor,
    at: datetime.datetime,
) -> Dispute:
    """
    Say, for its payer, what is wrong in a line of an issued invoice.

    :raises DisputeTextMissing: if nothing is said
    :raises DisputeTextTooLong: if too much is
    :raises DisputedDayNotBilled: if a day is not one of the line's
    :raises LineCreditedWhole: if nothing is left of the line
    :raises DisputeAlreadyOpen: if the line is already disputed
    """
    said, about = text.strip(), sorted(set(days))
    if not said:
        raise DisputeTextMissing(field="text")
    if len(said) > MOST_CHARACTERS:
        raise DisputeTextTooLong(field="text", most=MOST_CHARACTERS)
    for day in about:
        if day not in line.days:
            raise DisputedDayNotBilled(field="days", day=day.isoformat())
    if not queries.standing_of_line(line).left_cents:
        raise LineCreditedWhole(line=line.label)
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(
                invoice_line=line,
                guardian_id=line.invoice.payer_id,
                text=said,
                days=about,
                opened_at=at,
            )
    except IntegrityError as error:
        raise DisputeAlreadyOpen(line=line.label) from error
    _write_down(dispute, "opened", actor=actor, at=at)
    return dispute


@transaction.atomic(durable=True)
def accept_dispute(
    *,
    dispute: Dispute,
    meals: int = 0,
    cents: int = 0,
    answer: str,
    actor: Actor,
    at: datetime.datetime,
) -> Dispute:
    """
    Agree with a dispute: credit some meals of its line, or some cents, and say why.

    :raises DisputeAnswerMissing: if nothing is said
    :raises DisputeAlreadyAnswered: if it is
    :raises NothingToCredit: if neither meals nor cents are given
    :raises MoreThanBilled: if more is given than what is left of the line
    :raises CreditOnPaymentUnderWay: if a payment keeps what would be credited
    """
    locked = _lock_open(dispute, answer)
    line = locked.invoice_line
    credited = tuple(locked.days) if meals and len(locked.days) == meals else ()
    note = credit_lines(
        invoice=line.invoice,
        lines=[LineCredit(line, meals=meals, cents=cents, days=credited)],
        reason=answer,
        actor=actor,
        at=at,
    )
    return _answer(locked, Dispute.State.ACCEPTED, answer, credit_note=note, actor=actor, at=at)


@transaction.atomic(durable=True)
def refuse_dispute(
    *, dispute: Dispute, answer: str, actor: Actor, at: datetime.datetime
) -> Dispute:
    """
    Say why the line is right; nothing else changes.

    :raises DisputeAnswerMissing: if nothing is said
    :raises DisputeAlreadyAnswered: if it is answered
    """
    locked = _lock_open(dispute, answer)
    return _answer(locked, Dispute.State.REFUSED, answer, credit_note=None, actor=actor, at=at)


def _lock_open(dispute: Dispute, answer: str) -> Dispute:
    """The dispute as it is now, nobody else's to answer until the transaction ends."""
    if not answer.strip():
        raise DisputeAnswerMissing(field="answer")
    locked = (
        Dispute.objects.select_for_update(of=("self",), no_key=True)
        .select_related("invoice_line__invoice__regie")
        .get(pk=dispute.pk)
    )
    if not locked.is_open:
        raise DisputeAlreadyAnswered(answered_at=locked.answered_at)
    return locked


def _answer(
    dispute: Dispute,
    state: Dispute.State,
    answer: str,
    *,
    credit_note: CreditNote | None,
    actor: Actor,
    at: datetime.datetime,
) -> Dispute:
    dispute.state, dispute.answer, dispute.credit_note = state, answer.strip(), credit_note
    dispute.answered_at, dispute.answered_by = at, actor.id
    dispute.save(update_fields=["state", "answer", "credit_note", "answered_at", "answered_by"])
    _write_down(dispute, state.lower(), actor=actor, at=at)
    record_event(
        "billing.dispute.answered",
        aggregate=f"dispute:{dispute.pk}",
        occurred_at=at,
        dispute_id=dispute.pk,
    )
    return dispute


def _write_down(dispute: Dispute, what: str, *, actor: Actor, at: datetime.datetime) -> None:
    record_audit(
        actor=actor,
        action=f"billing.dispute.{what}",
        subject_type="dispute",
        subject_id=dispute.public_id,
        at=at,
        invoice=dispute.invoice_line.invoice.number,
    )
