"""Send what waits: claimed in one short transaction, called with no lock held, noted in another.

At least once, in no promised order. A delivery that fails waits longer each time (`BACK_OFF`, by a fifth
more or less), then is given up and may be replayed. Failures in a row trip its endpoint: one delivery at
a time then probes it, and the others wait without spending their tries. A worker that dies leaves a claim
that ends by itself after `LEASE`.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import logging
import random
import time
from collections.abc import Sequence

import httpx
from django.db import transaction
from django.db.models import F, Q

from commons import public_calls
from commons.actors import Actor
from commons.meters import Counter
from commons.outbox import record_event
from commons.sealing import CannotUnseal
from commons.tenancy import current_schema
from federation.webhooks import signing, waking
from federation.webhooks.models import (
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    Outcome,
)
from federation.webhooks.public_events import VERSION
from federation.webhooks.subscribing import PORTS, lock_endpoint, write_down
from tenants.registry import directory

logger = logging.getLogger(__name__)

SECONDS = 10.0
LEASE = datetime.timedelta(minutes=1)  # longer than a call and the look-up of a name
BACK_OFF = tuple(
    datetime.timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 8 * 60, 24 * 60)
)
JITTER = 0.2
TRIP_AFTER = 5
FIRST_PROBE, LONGEST_PROBE = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)
WARN_AFTER = datetime.timedelta(days=1)
SENDER = Actor.system("webhooks")
_GONE = 410
_MOST_DOUBLINGS = 10

SENT = Counter(
    "socle.webhooks.sent",
    unit="{call}",
    description="Calls to the endpoints of integrators, with what came of each.",
    attributes={"outcome": tuple(Outcome.values)},
)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What a call gave: an outcome, the status if there was one, and milliseconds."""

    outcome: Outcome
    status: int | None
    duration_ms: int


def send_next(*, at: datetime.datetime) -> Outcome | None:
    """Send one delivery of the current schema that is due; what came of it, or None if none is due."""
    delivery = _claim(at=at)
    if delivery is None:
        return None
    answer = _call(delivery, at=at)
    SENT.add(outcome=answer.outcome.value)
    _note(delivery, answer, at=at)
    return answer.outcome


@transaction.atomic(durable=True)
def _claim(*, at: datetime.datetime) -> Delivery | None:
    """The next delivery, ours for `LEASE`; its try is counted when it begins."""
    probed: list[int] = []  # by somebody else
    while (delivery := _next_due(at=at, but=probed)) is not None:
        endpoint = delivery.endpoint
        if endpoint.state == EndpointState.TRIPPED and not _may_probe(endpoint, at=at):
            probed.append(endpoint.pk)
            continue
        Delivery.objects.filter(pk=delivery.pk).update(
            attempts=F("attempts") + 1, next_attempt_at=at + LEASE
        )
        delivery.attempts += 1
        return delivery
    return None


def _next_due(*, at: datetime.datetime, but: Sequence[int]) -> Delivery | None:
    """The delivery that has waited longest, locked; those another worker is at are passed over."""
    is_open = Q(endpoint__state=EndpointState.ACTIVE) | Q(
        endpoint__state=EndpointState.TRIPPED, endpoint__probe_at__lte=at
    )
    return (
        Delivery.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(is_open, state=DeliveryState.WAITING, next_attempt_at__lte=at)
        .exclude(endpoint_id__in=but)
        .select_related("endpoint")
        .order_by("next_attempt_at", "pk")
        .first()
    )


def _may_probe(endpoint: Endpoint, *, at: datetime.datetime) -> bool:
    """Take the one probe of a tripped endpoint; the database decides between two."""
    due = Endpoint.objects.filter(pk=endpoint.pk, state=EndpointState.TRIPPED, probe_at__lte=at)
    return bool(due.update(probe_at=at + LEASE))


def body_of(delivery: Delivery) -> bytes:
    """What is sent: what happened, where, when, and to what; identifiers only."""
    departement = directory.by_schema(current_schema())
    said = {
        "type": delivery.name,
        "version": VERSION,
        "timestamp": delivery.occurred_at.astimezone(datetime.UTC).isoformat(),
        "departement": departement.code if departement else "",
        "data": delivery.ids,
    }
    return json.dumps(said, separators=(",", ":")).encode("ascii")


