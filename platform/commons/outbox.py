"""The outbox: effects outside are asked for in the transaction of the act, and done by a worker.

`record_event` writes a row; a commit hook wakes the relay for this tenant, and a sweeper finds what
was left. The relay hands events to the handlers registered for their name, at least once, in order
for one aggregate; a handler must therefore be idempotent. Event names are dotted and in the past
tense ("billing.invoice.issued"); payloads hold identifiers only.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from commons.meters import Counter, Gauge
from commons.models import OutboxEvent
from commons.tenancy import current_schema, require_tenant

logger = logging.getLogger(__name__)

Handler = Callable[[OutboxEvent], None]
MAX_ATTEMPTS = 12
FIRST_RETRY = datetime.timedelta(seconds=10)
LONGEST_RETRY = datetime.timedelta(hours=6)

DELIVERED = Counter(
    "socle.outbox.delivered",
    unit="{event}",
    description="Events handed to their handlers, with success or not.",
    attributes={"outcome": ("DELIVERED", "FAILED")},
)
LAG = Gauge("socle.outbox.lag", unit="s", description="The age of the oldest event that waits.")
WAITING = Gauge(
    "socle.outbox.waiting",
    unit="{event}",
    description="Events that are not delivered: those that wait, and those given up.",
    attributes={"state": ("WAITING", "GIVEN_UP")},
)

_handlers: dict[str, list[Handler]] = {}
_wake: Callable[[str], None] | None = None


class EventOutsideTransaction(RuntimeError):
    """An event was recorded outside a transaction: it could outlive the act it tells of."""


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """What one pass of the relay did."""

    delivered: int
    failed: int


def handles(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler for events of these names."""

    def register(handler: Handler) -> Handler:
        for name in names:
            _handlers.setdefault(name, []).append(handler)
        return handler

    return register


def handled_names() -> frozenset[str]:
    """The names some handler listens to."""
    return frozenset(_handlers)


def set_wake(wake: Callable[[str], None] | None) -> None:
    """Say how the relay of a schema is woken after a commit; wired by `socle`."""
    global _wake
    _wake = wake


def wake_relay_on_commit() -> None:
    """Wake the relay of the current schema once this transaction is committed.

    `record_event` does it; a set-based operation that inserts its events itself calls this once.
    """
    schema = current_schema()
    transaction.on_commit(lambda: _wake(schema) if _wake else None, robust=True)


def record_event(
    name: str,
    *,
    aggregate: str,
    occurred_at: datetime.datetime,
    not_before: datetime.datetime | None = None,
    **ids: int | str | uuid.UUID,
) -> OutboxEvent:
    """Ask for an effect outside, in the transaction of the act; later than now if it is said.

    :raises EventOutsideTransaction: outside a transaction
    :raises NoTenant: in the public schema, which no relay reads
    """
    require_tenant()
    if not connection.in_atomic_block:
        raise EventOutsideTransaction(name)
    later = {"next_attempt_at": not_before} if not_before is not None else {}
    event = OutboxEvent.objects.create(
        name=name,
        aggregate=aggregate,
        occurred_at=occurred_at,
        payload={
            key: value if isinstance(value, int) else str(value) for key, value in ids.items()
        },
        **later,
    )
    wake_relay_on_commit()
    return event


def deliver_pending(*, at: datetime.datetime, limit: int = 200) -> Delivery:
    """Deliver the waiting events of the current schema, oldest first.

    Each event is claimed for `settings.OUTBOX_LEASE` in one statement, then handled with no lock
    held, then marked; so a slow mail server holds no row, and one failure neither stops nor undoes
    the others. A relay that dies leaves a claim that ends by itself: an event is told at least once.
    An event waits while an older one of its aggregate does.
    """
    delivered = failed = 0
    tried: set[int] = set()
    while delivered + failed < limit:
        event_id = _deliver_next(at=at, tried=tried)
        if event_id is None:
            break
        succeeded = event_id > 0
        delivered += succeeded
        failed += not succeeded
    return Delivery(delivered=delivered, failed=failed)


