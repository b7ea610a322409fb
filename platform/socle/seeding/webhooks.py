"""The software that is told in the demo: one that answers, and one that is down. What stands in for
services takes what it is sent; without SERVICES_BASE, nobody is told.
"""

from __future__ import annotations

import datetime

from django.conf import settings

from commons.actors import Actor
from federation.webhooks import operations as webhooks

ACTOR = Actor.command("socle seed")
# Few of each in the demo: its first minutes are not spent in sending.
EVENTS = ("people.feed.applied", "rights.request.decided", "billing.credit_note.issued")


def tell_some(*, slug: str, at: datetime.datetime) -> None:
    """Open the endpoints of the current département, and try each."""
    base = settings.SERVICES_BASE
    if not base:
        return
    for name, path in (("Éditeur de l'ENT", slug), ("Ancien logiciel", f"{slug}/503")):
        endpoint, _secret = webhooks.create_endpoint(
            name=name,
            url=f"{base}/webhooks/{path}/",
            contact_email="astreinte@editeur.exemple.fr",
            events=EVENTS,
            actor=ACTOR,
            at=at,
        )
        webhooks.try_endpoint(endpoint=endpoint, actor=ACTOR, at=at)
