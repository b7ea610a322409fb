"""What the acts on both halves of a move are made of: who is told, and what is erased at its end."""

from __future__ import annotations

import datetime
import uuid

from commons.actors import Actor
from commons.audit import record_audit
from commons.errors import DomainError
from commons.outbox import record_event
from federation.exchange.models import Arrival, Departure, Ended, ReceivedItem


class MoveOver(DomainError):
    """It is over: withdrawn, taken over, refused, or too old."""

    code = "EXCHANGE_MOVE_OVER"


def lock_arrival(public_id: uuid.UUID) -> Arrival:
    """An arrival, locked. Inside a transaction."""
    found = Arrival.objects.select_for_update(of=("self",), no_key=True)
    return found.get(public_id=public_id)


def lock_departure(public_id: uuid.UUID) -> Departure:
    """A departure, locked. Inside a transaction."""
    found = Departure.objects.select_for_update(of=("self",), no_key=True)
    return found.get(public_id=public_id)


def refuse_over(move: Arrival | Departure) -> None:
    """
    Refuse to act on what is over.

    :raises MoveOver: if it is
    """
    if not move.is_open:
        raise MoveOver(ended=move.ended)


def close_arrival(arrival: Arrival, ended: Ended, *, actor: Actor, at: datetime.datetime) -> None:
    """End a locked arrival: who the child is, is erased; so is what came and was not taken over."""
    arrival.closed_at, arrival.ended, arrival.sealed_identity = at, ended, None
    arrival.save(update_fields=["closed_at", "ended", "sealed_identity"])
    waiting = ReceivedItem.objects.filter(arrival=arrival, state=ReceivedItem.State.WAITING)
    waiting.update(state=ReceivedItem.State.ERASED, sealed_content=None, decided_at=at)
    write_down("closed", arrival, actor=actor, at=at, ended=ended)
    tell("closed", arrival, at=at)


def close_departure(
    departure: Departure, ended: Ended, *, actor: Actor, at: datetime.datetime
) -> None:
    """End a locked departure: what it is compared by is erased."""
    departure.closed_at, departure.ended = at, ended
    departure.sealed_raised, departure.sealed_blind = None, None
    departure.save(update_fields=["closed_at", "ended", "sealed_raised", "sealed_blind"])
    write_down("closed", departure, actor=actor, at=at, ended=ended)
    tell("closed", departure, at=at)


def write_down(
    what: str, move: Arrival | Departure, *, actor: Actor, at: datetime.datetime, **details: object
) -> None:
    """A line of the journal about a half of a move."""
    record_audit(
        actor=actor,
        action=f"exchange.{half_of(move)}.{what}",
        subject_type=type(move).__name__,
        subject_id=move.public_id,
        at=at,
        departement=move.other,
        **details,
    )


def tell(what: str, move: Arrival | Departure, *, at: datetime.datetime) -> None:
    """Have the worker do what follows. Inside the caller's transaction."""
    half = half_of(move)
    record_event(
        f"exchange.{half}.{what}",
        aggregate=f"{half}:{move.public_id}",
        occurred_at=at,
        move=str(move.public_id),
    )


def half_of(move: Arrival | Departure) -> str:
    """Which half it is, in the names of events."""
    return "arrival" if isinstance(move, Arrival) else "departure"
