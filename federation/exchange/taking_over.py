"""What came is taken over by this département's own acts, or set aside: never written as it came.

A decision of rights becomes a request in the agents' queue: they decide by the rules of here, with what came
as the proof. A Pass+ balance is a position to know: the money stays where it was granted. When nothing waits
any more the arrival ends, and the other side is told so.
"""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable

from django.db import transaction

from billing.rights import operations as rights
from commons import sealing
from commons.actors import Actor
from commons.errors import DomainError
from federation.agreements.reading import day_of
from federation.correspondence.models import Item
from federation.exchange import moving
from federation.exchange.contents import Content
from federation.exchange.models import Arrival, Ended, ReceivedItem
from federation.exchange.taking_in import RECEIVED
from tenants.people.queries import household_of

State = ReceivedItem.State
KEPT = datetime.timedelta(
    days=60
)  # what came, once it is decided: as long as a decision is looked at again


class NotMerged(DomainError):
    """Whose it is, is not said yet: the arrival is merged with a pupil first."""

    code = "EXCHANGE_NOT_MERGED"


class NothingToTakeOver(DomainError):
    """It is decided already, or nothing came of it."""

    code = "EXCHANGE_NOTHING_TO_TAKE_OVER"


class NoHousehold(DomainError):
    """The pupil has no household here, or the guardian is of another: form it first."""

    code = "EXCHANGE_NO_HOUSEHOLD"


@transaction.atomic(durable=True)
def take_over(*, item: ReceivedItem, actor: Actor, at: datetime.datetime) -> ReceivedItem:
    """
    Take over what came; again changes nothing.

    :raises MoveOver: if the arrival is over
    :raises NotMerged: if it is of no pupil yet
    :raises NothingToTakeOver: if it was set aside, or is empty
    :raises NoHousehold: if the rights are of no household here
    :raises RequestUnderWay: if the household's request waits for a source
    """
    arrival, locked = _lock(item)
    if locked.state == State.APPLIED:
        return locked
    moving.refuse_over(arrival)
    if locked.state != State.WAITING or not content_of(locked):
        raise NothingToTakeOver
    if arrival.pupil is None:
        raise NotMerged
    result = _ACTS[Item(locked.item)](arrival, actor, at)
    _decide(arrival, locked, State.APPLIED, result, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def set_aside(*, item: ReceivedItem, actor: Actor, at: datetime.datetime) -> ReceivedItem:
    """
    Leave what came; again changes nothing.

    :raises MoveOver: if the arrival is over
    :raises NothingToTakeOver: if it was taken over
    """
    arrival, locked = _lock(item)
    if locked.state == State.SET_ASIDE:
        return locked
    moving.refuse_over(arrival)
    if locked.state != State.WAITING:
        raise NothingToTakeOver
    _decide(arrival, locked, State.SET_ASIDE, None, actor=actor, at=at)
    return locked


@transaction.atomic(durable=True)
def refuse_arrival(*, arrival: Arrival, actor: Actor, at: datetime.datetime) -> Arrival:
    """
    Refuse what comes: it is erased. Again changes nothing.

    :raises MoveOver: if it is over otherwise
    """
    locked = moving.lock_arrival(arrival.public_id)
    if locked.ended != Ended.REFUSED:
        moving.refuse_over(locked)
        moving.close_arrival(locked, Ended.REFUSED, actor=actor, at=at)
    return locked


def content_of(item: ReceivedItem) -> Content:
    """What an item says; empty when it says nothing, or is erased."""
    if item.sealed_content is None:
        return {}
    found: Content = json.loads(sealing.unseal(bytes(item.sealed_content), purpose=RECEIVED))
    return found


def _lock(item: ReceivedItem) -> tuple[Arrival, ReceivedItem]:
    """An arrival, then its item: always in this order."""
    arrival = moving.lock_arrival(item.arrival.public_id)
    found = ReceivedItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    return arrival, found


def _decide(
    arrival: Arrival,
    item: ReceivedItem,
    state: State,
    result: uuid.UUID | None,
    *,
    actor: Actor,
    at: datetime.datetime,
) -> None:
    item.state, item.result, item.decided_at, item.decided_by = state, result, at, actor.id
    item.save(update_fields=["state", "result", "decided_at", "decided_by"])
    moving.write_down("item_decided", arrival, actor=actor, at=at, item=item.item, state=state)
    if not ReceivedItem.objects.filter(arrival=arrival, state=State.WAITING).exists():
        moving.close_arrival(arrival, Ended.APPLIED, actor=actor, at=at)


def _rights(arrival: Arrival, actor: Actor, at: datetime.datetime) -> uuid.UUID:
    household = household_of(arrival.guardian, on=day_of(at))
    pupil = arrival.pupil
    if household is None or pupil is None or pupil.household_id != household.pk:
        raise NoHousehold
    request = rights.hand_over_moved(
        household=household, guardian=arrival.guardian, actor=actor, at=at
    )
    return request.public_id


def _pass_plus(_arrival: Arrival, _actor: Actor, _at: datetime.datetime) -> None:
    """Nothing to do here: it is known."""


_ACTS: dict[Item, Callable[[Arrival, Actor, datetime.datetime], uuid.UUID | None]] = {
    Item.RIGHTS: _rights,
    Item.PASS_PLUS: _pass_plus,
}
