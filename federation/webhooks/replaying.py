"""Send again what was given up or lost, try an endpoint, and forget the log when it is old."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from commons.actors import Actor
from commons.errors import DomainError
from federation.webhooks import queries, waking
from federation.webhooks.models import Delivery, DeliveryState, Endpoint, EndpointState
from federation.webhooks.public_events import TRIAL
from federation.webhooks.subscribing import EndpointPaused, lock_endpoint, write_down

MOST_REPLAYED = 5_000
_PURGED_AT_ONCE = 5_000


class DeliveryWaits(DomainError):
    """The delivery is to be sent already."""

    code = "WEBHOOKS_DELIVERY_WAITS"


class NothingToReplay(DomainError):
    """No delivery was given up since that day."""

    code = "WEBHOOKS_NOTHING_TO_REPLAY"


@transaction.atomic(durable=True)
def replay(*, delivery: Delivery, actor: Actor, at: datetime.datetime) -> Delivery:
    """
    Send a delivery again, under the same identifier, with all its tries.

    :raises DeliveryWaits: if it is to be sent already
    """
    locked = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=delivery.pk)
    if locked.state == DeliveryState.WAITING:
        raise DeliveryWaits
    _ask_again(Delivery.objects.filter(pk=locked.pk), at=at)
    locked.refresh_from_db()
    write_down(
        "replayed", delivery.endpoint, actor=actor, at=at, deliveries=1,
        delivery=str(locked.public_id),
    )  # fmt: skip
    return locked


@transaction.atomic(durable=True)
def replay_given_up(
    *, endpoint: Endpoint, since: datetime.datetime, actor: Actor, at: datetime.datetime
) -> int:
    """
    Send again what was given up of what happened since, the oldest first; how many.

    At most `MOST_REPLAYED` at once.

    :raises NothingToReplay: if there is none
    """
    chosen = list(
        queries.given_up_since(endpoint, since)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)[:MOST_REPLAYED]
    )
    if not chosen:
        raise NothingToReplay
    count = _ask_again(Delivery.objects.filter(pk__in=chosen), at=at)
    write_down("replayed", endpoint, actor=actor, at=at, deliveries=count)
    return count


def _ask_again(chosen: QuerySet[Delivery], *, at: datetime.datetime) -> int:
    waking.wake_on_commit()
    return chosen.update(
        state=DeliveryState.WAITING, attempts=0, next_attempt_at=at, delivered_at=None
    )


@transaction.atomic(durable=True)
def try_endpoint(*, endpoint: Endpoint, actor: Actor, at: datetime.datetime) -> Delivery:
    """
    Send a trial, signed like any other and telling nothing.

    :raises EndpointPaused: if nothing is sent to it
    """
    locked = lock_endpoint(endpoint.pk)
    if locked.state == EndpointState.PAUSED:
        raise EndpointPaused
    delivery = Delivery.objects.create(
        endpoint=locked, name=TRIAL, occurred_at=at, next_attempt_at=at, asked_at=at
    )
    write_down("tried", locked, actor=actor, at=at)
    waking.wake_on_commit()
    return delivery


def purge(*, at: datetime.datetime) -> int:
    """Forget deliveries, sent or not, `settings.WEBHOOK_LOG_DAYS` after they were asked; how many."""
    before = at - datetime.timedelta(days=settings.WEBHOOK_LOG_DAYS)
    Endpoint.objects.filter(previous_until__lte=at).update(
        sealed_previous=None, previous_until=None
    )
    count = 0
    while old := list(
        Delivery.objects.filter(asked_at__lt=before)
        .order_by("asked_at")
        .values_list("pk", flat=True)[:_PURGED_AT_ONCE]
    ):
        Delivery.objects.filter(pk__in=old).delete()
        count += len(old)
    return count
