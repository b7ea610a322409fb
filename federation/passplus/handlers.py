"""What the worker does of the events of Pass+: erase the documents of what is over. No lock is held."""

from __future__ import annotations

from django.utils import timezone

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.passplus.registrations import operations, queries


@handles(
    "passplus.registration.granted",
    "passplus.registration.refused",
    "passplus.registration.closed",
    "passplus.registration.completed",
)
def erase_documents(event: OutboxEvent) -> None:
    """Erase what a registration that is over holds, unless the rules keep it for a time."""
    registration = queries.registration_by_id(event.payload["registration_id"])
    operations.erase_ended(at=timezone.now(), registration=registration)
