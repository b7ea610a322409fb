"""The journal of acts. Written in the transaction of the act itself."""

import datetime
import json
from typing import Any

from commons.actors import Actor
from commons.models import AuditEntry

# The line alone, for a statement that writes more than it; `journal_line` gives its values.
JOURNAL = """INSERT INTO commons_auditentry
    (at, actor_kind, actor_id, action, subject_type, subject_id, details)
VALUES (%s::timestamptz, %s::text, %s::text, %s::text, %s::text, %s::text, %s::jsonb)"""


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
    return AuditEntry.objects.create(
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        details=_told(actor, details),
    )


def journal_line(
    *,
    actor: Actor,
    action: str,
    subject_type: str,
    subject_id: object,
    at: datetime.datetime,
    **details: Any,
) -> tuple[Any, ...]:
    """The values of `JOURNAL`: the line that `record_audit` would write."""
    told = json.dumps(_told(actor, details))
    return (at, actor.kind, actor.id, action, subject_type, str(subject_id), told)


def _told(actor: Actor, details: dict[str, Any]) -> dict[str, Any]:
    return details | {"acting": actor.acting} if actor.acting else details