# The try is counted when it begins: an event that kills its worker is given up like another. The
# last try holds the younger events of its aggregate too, by its claim.
_CLAIM = """
    UPDATE commons_outboxevent SET attempts = attempts + 1, next_attempt_at = greatest(%s, now())
        + make_interval(secs => %s)
    WHERE delivered_at IS NULL AND id = (
        SELECT event.id FROM commons_outboxevent AS event
        WHERE event.delivered_at IS NULL AND event.next_attempt_at <= %s AND event.attempts < %s
          AND event.id <> ALL(%s)
          AND NOT EXISTS (
            SELECT 1 FROM commons_outboxevent AS older
            WHERE older.aggregate = event.aggregate AND older.id < event.id
              AND older.delivered_at IS NULL
              AND (older.attempts < %s OR older.next_attempt_at > %s))
        ORDER BY event.id LIMIT 1 FOR UPDATE OF event SKIP LOCKED)
    RETURNING id
"""


def _deliver_next(*, at: datetime.datetime, tried: set[int]) -> int | None:
    """Deliver one event: its id, or minus its id when a handler failed, or None when all is done."""
    lease = settings.OUTBOX_LEASE.total_seconds()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [at, lease, at, MAX_ATTEMPTS, list(tried), MAX_ATTEMPTS, at])
        row = cursor.fetchone()
    if row is None:
        return None
    event = OutboxEvent.objects.get(pk=row[0])
    tried.add(event.pk)
    error = _hand_over(event)
    if error is not None:
        _postpone(event, at=at, error=error)
        DELIVERED.add(outcome="FAILED")
        return -event.pk
    OutboxEvent.objects.filter(pk=event.pk).update(delivered_at=at, latest_error="")
    DELIVERED.add(outcome="DELIVERED")
    return event.pk


def _hand_over(event: OutboxEvent) -> Exception | None:
    """Have every handler hear of an event: one that fails keeps none of the others from it."""
    failure = None
    for handler in _handlers.get(event.name, ()):
        try:
            handler(event)
        except Exception as error:
            logger.exception("outbox handler failed", extra={"event_name": event.name})
            failure = error
    return failure


def _postpone(event: OutboxEvent, *, at: datetime.datetime, error: Exception) -> None:
    wait = min(FIRST_RETRY * 2 ** (event.attempts - 1), LONGEST_RETRY)
    is_given_up = event.attempts >= MAX_ATTEMPTS
    OutboxEvent.objects.filter(pk=event.pk, delivered_at__isnull=True).update(
        next_attempt_at=at if is_given_up else at + wait, latest_error=type(error).__name__
    )


def lag(*, at: datetime.datetime) -> dict[str, Any]:
    """How many events wait, how old the oldest is (seconds), and how many were given up.

    What is asked for later does not wait before its moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FILTER (WHERE attempts < %s), count(*) FILTER (WHERE attempts >= %s),
                      coalesce(extract(epoch FROM %s::timestamptz - min(recorded_at)), 0)
               FROM commons_outboxevent
               WHERE delivered_at IS NULL AND (attempts > 0 OR next_attempt_at <= %s)""",
            [MAX_ATTEMPTS, MAX_ATTEMPTS, at, at],
        )
        waiting, given_up, seconds = cursor.fetchone()
    return {"waiting": waiting, "given_up": given_up, "oldest_seconds": int(seconds)}


def report_lag(*, at: datetime.datetime) -> int:
    """Tell the gauges how this tenant's outbox stands; how many events wait."""
    found = lag(at=at)
    LAG.set(found["oldest_seconds"])
    WAITING.set(found["waiting"], state="WAITING")
    WAITING.set(found["given_up"], state="GIVEN_UP")
    return int(found["waiting"])
