"""What the worker does of the events of rights: ask the source, delete documents. No lock is held."""

from __future__ import annotations

from django.utils import timezone

from billing.rights import operations, queries
from commons.models import OutboxEvent
from commons.outbox import handles


@handles("rights.source.asked")
def put_question(event: OutboxEvent) -> None:
    """Ask the source of a request; running it again changes nothing."""
    request = queries.request_by_id(event.payload["request_id"])
    operations.put_question(request=request, at=timezone.now())


@handles("rights.request.closed")
def delete_documents(event: OutboxEvent) -> None:
    """Delete the documents of a request that is over, unless the rules keep them for a time."""
    request = queries.request_by_id(event.payload["request_id"])
    operations.delete_documents(request=request, at=timezone.now())
