"""What the days and the feeds do by themselves to registrations. Run by the beat, as often as one likes.

What data prove meanwhile is granted without waiting for anybody, and so is the difference of a bursary
that the feed says. What can no longer be granted is closed, and its family told. Then what is kept no
longer is erased.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from commons.actors import Actor
from commons.errors import DomainError
from commons.outbox import record_event
from federation.passplus.engine import registering, spending
from federation.passplus.engine.campaign import Status
from federation.passplus.engine.facts import Facts
from federation.passplus.granting import give_difference
from federation.passplus.knowing import facts_of
from federation.passplus.models import Campaign, Card
from federation.passplus.registration_models import Registration
from federation.passplus.registrations import documents
from federation.passplus.registrations.queries import OPEN, SENT
from federation.passplus.registrations.settling import (
    Reason,
    State,
    close,
    lock_registration,
    settle_if_data_prove,
    write_down,
)
from tenants.people import queries as people
from tenants.people.models import Schooling

BATCH = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """How many were granted, completed, closed, and erased."""

    granted: int = 0
    completed: int = 0
    closed: int = 0
    erased: int = 0


def keep_registrations(*, actor: Actor, at: datetime.datetime) -> Kept:
    """Do what is due in every campaign of the département."""
    granted = completed = closed = 0
    for campaign in Campaign.objects.order_by("pk"):
        if spending.day_of(at) < campaign.rules.tickets.issued_before:
            granted += grant_proved(campaign=campaign, actor=actor, at=at)
            completed += complete_known(campaign=campaign, actor=actor, at=at)
        closed += close_ended(campaign=campaign, actor=actor, at=at)
    return Kept(granted, completed, closed, documents.erase_ended(at=at))


def grant_proved(*, campaign: Campaign, actor: Actor, at: datetime.datetime) -> int:
    """Grant the registrations that waited, and that data prove now; how many."""
    waiting = Registration.objects.filter(campaign=campaign, state__in=SENT)
    return sum(
        _grant(row, known, actor=actor, at=at)
        for row, known in _with_facts(waiting.select_related("pupil"), at=at)
    )


@transaction.atomic(durable=True)
def _grant(
    registration: Registration, known: Facts, *, actor: Actor, at: datetime.datetime
) -> bool:
    locked = lock_registration(registration)
    if locked.state not in SENT or locked.taken_by:  # an agent has it: they decide
        return False
    try:
        with transaction.atomic():
            return settle_if_data_prove(locked, known, actor=actor, at=at)
    except DomainError:  # its card came by another way: it is closed below
        return False


def complete_known(*, campaign: Campaign, actor: Actor, at: datetime.datetime) -> int:
    """Give the difference to the cards whose bursary the feed says now; how many. Once for each."""
    day = spending.day_of(at)
    schooled = Schooling.objects.filter(
        people.in_force(day), pupil=OuterRef("pupil"), is_boursier=True
    )
    due = Card.objects.filter(Exists(schooled), campaign=campaign, status=Status.BASE)
    count = 0
    last = 0
    while rows := list(due.filter(pk__gt=last).select_related("pupil").order_by("pk")[:BATCH]):
        last = rows[-1].pk
        known = facts_of([card.pupil for card in rows], on=day)
        count += sum(_complete(card, known[card.pupil_id], actor=actor, at=at) for card in rows)
    return count


@transaction.atomic(durable=True)
def _complete(card: Card, known: Facts, *, actor: Actor, at: datetime.datetime) -> bool:
    gained = give_difference(card=card, facts=known, actor=actor, at=at)
    if not gained:
        return False
    record_event(
        "passplus.card.completed",
        aggregate=f"passplus_card:{card.public_id}",
        occurred_at=at,
        card_id=card.pk,
    )
    return True


def close_ended(*, campaign: Campaign, actor: Actor, at: datetime.datetime) -> int:
    """Close what can no longer be granted, and what is over with the campaign; how many."""
    rules, day = campaign.rules, spending.day_of(at)
    if day < rules.registration.opens_on:
        return 0
    held = Card.objects.filter(campaign=campaign, pupil=OuterRef("pupil"))
    rows = Registration.objects.filter(campaign=campaign).select_related("pupil")
    count = 0
    for row in rows.filter(Exists(held), state__in=OPEN).order_by("pk").iterator(BATCH):
        count += _close(row, Reason.RENEWED, states=OPEN, actor=actor, at=at)
    for row in rows.filter(state=State.DRAFT).order_by("pk").iterator(BATCH):
        if day >= registering.registered_before(rules, row.pupil.birth_date):
            count += _close(row, Reason.TOO_LATE, states={State.DRAFT}, actor=actor, at=at)
    if day >= rules.tickets.issued_before:
        for row in rows.filter(state__in=SENT).order_by("pk").iterator(BATCH):
            count += _close(row, Reason.TOO_LATE, states=SENT, actor=actor, at=at)
    if day >= rules.tickets.captured_before:
        count += _put_away(rows, actor=actor, at=at)
    return count


@transaction.atomic(durable=True)
def _close(
    registration: Registration,
    reason: Reason,
    *,
    states: frozenset[State] | set[State],
    actor: Actor,
    at: datetime.datetime,
) -> bool:
    locked = lock_registration(registration)
    if locked.state not in states:
        return False
    close(locked, reason, actor=actor, at=at)
    return True


def _put_away(rows: QuerySet[Registration], *, actor: Actor, at: datetime.datetime) -> int:
    """Close, without a word, the files of a campaign that is over: what they hold is then erased."""
    count = 0
    for row in rows.filter(state__in=(State.GRANTED, State.REFUSED)).order_by("pk").iterator(BATCH):
        with transaction.atomic(durable=True):
            locked = lock_registration(row)
            locked.state, locked.reason, locked.declared = State.CLOSED, Reason.CAMPAIGN_OVER, {}
            locked.save(update_fields=["state", "reason", "declared"])
            write_down("closed", locked, actor=actor, at=at, reason=Reason.CAMPAIGN_OVER.value)
        count += 1
    return count


def _with_facts(
    rows: QuerySet[Registration], *, at: datetime.datetime
) -> Iterator[tuple[Registration, Facts]]:
    """Registrations with what is known of their pupils, batch after batch."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = found[-1].pk
        known = facts_of([row.pupil for row in found], on=spending.day_of(at))
        yield from ((row, known[row.pupil_id]) for row in found)
