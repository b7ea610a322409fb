"""Acts of agents on registrations: take, put back, grant, ask for a document, refuse, look at what came.

Two agents do not undo each other: a file that one took is theirs, and what is decided is decided once.
An agent may say what they saw with their own eyes, at a counter or in a file of the academy.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db import transaction

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from federation.passplus.engine.facts import Fact
from federation.passplus.engine.spending import day_of
from federation.passplus.granting import give_difference
from federation.passplus.knowing import facts_of
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import declaring, queries
from federation.passplus.registrations.declaring import ASKABLE, read_declared
from federation.passplus.registrations.queries import AFTERWARDS, SENT, WAITING
from federation.passplus.registrations.settling import (
    Reason,
    RegistrationNotReady,
    State,
    await_family,
    lock_registration,
    move,
    refuse_unless,
    settle,
    tell,
    write_down,
)

Document = RegistrationDocument


class TakenByAnother(DomainError):
    """Another agent has this registration."""

    code = "PASSPLUS_REGISTRATION_TAKEN"


class WordsMissing(DomainError):
    """A family is told why in words: none were given."""

    code = "PASSPLUS_WORDS_MISSING"


class NothingToLookAt(DomainError):
    """No document of this registration waits to be looked at."""

    code = "PASSPLUS_NOTHING_TO_LOOK_AT"


@transaction.atomic(durable=True)
def take_registration(
    *, registration: Registration, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Have a registration for oneself; taking it again changes nothing.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotReady: if it waits for the family
    :raises TakenByAnother: if another agent has it
    """
    locked = lock_registration(registration)
    refuse_unless(locked, set(WAITING))
    _mine(locked, actor)
    if not locked.taken_by:
        locked.taken_by, locked.taken_at = actor.id, at
        move(locked, State.UNDER_REVIEW, at=at)
        write_down("taken", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def release_registration(
    *, registration: Registration, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Put a registration back in the queue, one's own or that of an absent colleague.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotReady: if it waits for the family
    """
    locked = lock_registration(registration)
    refuse_unless(locked, set(WAITING))
    if locked.taken_by:
        locked.taken_by, locked.taken_at, locked.state = "", None, State.SUBMITTED
        locked.save(update_fields=["taken_by", "taken_at", "state"])
        write_down("released", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def grant_registration(
    *,
    registration: Registration,
    attested: Collection[Fact] = (),
    bursary_words: str = "",
    actor: Actor,
    at: datetime.datetime,
) -> Registration:
    """
    Grant the card: the documents that are there are accepted, and so is what the agent `attested`.

    With `bursary_words`, the proof of a bursary is not: the family reads why, and may give another.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotReady: if it was never sent
    :raises TakenByAnother: if another agent has it
    :raises CardGranted: if the pupil has a card already
    :raises NotEligible: if a condition does not hold, or is not known
    :raises ProofMissing: if something declared is not proved yet
    :raises TicketsClosed: after the last day of new tickets
    """
    locked = lock_registration(registration)
    refuse_unless(locked, set(SENT))
    _mine(locked, actor)
    rules = locked.campaign.rules
    seen = [fact for fact in attested if fact in (*ASKABLE, Fact.BURSARY)]
    notices = locked.documents.filter(kind=Document.Kind.BURSARY_NOTICE)
    if bursary_words.strip():
        notices.update(state=Document.State.REFUSED)
    known = facts_of([locked.pupil], on=day_of(at))[locked.pupil_id]
    facts = declaring.facts_told(
        rules,
        known,
        read_declared(locked.declared),
        kinds=queries.kinds_given(locked),
        attested=seen,
    )
    settle(locked, facts, actor=actor, at=at)
    if bursary_words.strip():
        locked.answer = _words(bursary_words)
        locked.asked = [Document.Kind.BURSARY_NOTICE.value]
        locked.save(update_fields=["answer", "asked"])
    if seen:
        write_down("attested", locked, actor=actor, at=at, facts=sorted(map(str, seen)))
    return locked


@transaction.atomic(durable=True)
def ask_documents(
    *,
    registration: Registration,
    kinds: Collection[str],
    words: str,
    actor: Actor,
    at: datetime.datetime,
) -> Registration:
    """
    Ask the family for documents, and say why: those of these kinds that it gave are sent back.

    Of a card that is granted, a photograph or the proof of a bursary may be asked again: it stands.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotReady: if it was never sent, or if no kind is named
    :raises TakenByAnother: if another agent has it
    :raises WordsMissing: if nothing is said
    """
    locked = lock_registration(registration)
    refuse_unless(locked, {*SENT, State.GRANTED})
    _mine(locked, actor)
    allowed = AFTERWARDS if locked.state == State.GRANTED else set(Document.Kind.values)
    asked = [kind for kind in Document.Kind.values if kind in set(kinds) & allowed]
    if not asked:
        raise RegistrationNotReady(state=locked.state)
    locked.answer, locked.asked = _words(words), asked
    locked.documents.filter(kind__in=asked).update(state=Document.State.REFUSED)
    if locked.state == State.GRANTED:
        locked.save(update_fields=["answer", "asked"])
        tell("document_asked", locked, at=at)
    else:
        await_family(locked, Reason.DOCUMENT_ASKED, at=at)
    write_down("document_asked", locked, actor=actor, at=at, kinds=asked)
    return locked


@transaction.atomic(durable=True)
def refuse_registration(
    *, registration: Registration, words: str, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Refuse a registration, and say why. The family may begin another.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotReady: if it was never sent
    :raises TakenByAnother: if another agent has it
    :raises WordsMissing: if nothing is said
    """
    locked = lock_registration(registration)
    refuse_unless(locked, set(SENT))
    _mine(locked, actor)
    locked.answer, locked.reason, locked.asked = _words(words), "", []
    move(locked, State.REFUSED, at=at)
    write_down("refused", locked, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def accept_documents(
    *, registration: Registration, actor: Actor, at: datetime.datetime
) -> Registration:
    """
    Accept what came for a card that is granted: a photograph, or the proof of a bursary.

    The proof gives the difference, once, whatever was already spent.

    :raises RegistrationNotReady: if no card is granted
    :raises NothingToLookAt: if nothing waits
    :raises TicketsClosed: if it would add credit after the last day of new tickets
    """
    locked = lock_registration(registration)
    if locked.state != State.GRANTED or locked.card is None:
        raise RegistrationNotReady(state=locked.state)
    waiting = locked.documents.filter(state=Document.State.RECEIVED, deleted_at__isnull=True)
    kinds = set(waiting.values_list("kind", flat=True))
    if not kinds:
        raise NothingToLookAt
    cents = 0
    if Document.Kind.BURSARY_NOTICE in kinds:
        known = facts_of([locked.pupil], on=day_of(at))[locked.pupil_id]
        facts = declaring.facts_told(
            locked.campaign.rules,
            known,
            read_declared(locked.declared),
            kinds=queries.kinds_given(locked),
        )
        gained = give_difference(card=locked.card, facts=facts, actor=actor, at=at)
        cents = sum(gained.values())
    waiting.update(state=Document.State.ACCEPTED)
    if cents:
        tell("completed", locked, at=at)
    write_down("documents_accepted", locked, actor=actor, at=at, kinds=sorted(kinds), cents=cents)
    return locked


def open_document(
    *, document: RegistrationDocument, actor: Actor, at: datetime.datetime
) -> RegistrationDocument:
    """Write down that an agent opens a document of a family."""
    record_audit(
        actor=actor,
        action="passplus.registration.document_opened",
        subject_type="Registration",
        subject_id=document.registration.public_id,
        at=at,
        document=str(document.public_id),
    )
    return document


def _mine(locked: Registration, actor: Actor) -> None:
    if locked.taken_by and locked.taken_by != actor.id:
        raise TakenByAnother(taken_at=locked.taken_at)


def _words(words: str) -> str:
    if not words.strip():
        raise WordsMissing
    return words.strip()[:500]