def _call(delivery: Delivery, *, at: datetime.datetime) -> Answer:
    """Call once, whatever comes of it."""
    began = time.monotonic()
    status = None
    try:
        status = _post(delivery, at=at)
        outcome = _outcome_of(status)
    except public_calls.NotCallable:
        outcome = Outcome.NOT_CALLABLE
    except httpx.HTTPError:
        outcome = Outcome.NO_ANSWER
    except CannotUnseal:
        logger.exception("a webhook's secret does not open")
        outcome = Outcome.NOT_CALLABLE
    return Answer(outcome, status, int((time.monotonic() - began) * 1000))


def _post(delivery: Delivery, *, at: datetime.datetime) -> int:
    endpoint, body = delivery.endpoint, body_of(delivery)
    secrets = signing.secrets_of(endpoint, at=at)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Socle-Webhooks/1",
        **signing.headers_of(f"msg_{delivery.public_id.hex}", body=body, secrets=secrets, at=at),
    }
    return public_calls.call(
        "POST", endpoint.url, seconds=SECONDS, ports=PORTS, headers=headers, content=body
    )


def _outcome_of(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome.TAKEN
    return Outcome.GONE if status == _GONE else Outcome.REFUSED


@transaction.atomic(durable=True)
def _note(claimed: Delivery, answer: Answer, *, at: datetime.datetime) -> None:
    """Keep what came of a call; the delivery first, then its endpoint."""
    delivery = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=claimed.pk)
    Attempt.objects.create(
        delivery=delivery,
        number=claimed.attempts,
        at=at,
        outcome=answer.outcome,
        status=answer.status,
        duration_ms=answer.duration_ms,
    )
    is_ours = delivery.state == DeliveryState.WAITING and delivery.attempts == claimed.attempts
    if is_ours:  # else another worker took it over, and decides
        _settle(delivery, answer, at=at)
    endpoint = lock_endpoint(delivery.endpoint_id)
    if answer.outcome == Outcome.TAKEN:
        _works_again(endpoint, at=at)
    else:
        _fails(endpoint, delivery, answer, at=at)


def _settle(delivery: Delivery, answer: Answer, *, at: datetime.datetime) -> None:
    """Delivered, given up, or to be tried again later."""
    if answer.outcome == Outcome.TAKEN:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, at
    elif answer.outcome == Outcome.GONE or delivery.attempts > len(BACK_OFF):
        delivery.state = DeliveryState.GIVEN_UP
    else:
        delivery.next_attempt_at = at + _wait(BACK_OFF[delivery.attempts - 1])
    delivery.save(update_fields=["state", "delivered_at", "next_attempt_at"])


def _wait(about: datetime.timedelta) -> datetime.timedelta:
    """Near enough, so that what failed together does not come back together."""
    return about * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311  no secret


def _works_again(endpoint: Endpoint, *, at: datetime.datetime) -> None:
    if not endpoint.failures:
        return
    if endpoint.state == EndpointState.TRIPPED:
        endpoint.state = EndpointState.ACTIVE
        write_down("recovered", endpoint, actor=SENDER, at=at)
        waking.wake_on_commit()
    endpoint.failures, endpoint.probe_at = 0, None
    endpoint.failing_since, endpoint.warned_at = None, None
    _save(endpoint)


def _fails(
    endpoint: Endpoint, delivery: Delivery, answer: Answer, *, at: datetime.datetime
) -> None:
    """Count a failure; trip or pause the endpoint, and warn its contact once for a breakdown."""
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    if answer.outcome == Outcome.GONE:
        endpoint.state, endpoint.probe_at, endpoint.is_gone = EndpointState.PAUSED, None, True
        write_down("gone", endpoint, actor=SENDER, at=at)
    elif endpoint.state != EndpointState.PAUSED and endpoint.failures >= TRIP_AFTER:
        if endpoint.state == EndpointState.ACTIVE:
            write_down("tripped", endpoint, actor=SENDER, at=at, failures=endpoint.failures)
        endpoint.state = EndpointState.TRIPPED
        doublings = min(endpoint.failures - TRIP_AFTER, _MOST_DOUBLINGS)
        endpoint.probe_at = at + min(FIRST_PROBE * 2**doublings, LONGEST_PROBE)
    is_lasting = at - endpoint.failing_since >= WARN_AFTER
    is_lost = delivery.state == DeliveryState.GIVEN_UP
    if endpoint.warned_at is None and (is_lasting or is_lost):
        endpoint.warned_at = at
        record_event(
            "webhooks.endpoint.failing",
            aggregate=f"endpoint:{endpoint.public_id}",
            occurred_at=at,
            endpoint_id=endpoint.pk,
        )
    _save(endpoint)


def _save(endpoint: Endpoint) -> None:
    endpoint.save(
        update_fields=["state", "failures", "failing_since", "probe_at", "warned_at", "is_gone"]
    )
