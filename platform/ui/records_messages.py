"""Handlers that tell a family of an absence, and of the answer of its collège. As `ui.messages`."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from commons.models import OutboxEvent
from commons.outbox import handles
from tenants.people import queries as people
from tenants.schoollife.records import queries
from ui import mail
from ui.messages import recipient_of


@handles("schoollife.absence.recorded")
def tell_absence_recorded(event: OutboxEvent) -> None:
    """Write to those the collège tells: when, and until when to say why. Not of one settled meanwhile."""
    found = queries.standing_absence(event.payload["absence_id"])
    if found is None or found.is_justified or found.is_waiting:
        return
    pupil = found.absence.pupil
    page = reverse("portal:absence", args=[pupil.public_id, found.absence.public_id])
    context = {"found": found, "pupil": pupil, "action_url": mail.portal_address(page)}
    today = timezone.localdate(event.occurred_at)
    for link in people.guardianships_of(pupil, on=today).filter(is_contact=True):
        recipient = recipient_of(link.guardian)
        if recipient is not None:
            part = str(link.guardian.public_id)
            mail.compose(
                "absence_recorded", event=event, recipient=recipient, part=part, context=context
            ).send()


@handles("schoollife.justification.accepted", "schoollife.justification.asked_again")
def tell_justification_answered(event: OutboxEvent) -> None:
    """Write to the guardian who explained: whether it will do, and what is asked for if not."""
    said = queries.justification_by_id(event.payload["justification_id"])
    if said is None or not said.given_by.email:
        return
    email: str = said.given_by.email
    absence = said.absence
    page = reverse("portal:absence", args=[absence.pupil.public_id, absence.public_id])
    user = said.given_by
    context = {
        "said": said,
        "absence": absence,
        "pupil": absence.pupil,
        "action_url": mail.portal_address(page),
    }
    recipient = mail.Recipient(email=email, first_name=user.get_short_name())
    mail.compose(
        "justification_answered",
        event=event,
        recipient=recipient,
        part=str(user.public_id),
        context=context,
    ).send()
