"""The long work of a month of figures: preparing, then publishing. Doing either twice is doing it once."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from commons.jobs import work
from commons.models import Job
from federation.metrics.catalogue import Grain
from federation.publication import operations

PREPARE, PUBLISH = "publication.period.prepare", "publication.period.publish"
# Late arrivals of a month: meals, payments, mandates. Its figures are prepared from this day on.
PREPARED_FROM_DAY = 5


@work(PREPARE)
def prepare_period(job: Job) -> dict[str, Any]:
    """Prepare what is missing of a period; what was done before a worker died is there already."""
    return _done(job, operations.prepare_period(**_asked(job), actor=job.actor, at=timezone.now()))


@work(PUBLISH)
def publish_period(job: Job) -> dict[str, Any]:
    """Publish what is prepared of a period."""
    return _done(job, operations.publish_period(**_asked(job), actor=job.actor, at=timezone.now()))


def keep_publications(*, at: datetime.datetime) -> dict[str, int]:
    """What happens by itself each day: last month is prepared, and what nobody held back is published."""
    published = operations.publish_due(at=at)
    prepared = 0
    today = timezone.localdate(at)
    if today.day >= PREPARED_FROM_DAY:
        for grain in Grain:
            over = grain.period(today).start - datetime.timedelta(days=1)
            prepared += operations.prepare_period(
                grain=grain, start=over, actor=operations.AUTOMATIC, at=at
            ).done
    return {"published": published.done, "prepared": prepared}


def _asked(job: Job) -> dict[str, Any]:
    return {
        "grain": Grain(job.arguments["grain"]),
        "start": datetime.date.fromisoformat(job.arguments["start"]),
    }


def _done(job: Job, outcome: operations.Outcome) -> dict[str, Any]:
    return {
        "figures": f"{job.arguments['grain']}:{job.arguments['start']}",
        "done": outcome.done,
        "refused": outcome.refused,
    }
