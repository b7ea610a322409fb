"""The handler that writes to who answers for a piece of software that no longer takes what it is sent."""

from __future__ import annotations

from django.conf import settings

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.webhooks import queries
from ui import mail


@handles("webhooks.endpoint.failing")
def tell_failing(event: OutboxEvent) -> None:
    """Say which address fails, since when, and that nothing is lost meanwhile; once for a breakdown."""
    endpoint = queries.endpoint_by_id(event.payload["endpoint_id"])
    if endpoint.failing_since is None:  # it works again
        return
    mail.compose(
        "webhook_failing",
        event=event,
        recipient=mail.Recipient(email=endpoint.contact_email, first_name=""),
        part=str(endpoint.public_id),
        context={
            "endpoint": endpoint,
            "host": queries.host_of(endpoint),
            "attempt": queries.latest_try_of(endpoint),
            "days": settings.WEBHOOK_LOG_DAYS,
            "action_url": "",
        },
    ).send()
