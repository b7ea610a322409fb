"""What agents and the worker do of departures: confirm a probable match, and end what waited too long."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction

from commons.actors import Actor
from commons.errors import DomainError
from federation.agreements.reading import day_of, is_over
from federation.exchange import moving, posting, queries
from federation.exchange.models import (
    Arrival,
    AwaitedArrival,
    Departure,
    Ended,
    ReceivedItem,
)
from federation.exchange.taking_over import KEPT


class NothingToConfirm(DomainError):
    """No match waits for somebody's word: there is none, or its items are gone."""

    code = "EXCHANGE_NOTHING_TO_CONFIRM"


@transaction.atomic(durable=True)
def confirm_match(*, departure: Departure, actor: Actor, at: datetime.datetime) -> Departure:
    """
    Let the items of a probably matched departure go, once the family was asked; again changes nothing.

    :raises MoveOver: if it is over
    :raises NothingToConfirm: if nothing is matched, or they are gone
    """
    locked = moving.lock_departure(departure.public_id)
    moving.refuse_over(locked)
    if locked.confirmed_by:
        return locked
    if locked.arrival is None or locked.sent_at is not None:
        raise NothingToConfirm
    locked.confirmed_by = actor.id
    locked.save(update_fields=["confirmed_by"])
    moving.write_down("confirmed", locked, actor=actor, at=at)
    moving.tell("confirmed", locked, at=at)
    return locked


@transaction.atomic(durable=True)
def refuse_departure(*, departure: Departure, actor: Actor, at: datetime.datetime) -> Departure:
    """
    Let nothing go: the match is a mistake, or the family said so. Again changes nothing.

    :raises MoveOver: if it is over otherwise
    """
    locked = moving.lock_departure(departure.public_id)
    if locked.ended != Ended.REFUSED:
        moving.refuse_over(locked)
        moving.close_departure(locked, Ended.REFUSED, actor=actor, at=at)
    return locked


def send_confirmed(departure: uuid.UUID, *, at: datetime.datetime) -> None:
    """Send what an agent let go. By a worker; again changes nothing."""
    with transaction.atomic(durable=True):
        locked = moving.lock_departure(departure)
        if locked.is_open and locked.confirmed_by:
            posting.send_items(locked, at=at)


def keep_deadlines(*, actor: Actor, at: datetime.datetime) -> int:
    """End what waited too long or under an agreement that is over; erase what is kept no more. How many."""
    over = {one.public_id for one in queries.agreements() if is_over(one, on=day_of(at))}
    done = 0
    waiting: list[Arrival | Departure] = [
        *Arrival.objects.filter(closed_at__isnull=True).order_by("pk"),
        *Departure.objects.filter(closed_at__isnull=True).order_by("pk"),
    ]
    for move in waiting:
        if (move.expires_at <= at or move.agreement in over) and not _arrived(move):
            done += _expire(move, actor=actor, at=at)
    _erase(at=at)
    return done


def _arrived(move: Arrival | Departure) -> bool:
    """Whether its items crossed: an agent of the other side, or of ours, decides."""
    return (move.received_at if isinstance(move, Arrival) else move.sent_at) is not None


def _expire(move: Arrival | Departure, *, actor: Actor, at: datetime.datetime) -> bool:
    with transaction.atomic(durable=True):
        if isinstance(move, Arrival):
            arrival = moving.lock_arrival(move.public_id)
            if arrival.is_open and not _arrived(arrival):
                moving.close_arrival(arrival, Ended.EXPIRED, actor=actor, at=at)
                return True
            return False
        departure = moving.lock_departure(move.public_id)
        if departure.is_open and not _arrived(departure):
            moving.close_departure(departure, Ended.EXPIRED, actor=actor, at=at)
            return True
        return False


def _erase(*, at: datetime.datetime) -> None:
    AwaitedArrival.objects.filter(closed_at__isnull=True, expires_at__lte=at).update(
        closed_at=at, sealed_tokens=None
    )
    decided = ReceivedItem.objects.filter(decided_at__lte=at - KEPT, sealed_content__isnull=False)
    decided.update(sealed_content=None)
