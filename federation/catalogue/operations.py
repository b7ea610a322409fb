"""Publishing the catalogue: the one act on what the départements share. Owner processes only.

A service that a file no longer names stays as it is: whoever enabled it goes on. To withdraw one, the
file says `is_offered: false`.
"""

from __future__ import annotations

import datetime

from django.db import transaction

from commons.actors import Actor
from commons.models import AuditEntry
from federation.catalogue.models import SharedService
from federation.catalogue.service_files import ServiceDefinition


def publish_services(
    *,
    services: list[ServiceDefinition],
    actor: Actor,
    at: datetime.datetime,
    using: str = "default",
) -> int:
    """Have the catalogue say what these definitions say; how many services it did not know or changed."""
    changed = 0
    with transaction.atomic(using=using, durable=True):
        for definition in services:
            values = definition.as_values()
            known = SharedService.objects.using(using).filter(code=definition.code).first()
            if known and all(getattr(known, name) == value for name, value in values.items()):
                continue
            SharedService.objects.using(using).update_or_create(
                code=definition.code, defaults=values | {"published_at": at}
            )
            AuditEntry.objects.using(using).create(
                at=at,
                actor_kind=actor.kind,
                actor_id=actor.id,
                action="catalogue.service.published",
                subject_type="service",
                subject_id=definition.code,
            )
            changed += 1
    return changed
