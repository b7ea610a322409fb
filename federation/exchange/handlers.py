"""What the worker does of the events of moves: it writes to the other side. Again changes nothing."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.exchange import letting_go, moving, posting


@handles("exchange.arrival.opened")
def announce_arrival(event: OutboxEvent) -> None:
    with transaction.atomic(durable=True):
        posting.tell_arrival(moving.lock_arrival(_named(event)), at=timezone.now())


@handles("exchange.departure.opened")
def announce_departure(event: OutboxEvent) -> None:
    with transaction.atomic(durable=True):
        posting.tell_departure(moving.lock_departure(_named(event)), at=timezone.now())


@handles("exchange.departure.confirmed")
def send_items(event: OutboxEvent) -> None:
    letting_go.send_confirmed(_named(event), at=timezone.now())


@handles("exchange.arrival.closed")
def tell_arrival_closed(event: OutboxEvent) -> None:
    with transaction.atomic(durable=True):
        posting.tell_closed(moving.lock_arrival(_named(event)), at=timezone.now())


@handles("exchange.departure.closed")
def tell_departure_closed(event: OutboxEvent) -> None:
    with transaction.atomic(durable=True):
        posting.tell_closed(moving.lock_departure(_named(event)), at=timezone.now())


def _named(event: OutboxEvent) -> uuid.UUID:
    return uuid.UUID(event.payload["move"])
