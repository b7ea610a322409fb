"""The long work of a schedule: what a worker does of the jobs of drafts. Doing one twice is doing it once."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.utils import timezone

from billing.simulation import operations, queries
from commons.jobs import work
from commons.models import Job


@work("tariffs.draft.publish")
def publish(job: Job) -> dict[str, Any]:
    """A draft becomes a version. A worker that died may have published it, and not had time to say so."""
    public_id = uuid.UUID(job.arguments["draft"])
    if not queries.is_published(public_id):
        operations.publish_draft(
            public_id=public_id,
            revision=int(job.arguments["revision"]),
            valid_from=datetime.date.fromisoformat(job.arguments["valid_from"]),
            actor=job.actor,
            at=timezone.now(),
        )
    return {"draft": str(public_id)}
