"""What the outbox hands over: public events become deliveries, once for each endpoint that asked."""

from __future__ import annotations

from django.db import transaction

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.webhooks import queries, waking
from federation.webhooks.models import Delivery
from federation.webhooks.public_events import PUBLIC, ids_of


@handles(*PUBLIC)
def queue_deliveries(event: OutboxEvent) -> None:
    """Ask for a delivery to each endpoint that wants this event; twice makes no second one."""
    endpoints = queries.subscribed_to(event.name)
    if not endpoints:
        return
    ids = ids_of(event)
    if ids is None:
        return
    with transaction.atomic():
        Delivery.objects.bulk_create(
            (
                Delivery(
                    endpoint=endpoint,
                    event_id=event.pk,
                    name=event.name,
                    ids=ids,
                    occurred_at=event.occurred_at,
                    next_attempt_at=event.occurred_at,
                    asked_at=event.recorded_at,
                )
                for endpoint in endpoints
            ),
            ignore_conflicts=True,
        )
        waking.wake_on_commit()
