"""Handlers that write to a family about its registration for Pass+. As `ui.messages`.

A state that has changed before its message went is not told of: the next one says it.
"""

from __future__ import annotations

from django.urls import reverse

from commons.models import OutboxEvent
from commons.outbox import handles
from federation.passplus.registration_models import Registration
from federation.passplus.registrations import queries
from ui import mail
from ui.messages import recipient_of
from ui.registration_texts import said_of, said_of_completed_card

State = Registration.State
PREFIX = "passplus.registration."
OF_STATES = {str(state).lower(): state for state in State if state != State.DRAFT}
OF_CARDS = frozenset({"completed", "document_asked"})


@handles(*(PREFIX + name for name in (*OF_STATES, *sorted(OF_CARDS))))
def tell_registration(event: OutboxEvent) -> None:
    """Write to who asked: where it stands, and what to do."""
    registration = queries.registration_by_id(event.payload["registration_id"])
    what = event.name.removeprefix(PREFIX)
    is_past = what in OF_STATES and registration.state != OF_STATES[what]
    recipient = recipient_of(registration.guardian)
    if is_past or recipient is None or registration.reason == Registration.Reason.WITHDRAWN:
        return
    page = reverse("portal:registration", args=[registration.public_id])
    mail.compose(
        "pass_registration",
        event=event,
        recipient=recipient,
        part=str(registration.guardian.public_id),
        context={
            "registration": registration,
            "said": said_of(registration, what=what if what in OF_CARDS else ""),
            "action_url": mail.portal_address(page),
        },
    ).send()


@handles("passplus.card.completed")
def tell_card_completed(event: OutboxEvent) -> None:
    """Write to each parent: the card has more, without having been asked."""
    card = queries.card_by_id(event.payload["card_id"])
    page = mail.portal_address(reverse("portal:registrations"))
    for guardian in queries.parents_of(card):
        recipient = recipient_of(guardian)
        if recipient is None:
            continue
        mail.compose(
            "pass_registration",
            event=event,
            recipient=recipient,
            part=str(guardian.public_id),
            context={"said": said_of_completed_card(card), "action_url": page},
        ).send()
