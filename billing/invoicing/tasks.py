"""The long work of a month: what a worker does of the jobs of billing. Doing one twice is doing it once."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.utils import timezone

from billing.invoicing import operations, queries
from commons.jobs import work
from commons.models import Job


@work("billing.run.prepare")
def prepare(job: Job) -> dict[str, Any]:
    """The drafts of a month."""
    run = operations.prepare_run(
        regie=queries.regie_by_id(job.arguments["regie_id"]),
        month=datetime.date.fromisoformat(job.arguments["month"]),
        actor=job.actor,
        at=timezone.now(),
    )
    return {"run": str(run.public_id), **run.counts}


@work("billing.correction.prepare")
def prepare_correction(job: Job) -> dict[str, Any]:
    """What corrects an issued month."""
    run = operations.prepare_correction(
        run=queries.run_by_id(job.arguments["run_id"]),
        reason=str(job.arguments["reason"]),
        actor=job.actor,
        at=timezone.now(),
    )
    return {"run": str(run.public_id), **run.counts}


@work("billing.run.review")
def review(job: Job) -> dict[str, Any]:
    """The anomalies of a month."""
    run = operations.review_run(
        run=queries.run_by_id(job.arguments["run_id"]), actor=job.actor, at=timezone.now()
    )
    return {"run": str(run.public_id)}


@work("billing.run.issue")
def issue(job: Job) -> dict[str, Any]:
    """The invoices of a month. A worker that died may have issued them, and not had time to say so."""
    run = queries.run_by_id(job.arguments["run_id"])
    try:
        issued = operations.issue_run(
            run=run,
            due_on=datetime.date.fromisoformat(job.arguments["due_on"]),
            actor=job.actor,
            at=timezone.now(),
        )
    except operations.RunAlreadyIssued:
        if job.attempts == 1:
            raise
        return {"run": str(run.public_id)}
    return {"run": str(run.public_id), **dataclasses.asdict(issued)}
