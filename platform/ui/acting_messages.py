"""The handler that tells a family that an agent opened its portal. As `ui.messages`."""

from __future__ import annotations

from django.urls import reverse

from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.acting import queries as acting
from ui import mail
from ui.messages import recipient_of


@handles("acting.session.begun")
def tell_session_begun(event: OutboxEvent) -> None:
    """Write to the guardian: who, when, and why."""
    session = acting.session_by_id(event.payload["session_id"])
    recipient = recipient_of(session.guardian)
    if recipient is None:
        return
    context = {
        "session": session,
        "agent": session.agent.get_full_name(),
        "action_url": mail.portal_address(reverse("portal:visits")),
    }
    part = str(session.guardian.public_id)
    mail.compose(
        "acting_begun", event=event, recipient=recipient, part=part, context=context
    ).send()
