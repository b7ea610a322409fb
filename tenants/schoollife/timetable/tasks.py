"""Long work: a year's lessons of a collège are taken by a worker."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commons.jobs import work
from commons.models import Job
from tenants.schoollife.timetable.models import TimetableImport
from tenants.schoollife.timetable.operations import ImportTakenAlready, apply_import

APPLY = "timetable.import.apply"


@work(APPLY)
def apply_timetable(job: Job) -> dict[str, Any]:
    """Take the file that a job names; a worker that died after its commit has nothing left to do."""
    found = TimetableImport.objects.get(pk=job.arguments["timetable_import"])
    try:
        taken = apply_import(
            timetable_import=found,
            actor=job.actor,
            at=timezone.now(),
        )
    except ImportTakenAlready:
        taken = found
    return {"timetable_import": str(taken.public_id)}
