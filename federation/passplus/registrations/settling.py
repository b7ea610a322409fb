"""What the acts on registrations are made of: the lock, the states, the grant, and what is told."""

from __future__ import annotations

import datetime

from billing.rights import queries as rights
from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.engine import spending
from federation.passplus.engine.eligibility import Eligibility, judge
from federation.passplus.engine.facts import Facts
from federation.passplus.granting import give_card
from federation.passplus.registration_models import Registration, RegistrationDocument
from federation.passplus.registrations import declaring, queries
from federation.passplus.registrations.declaring import read_declared
from federation.passplus.registrations.queries import OPEN, WAITING

State = Registration.State
Reason = Registration.Reason
Document = RegistrationDocument
# What an act may change: a tenant's role has the right to update nothing else.
CHANGED = (
    "state", "declared", "reason", "answer", "asked", "card", "is_automatic", "taken_by", "taken_at",
    "submitted_at", "waiting_since", "due_at", "closed_at",
)  # fmt: skip


class RegistrationOver(DomainError):
    """It is granted, refused or closed."""

    code = "PASSPLUS_REGISTRATION_OVER"


class RegistrationNotReady(DomainError):
    """It is not in a state where this can be done; `state` says which it is in."""

    code = "PASSPLUS_REGISTRATION_NOT_READY"


class RegistrationUnderWay(DomainError):
    """The other parent's is being studied: there is one at a time for a pupil."""

    code = "PASSPLUS_REGISTRATION_UNDER_WAY"


def lock_registration(registration: Registration) -> Registration:
    """Lock a registration: what comes first, before the accounts of the ledger."""
    return (
        Registration.objects.select_for_update(of=("self",), no_key=True)
        .select_related("campaign", "pupil", "card")
        .get(pk=registration.pk)
    )


def refuse_unless(locked: Registration, states: frozenset[State] | set[State]) -> None:
    """
    Refuse an act on a registration that is in none of these states.

    :raises RegistrationOver: if it is over
    :raises RegistrationNotReady: if it waits for somebody else
    """
    if locked.state in states:
        return
    if locked.state not in OPEN:
        raise RegistrationOver(state=locked.state)
    raise RegistrationNotReady(state=locked.state)


def settle(
    locked: Registration,
    facts: Facts,
    *,
    actor: Actor,
    at: datetime.datetime,
    is_automatic: bool = False,
) -> None:
    """
    Grant the card of a locked registration, and end the files that others began for the same pupil.

    :raises CardGranted: if the pupil has one already
    :raises NotEligible: if a condition does not hold, or is not known
    :raises ProofMissing: if something declared is not proved yet
    :raises TicketsClosed: after the last day of new tickets: the credit could only go back
    """
    before = locked.campaign.rules.tickets.issued_before
    if spending.day_of(at) >= before:
        raise spending.TicketsClosed(closed_on=before)
    locked.card = give_card(
        campaign=locked.campaign,
        pupil=locked.pupil,
        facts=facts,
        actor=actor,
        at=at,
        registered_on=spending.day_of(locked.submitted_at or at),
    )
    locked.is_automatic = is_automatic
    locked.reason, locked.answer, locked.asked = "", "", []
    move(locked, State.GRANTED, at=at)
    if not is_automatic:
        locked.documents.filter(state=Document.State.RECEIVED).update(state=Document.State.ACCEPTED)
    others = Registration.objects.filter(
        campaign=locked.campaign, pupil=locked.pupil, state__in=OPEN
    ).exclude(pk=locked.pk)
    for other in others.select_for_update(of=("self",), no_key=True).order_by("pk"):
        close(other, Reason.OTHER_PARENT, actor=actor, at=at)
    write_down("granted", locked, actor=actor, at=at, automatic=is_automatic)


def settle_if_data_prove(
    locked: Registration, known: Facts, *, actor: Actor, at: datetime.datetime
) -> bool:
    """Grant a locked registration when data alone prove every condition, and nothing else is missing.

    What the family says, and gave, decides nothing here: an agent looks at it.
    """
    rules = locked.campaign.rules
    if judge(rules.eligibility, known).eligibility is not Eligibility.PROVED:
        return False
    kinds = queries.kinds_given(locked)
    if (rules.photo_megabytes is not None and Document.Kind.PHOTO not in kinds) or locked.asked:
        return False
    declared = read_declared(locked.declared)
    told = declaring.facts_told(rules, known, declared)
    settle(locked, told, actor=actor, at=at, is_automatic=True)
    return True


def hand_over(locked: Registration, *, at: datetime.datetime) -> None:
    """Put a whole registration in the agents' queue, with the day its answer is due."""
    hours = rights.rules().sla_hours
    locked.waiting_since, locked.due_at = at, at + datetime.timedelta(hours=hours)
    locked.reason, locked.answer, locked.asked = "", "", []
    move(locked, State.SUBMITTED, at=at)


def await_family(locked: Registration, reason: Reason, *, at: datetime.datetime) -> None:
    """Give a registration back to the family: its day is counted anew when it is whole."""
    locked.reason = reason
    locked.waiting_since, locked.due_at = None, None
    locked.taken_by, locked.taken_at = "", None
    move(locked, State.INCOMPLETE, at=at)


def close(locked: Registration, reason: Reason, *, actor: Actor, at: datetime.datetime) -> None:
    """End a registration without a card. What was declared is erased, documents by the worker."""
    locked.reason, locked.declared, locked.asked = reason, {}, []
    move(locked, State.CLOSED, at=at)
    write_down("closed", locked, actor=actor, at=at, reason=str(reason))


def move(locked: Registration, state: State, *, at: datetime.datetime) -> None:
    """Write a registration in its new state, and have the family told."""
    locked.state = state
    if state not in OPEN:
        locked.closed_at = at
    if state not in WAITING:
        locked.taken_by, locked.taken_at = "", None
    locked.save(update_fields=CHANGED)
    tell(str(state).lower(), locked, at=at)


def tell(what: str, locked: Registration, *, at: datetime.datetime) -> None:
    """Have the family told."""
    record_event(
        f"passplus.registration.{what}",
        aggregate=f"passplus_registration:{locked.public_id}",
        occurred_at=at,
        registration_id=locked.pk,
    )


def write_down(
    what: str, locked: Registration, *, actor: Actor, at: datetime.datetime, **details: object
) -> None:
    """A line of the journal about a registration."""
    record_audit(
        actor=actor,
        action=f"passplus.registration.{what}",
        subject_type="Registration",
        subject_id=locked.public_id,
        at=at,
        **details,
    )
