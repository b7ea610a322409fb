"""The journal of acts. Written in the transaction of the act itself."""

import datetime
from typing import Any

from commons.actors import Actor
from commons.models import AuditEntry


def record_audit(
    *,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: object,
    at: datetime.datetime,
    **details: Any,
) -> AuditEntry:
    """
    Write down who did what to what. Details hold identifiers and figures, no free text.

    What an agent does for a family says so, under `acting`.
    """
    if actor.acting:
        details["acting"] = actor.acting
    return AuditEntry.objects.create(
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        details=details,
    )
