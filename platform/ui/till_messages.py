"""Handlers that write to who works for a partner of Pass+. As `ui.messages`.

An invitation's link is made when the message is: it is nowhere but in it.
"""

from __future__ import annotations

from django.urls import reverse

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.passplus import members, till_queries
from ui import mail


@handles("passplus.member.invited")
def send_invitation(event: OutboxEvent) -> None:
    """Write to who was asked to work for a partner, unless the invitation is over since."""
    invitation = till_queries.invitation_by_id(event.payload["invitation_id"])
    if invitation is None:
        return
    path = reverse("portal:partner-invitation", args=[members.token_of(invitation)])
    mail.compose(
        "partner_invitation",
        event=event,
        recipient=mail.Recipient(email=invitation.email, first_name=""),
        part=str(invitation.public_id),
        context={"action_url": mail.portal_address(path), "invitation": invitation},
    ).send()
