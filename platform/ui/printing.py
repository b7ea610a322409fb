"""The long work that makes documents: what a worker does of the jobs that print letters."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commons.jobs import work
from commons.models import Job
from commons.progress import reached
from tenants.activation import operations, queries, terms
from tenants.activation.letters import Printing
from tenants.activation.models import Audience
from tenants.schoollife.announcements import operations as announcements
from tenants.schoollife.announcements import printing as announcement_printing
from tenants.schoollife.announcements import queries as announcement_queries
from ui.documents import announcement_letters
from ui.documents.letters import typesetter

_STEPS = 2


@work("activation.letters.print")
def print_letters(job: Job) -> dict[str, Any]:
    """Give a first code to those of a class or a collège who have no account. Twice is once."""
    at = timezone.now()
    asked = job.arguments
    college, school_class = queries.printed_for(asked["college"], asked["school_class"])
    audience = Audience(asked["audience"])
    reached("recipients", 1, of=_STEPS)
    found = queries.recipients(
        college,
        school_class,
        audience=audience,
        on=timezone.localdate(at),
        again=bool(asked["again"]),
        at=at,
    )
    reached("letters", 2, of=_STEPS)
    letters = operations.print_letters(
        printing=Printing(audience, college, school_class, job_id=job.public_id),
        recipients=found,
        typeset=typesetter(at=at),
        actor=job.actor,
        at=at,
        lasts=terms.code_lasts(),
    )
    return {"letters": str(letters.public_id)}


@work("announcements.letters.print")
def print_announcement(job: Job) -> dict[str, Any]:
    """Print an announcement for the homes that did not read it. Twice is once."""
    at = timezone.now()
    asked = job.arguments
    announcement = announcement_queries.announcement_by_id(asked["announcement"])
    reached("homes", 1, of=_STEPS)
    homes = announcement_printing.homes_to_print(
        announcement,
        choice=asked["choice"],
        colleges=asked["colleges"],
        on=timezone.localdate(at),
    )
    reached("letters", 2, of=_STEPS)
    batch = announcements.print_letters(
        announcement=announcement,
        homes=homes,
        typeset=announcement_letters.typesetter(at=at),
        actor=job.actor,
        at=at,
        job_id=job.public_id,
    )
    return {"announcement_letters": str(batch.public_id)}
