"""Put money right after the fact: one person asks, another agrees, and a third day it may be undone.

The young person comes first: a ticket that is taken back returns to the purse at once, and what the
partner was paid for it is withheld from its next statements. Undoing is posting the opposite entries,
by two people again; it is refused when the money was spent meanwhile.

Locks: the correction, the tickets, the accounts in the order of their ids, the purses.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.guests import catch_up
from federation.passplus.models import Correction, CorrectionLine, GuestCapture, Partner, Ticket
from federation.passplus.reimbursing import elsewhere, righting
from federation.passplus.telling import tell_corrected
from federation.passplus.ticketing import typed

MOST_LINES = 2_000
_Kind, _State = Correction.Kind, Correction.State


class CorrectionEmpty(DomainError):
    """No reason, no line, or too many."""

    code = "PASSPLUS_CORRECTION_EMPTY"


class CorrectionLineInvalid(DomainError):
    """A line that names nothing we know, names it twice, or asks for no amount; `line` is what was asked."""

    code = "PASSPLUS_CORRECTION_LINE_INVALID"


class CorrectionDecided(DomainError):
    """Somebody decided meanwhile."""

    code = "PASSPLUS_CORRECTION_DECIDED"


class CorrectionBySamePerson(DomainError):
    """Who asked for a correction does not approve it."""

    code = "PASSPLUS_CORRECTION_BY_THE_SAME_PERSON"


class CorrectionNotUndone(DomainError):
    """Only what was done is undone, once; an undoing is not undone: ask for a new correction."""

    code = "PASSPLUS_CORRECTION_NOT_UNDONE"


@dataclasses.dataclass(frozen=True, slots=True)
class Wrong:
    """What is to be put right: the code of a ticket or the SIRET of a partner, and how many cents.

    A ticket of another département is named by the reference of its validation, which statements bear.
    Without an amount, all that is left of the ticket.
    """

    name: str
    cents: int | None = None


@transaction.atomic(durable=True)
def ask_correction(
    *, kind: str, wrongs: Sequence[Wrong], reason: str, actor: Actor, at: datetime.datetime
) -> Correction:
    """
    Ask that tickets be taken back, or that partners be paid less or more. Nothing moves yet.

    :raises CorrectionEmpty: if there is no reason, nothing to put right, or too much at once
    :raises CorrectionLineInvalid: if a line names nothing we know, or names it twice
    :raises CorrectionElsewhere: if a ticket of elsewhere is not taken back whole, or not alone
    :raises CorrectionTooMuch: if it is more than what is left of a ticket
    """
    if not reason.strip() or not 0 < len(wrongs) <= MOST_LINES:
        raise CorrectionEmpty(most=MOST_LINES)
    correction = Correction.objects.create(
        kind=_Kind(kind), reason=reason.strip(), asked_by=actor.id, asked_at=at
    )
    find = _ticket_lines if correction.kind == _Kind.TICKETS else _partner_lines
    lines = find(correction, wrongs)
    CorrectionLine.objects.bulk_create(lines)
    righting.check_left(lines, righting.taken_back(line.ticket_id for line in lines))
    _journal(correction, "asked", actor=actor, at=at, lines=lines)
    return correction


@transaction.atomic(durable=True)
def ask_undoing(
    *, correction: Correction, reason: str, actor: Actor, at: datetime.datetime
) -> Correction:
    """
    Ask that a correction be undone, by opposite entries. Nothing moves yet.

    :raises CorrectionEmpty: without a reason
    :raises CorrectionNotUndone: if it was not done, was undone, is being undone, or undoes another
    """
    held = _lock(correction)
    if not reason.strip():
        raise CorrectionEmpty(most=MOST_LINES)
    undone = held.undone_by.exclude(state=_State.REFUSED).exists()
    if held.state != _State.DONE or held.kind == _Kind.UNDO or undone:
        raise CorrectionNotUndone
    undoing = Correction.objects.create(
        kind=_Kind.UNDO, undoes=held, reason=reason.strip(), asked_by=actor.id, asked_at=at
    )
    lines = [
        CorrectionLine(
            correction=undoing,
            partner_id=line.partner_id,
            ticket_id=line.ticket_id,
            guest_id=line.guest_id,
            cents=line.cents,
        )
        for line in held.lines.order_by("pk")
    ]
    CorrectionLine.objects.bulk_create(lines)
    _journal(undoing, "asked", actor=actor, at=at, lines=lines)
    return undoing


@elsewhere.with_neighbours
@transaction.atomic(durable=True)
def approve_correction(
    *, correction: Correction, actor: Actor, at: datetime.datetime
) -> Correction:
    """
    Do a correction, all of it or nothing. By somebody else than who asked.

    :raises CorrectionDecided: if somebody decided meanwhile
    :raises CorrectionBySamePerson: if the same person asked for it
    :raises CorrectionTooMuch: if a ticket was taken back meanwhile
    :raises CorrectionSpent: if what it would take back of a purse was spent
    :raises NeighbourClosed: if it is for another département, which does not answer
    """
    held = _lock(correction)
    if held.state != _State.ASKED and not _was_refused_too_late(held):
        raise CorrectionDecided(state=held.state)
    if held.asked_by == actor.id:
        raise CorrectionBySamePerson
    lines = righting.put_right(held, actor=actor, at=at)
    if held.kind == _Kind.UNDO and any(line.guest_id for line in lines):
        catch_up(actor=actor, at=at)  # what the other département took again
    _decide(held, _State.DONE, "", actor=actor, at=at)
    _journal(held, "done", actor=actor, at=at, lines=lines)
    for partner in {line.partner_id: line.partner for line in lines}.values():
        record_event(
            "passplus.correction.done",
            aggregate=f"partner:{partner.public_id}",
            occurred_at=at,
            correction_id=held.pk,
            partner_id=partner.pk,
        )
    for line in lines:
        if line.ticket is not None:
            tell_corrected(
                line.ticket,
                cents=line.cents,
                is_undone=held.kind == _Kind.UNDO,
                is_to_purse=bool(line.is_to_purse),
                at=at,
            )
    return held


@transaction.atomic(durable=True)
def refuse_correction(
    *, correction: Correction, answer: str, actor: Actor, at: datetime.datetime
) -> Correction:
    """
    Decide against a correction, or take back one's own demand. Nothing moves.

    :raises CorrectionDecided: if somebody decided meanwhile
    """
    held = _lock(correction)
    if held.state != _State.ASKED or elsewhere.is_taken_again(held):
        raise CorrectionDecided(state=held.state)
    _decide(held, _State.REFUSED, answer, actor=actor, at=at)
    _journal(held, "refused", actor=actor, at=at, lines=())
    return held


def _was_refused_too_late(held: Correction) -> bool:
    """Whether the other département took the money again while somebody refused: what is, is said."""
    return held.state == _State.REFUSED and elsewhere.is_taken_again(held)


def _lock(correction: Correction) -> Correction:
    return Correction.objects.select_for_update(of=("self",), no_key=True).get(pk=correction.pk)


def _ticket_lines(correction: Correction, wrongs: Sequence[Wrong]) -> list[CorrectionLine]:
    """Tickets that were validated, by their codes; one of elsewhere, by its reference."""
    if guest := _guest_named(wrongs):
        return [_guest_line(correction, guest, wrongs)]
    codes = [typed(wrong.name) for wrong in wrongs]
    found = {
        ticket.code: ticket
        for ticket in Ticket.objects.filter(
            code__in=codes, state=Ticket.State.CAPTURED
        ).select_related("captured_by")
    }
    before = righting.taken_back(ticket.pk for ticket in found.values())
    lines = []
    for wrong, code in zip(wrongs, codes, strict=True):
        ticket = found.pop(code, None)  # named twice, it is not found again
        if ticket is None or ticket.captured_by is None or ticket.captured_cents is None:
            raise CorrectionLineInvalid(line=wrong.name[:40])
        left = ticket.captured_cents - before.get(ticket.pk, 0)
        cents = left if wrong.cents is None else wrong.cents
        if cents <= 0 or left <= 0:
            raise CorrectionLineInvalid(line=wrong.name[:40])
        lines.append(
            CorrectionLine(
                correction=correction, partner=ticket.captured_by, ticket=ticket, cents=cents
            )
        )
    return lines


def _guest_named(wrongs: Sequence[Wrong]) -> GuestCapture | None:
    """A ticket of elsewhere that a partner of ours took, if one of these is named."""
    named = []
    for wrong in wrongs:
        with contextlib.suppress(ValueError):
            named.append(uuid.UUID(wrong.name))
    found = GuestCapture.objects.select_related("partner").filter(public_id__in=named)
    return found.first()


def _guest_line(
    correction: Correction, guest: GuestCapture, wrongs: Sequence[Wrong]
) -> CorrectionLine:
    if len(wrongs) > 1 or wrongs[0].cents not in (None, guest.cents):
        raise elsewhere.CorrectionElsewhere(cents=guest.cents)
    return CorrectionLine(
        correction=correction, partner=guest.partner, guest=guest, cents=guest.cents
    )


def _partner_lines(correction: Correction, wrongs: Sequence[Wrong]) -> list[CorrectionLine]:
    """Partners, by their SIRET; an amount is needed."""
    names = ["".join(wrong.name.split()) for wrong in wrongs]
    found = {partner.siret: partner for partner in Partner.objects.filter(siret__in=names)}
    lines = []
    for wrong, name in zip(wrongs, names, strict=True):
        partner = found.pop(name, None)
        if partner is None or wrong.cents is None or wrong.cents <= 0:
            raise CorrectionLineInvalid(line=wrong.name[:40])
        lines.append(CorrectionLine(correction=correction, partner=partner, cents=wrong.cents))
    return lines


def _decide(
    correction: Correction, state: str, answer: str, *, actor: Actor, at: datetime.datetime
) -> None:
    correction.state, correction.answer = state, answer.strip()
    correction.decided_by, correction.decided_at = actor.id, at
    correction.save(update_fields=["state", "answer", "decided_by", "decided_at"])


def _journal(
    correction: Correction,
    what: str,
    *,
    actor: Actor,
    at: datetime.datetime,
    lines: Iterable[CorrectionLine],
) -> None:
    every = list(lines)
    record_audit(
        actor=actor,
        action=f"passplus.correction.{what}",
        subject_type="Correction",
        subject_id=correction.public_id,
        at=at,
        kind=correction.kind,
        lines=len(every),
        cents=sum(line.cents for line in every),
    )
