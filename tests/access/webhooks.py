"""Software that is told what happens: an endpoint with one delivery given up, and the acts on them."""

from __future__ import annotations

import datetime
from typing import Any

from federation.webhooks.models import Delivery
from federation.webhooks.operations import create_endpoint, pause, try_endpoint
from tests.factories.tariffs import ACTOR

ACTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "create-endpoint": (
        (),
        {
            "name": "Un autre",
            "url": "https://vendor.example/in",
            "contact_email": "astreinte@vendor.example",
            "events": ["billing.invoice.issued"],
        },
    ),
    "subscribe-endpoint": (("endpoint",), {"events": ["billing.payment.paid"]}),
    "pause-endpoint": (("endpoint",), {}),
    "resume-endpoint": (("paused_endpoint",), {}),
    "rotate-endpoint-secret": (("endpoint",), {}),
    "try-endpoint": (("endpoint",), {}),
    "replay-given-up": (("endpoint",), {"since": "2024-11-01"}),
    "replay-delivery": (("delivery",), {}),
}


def told(*, at: datetime.datetime) -> dict[str, Any]:
    """The objects the acts are about."""
    made = {
        name: create_endpoint(
            name=name,
            url="https://vendor.example/in",
            contact_email="astreinte@vendor.example",
            events=["billing.payment.failed"],
            actor=ACTOR,
            at=at,
        )[0]
        for name in ("endpoint", "paused_endpoint")
    }
    delivery = try_endpoint(endpoint=made["endpoint"], actor=ACTOR, at=at)
    Delivery.objects.filter(pk=delivery.pk).update(state="GIVEN_UP")
    pause(endpoint=made["paused_endpoint"], actor=ACTOR, at=at)
    return made | {"delivery": delivery}
