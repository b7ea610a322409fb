"""Whose an arrival is here: said by a guardian or an agent, and unsaid when it was a mistake.

Merging joins what comes to the pupil whom a feed brought; it writes to no row of the pupil, so that what a
feed says of them stays the feed's. Un-merging leaves everything as it was before, but for the history that
both write. What was taken over already holds it: the act that took it over is undone first, by its own room.
"""

from __future__ import annotations

import datetime

from django.db import IntegrityError, transaction

from commons import sealing
from commons.actors import Actor
from commons.errors import DomainError
from federation.exchange import moving
from federation.exchange.identity import Identity, score_between, strength_of
from federation.exchange.models import Arrival, Merge, ReceivedItem
from federation.exchange.opening import IDENTITY, AlreadyMoving
from tenants.people.models import Pupil


class NotTheSameChild(DomainError):
    """The pupil is not like the child whom the guardian told: another name, day of birth or identifier."""

    code = "EXCHANGE_NOT_THE_SAME_CHILD"


class MergedAlready(DomainError):
    """The arrival is of another pupil: un-merge it first."""

    code = "EXCHANGE_MERGED_ALREADY"


class TakenOver(DomainError):
    """Something that came was taken over for this pupil: that is undone first."""

    code = "EXCHANGE_TAKEN_OVER"


def candidates_for(arrival: Arrival) -> list[Pupil]:
    """The pupils of here who are like the child whom a guardian told: of an open arrival, none otherwise."""
    if arrival.sealed_identity is None:
        return []
    told = _told(arrival)
    born = Pupil.objects.filter(birth_date=told.birth_date).order_by("sort_key", "pk")
    return [one for one in born if strength_of(score_between(told, Identity.of(one))) is not None]


def _told(arrival: Arrival) -> Identity:
    sealed = bytes(arrival.sealed_identity or b"")
    return Identity.loaded(sealing.unseal(sealed, purpose=IDENTITY))


@transaction.atomic(durable=True)
def merge(*, arrival: Arrival, pupil: Pupil, actor: Actor, at: datetime.datetime) -> Arrival:
    """
    Say that an arrival is of a pupil; again changes nothing.

    :raises MoveOver: if it is over
    :raises MergedAlready: if it is of another pupil
    :raises NotTheSameChild: if the pupil is not like the child who was told
    :raises AlreadyMoving: if the pupil has another arrival
    """
    locked = moving.lock_arrival(arrival.public_id)
    moving.refuse_over(locked)
    if locked.pupil_id == pupil.pk:
        return locked
    if locked.pupil_id is not None:
        raise MergedAlready
    if strength_of(score_between(_told(locked), Identity.of(pupil))) is None:
        raise NotTheSameChild
    locked.pupil = pupil
    try:
        with transaction.atomic():
            locked.save(update_fields=["pupil"])
    except IntegrityError as error:
        raise AlreadyMoving from error
    Merge.objects.create(arrival=locked, pupil=pupil, merged_by=actor.id, merged_at=at)
    moving.write_down("merged", locked, actor=actor, at=at, pupil=str(pupil.public_id))
    return locked


@transaction.atomic(durable=True)
def unmerge(*, arrival: Arrival, actor: Actor, at: datetime.datetime) -> Arrival:
    """
    Say that an arrival is not of the pupil it was merged with; again changes nothing.

    :raises MoveOver: if it is over
    :raises TakenOver: if something that came was taken over
    """
    locked = moving.lock_arrival(arrival.public_id)
    moving.refuse_over(locked)
    if locked.pupil_id is None:
        return locked
    applied = ReceivedItem.objects.filter(arrival=locked, state=ReceivedItem.State.APPLIED)
    if applied.exists():
        raise TakenOver
    Merge.objects.filter(arrival=locked, undone_at__isnull=True).update(
        undone_by=actor.id, undone_at=at
    )
    locked.pupil = None
    locked.save(update_fields=["pupil"])
    moving.write_down("unmerged", locked, actor=actor, at=at)
    return locked
