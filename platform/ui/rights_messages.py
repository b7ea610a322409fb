"""Handlers that write to a family about its request of rights. As `ui.messages`."""

from __future__ import annotations

import dataclasses

from django.urls import reverse

from billing.rights import queries as rights
from billing.rights.models import RightsRequest
from billing.tariffs.models import Service
from billing.tariffs.queries import price_on
from commons.models import OutboxEvent
from commons.outbox import handles
from ui import mail
from ui.messages import recipient_of
from ui.price_story import decided_price
from ui.rights_texts import reason_words


@dataclasses.dataclass(frozen=True, slots=True)
class ChildPrice:
    """What a message says of one child."""

    child: str
    price: str


@handles("rights.request.decided")
def tell_request_decided(event: OutboxEvent) -> None:
    """Write to who asked: the price of each child, and from when."""
    request = rights.request_by_id(event.payload["request_id"])
    if request.effective_from is None:
        return
    prices = []
    for pupil in rights.pupils_of(request.household):
        decision = price_on(pupil, Service.HALF_BOARD, request.effective_from)
        if decision is not None:
            prices.append(ChildPrice(pupil.first_name, decided_price(decision)))
    _write("rights_decided", request, event, prices=prices)


@handles("rights.document.asked")
def tell_document_asked(event: OutboxEvent) -> None:
    """Write to who asked that a document is awaited, unless they gave it meanwhile."""
    request = rights.request_by_id(event.payload["request_id"])
    if request.state != RightsRequest.State.TO_COMPLETE:
        return
    why, todo = reason_words(request)
    _write("rights_document_asked", request, event, why=why, todo=todo)


@handles("rights.request.refused")
def tell_request_refused(event: OutboxEvent) -> None:
    """Write to who asked: no, and why."""
    request = rights.request_by_id(event.payload["request_id"])
    _write("rights_refused", request, event)


def _write(name: str, request: RightsRequest, event: OutboxEvent, **more: object) -> None:
    recipient = recipient_of(request.guardian)
    if recipient is None:
        return
    page = reverse("portal:rights-request", args=[request.public_id])
    context = {"rights": request, "action_url": mail.portal_address(page), **more}
    part = str(request.guardian.public_id)
    mail.compose(name, event=event, recipient=recipient, part=part, context=context).send()
