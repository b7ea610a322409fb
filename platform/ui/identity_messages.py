"""The handler that tells a person that they may now come in by another account. As `ui.messages`."""

from __future__ import annotations

from django.urls import reverse

from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.identities import queries
from tenants.people import queries as people
from ui import mail
from ui.messages import recipient_of
from ui.ways import portal_of


@handles("identities.identity.linked")
def tell_identity_linked(event: OutboxEvent) -> None:
    """Write to the guardian whose account it is; a pupil has no address here."""
    identity = queries.identity_named(event.payload["identity_id"])
    guardian = people.guardian_of(identity.user) if identity else None
    recipient = recipient_of(guardian) if guardian else None
    if identity is None or guardian is None or recipient is None:
        return
    context = {
        "identity": identity,
        "by": (
            portal_of(identity.departement_code)
            if identity.departement_code
            else identity.get_kind_display()
        ),
        "action_url": mail.portal_address(reverse("portal:account")),
    }
    part = str(guardian.public_id)
    mail.compose(
        "identity_linked", event=event, recipient=recipient, part=part, context=context
    ).send()
