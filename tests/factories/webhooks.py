"""Endpoints and events for tests of webhooks, and a receiver that really listens."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from commons.models import OutboxEvent
from commons.outbox import deliver_pending, record_event
from federation.webhooks import operations
from federation.webhooks.models import Delivery, Endpoint
from tests.factories.tariffs import ACTOR
from tools.standins.webhooks.server import Receiver, serve

EVENT = "canteen.meal.cancelled"  # nobody else hears of it


@contextlib.contextmanager
def receiving() -> Iterator[tuple[Receiver, str]]:
    """A receiver and its address, as long as the block lasts."""
    receiver = Receiver()
    server = serve(receiver, port=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_port}"
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def open_endpoint(url: str = "https://vendor.example/in", **traits: Any) -> tuple[Endpoint, str]:
    """An endpoint that hears of cancelled meals, and its secret."""
    return operations.create_endpoint(
        **{
            "name": "Éditeur",
            "url": url,
            "contact_email": "astreinte@vendor.example",
            "events": [EVENT],
            "actor": ACTOR,
            "at": timezone.now(),
            **traits,
        }
    )


def happen(name: str = EVENT, **ids: Any) -> OutboxEvent:
    """An event of the outbox."""
    identifier = uuid.uuid4()
    with transaction.atomic():
        return record_event(
            name,
            aggregate=f"tests:{identifier}",
            occurred_at=timezone.now(),
            **(ids or {"enrolment": identifier}),
        )


def tell(name: str = EVENT, **ids: Any) -> Delivery:
    """An event that went through the outbox: its one delivery."""
    event = happen(name, **ids)
    deliver_pending(at=timezone.now())
    return Delivery.objects.get(event_id=event.pk)
