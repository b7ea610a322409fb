"""Long work: asked for in a moment, done by a worker, taken up again when its worker dies.

Whoever does a job holds a lock of PostgreSQL's for as long as they live: a job that runs and whose
lock is free is one whose worker died, and it is begun again. So work must be such that doing it
twice is doing it once; the operations are. After `MOST_ATTEMPTS` a job that never ends is given up.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import logging
from collections.abc import Callable, Iterator
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from commons.actors import Actor
from commons.errors import DomainError
from commons.models import Job
from commons.progress import told_under
from commons.tenancy import current_schema, require_tenant

logger = logging.getLogger(__name__)

Work = Callable[[Job], dict[str, Any]]
MOST_ATTEMPTS = 5
GIVEN_UP = "JOB_GIVEN_UP"
# A job nobody took up after this long is offered again.
PATIENCE = datetime.timedelta(seconds=10)

_works: dict[str, Work] = {}
_wake: Callable[[str, int], None] | None = None


def work(kind: str) -> Callable[[Work], Work]:
    """Register what does the jobs of a kind; it returns the result."""

    def register(function: Work) -> Work:
        _works[kind] = function
        return function

    return register


def known_kinds() -> frozenset[str]:
    """The kinds some work is registered for."""
    return frozenset(_works)


def set_wake(wake: Callable[[str, int], None] | None) -> None:
    """Say how a worker is woken for a job of a schema; wired by `socle`."""
    global _wake
    _wake = wake


def ask(
    kind: str, *, subject: str, arguments: dict[str, Any], actor: Actor, at: datetime.datetime
) -> Job:
    """Have work done; the one that is already asked for, or under way, is returned as it is."""
    require_tenant()
    if kind not in _works:
        raise LookupError(f"no work is registered for {kind}")
    schema = current_schema()
    try:
        with transaction.atomic(durable=True):
            job = Job.objects.create(
                kind=kind,
                subject=subject,
                arguments=arguments,
                actor_kind=actor.kind,
                actor_id=actor.id,
                asked_at=at,
            )
            transaction.on_commit(
                lambda: _wake(schema, job.pk) if _wake else None,
                robust=True,
            )
    except IntegrityError:
        return Job.objects.get(kind=kind, subject=subject, ended_at__isnull=True)
    return job


def left_over(*, at: datetime.datetime) -> QuerySet[Job]:
    """The jobs that are not over and that somebody should have taken up by now."""
    return Job.objects.filter(ended_at__isnull=True, asked_at__lte=at - PATIENCE).order_by("pk")


def perform(job_id: int) -> Job | None:
    """
    Do a job, unless it is over or somebody is at it (None).

    A refusal of the domain ends it; anything else is a bug, raised to the worker's edge, and the
    job is begun again later.
    """
    with _alone(job_id) as is_ours:
        job = _begin(job_id) if is_ours else None
        if job is None:
            return None
        if job.attempts > MOST_ATTEMPTS:
            return _end(job, Job.State.FAILED, error_code=GIVEN_UP)
        try:
            with told_under(job.public_id):
                result = _works[job.kind](job)
        except DomainError as error:
            return _end(
                job, Job.State.FAILED, error_code=error.code, error_details=dict(error.details)
            )
        return _end(job, Job.State.DONE, result=result)


@contextlib.contextmanager
def _alone(job_id: int) -> Iterator[bool]:
    """Hold the lock of a job while one lives; False when somebody else does."""
    name = f"{current_schema()}:job:{job_id}"
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (is_ours,) = cursor.fetchone()
    try:
        yield bool(is_ours)
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@transaction.atomic(durable=True)
def _begin(job_id: int) -> Job | None:
    job = Job.objects.select_for_update(of=("self",), no_key=True).filter(pk=job_id).first()
    if job is None or job.is_over:
        return None
    job.state, job.attempts = Job.State.RUNNING, job.attempts + 1
    job.started_at = job.started_at or timezone.now()
    job.save(update_fields=["state", "attempts", "started_at"])
    return job


@transaction.atomic(durable=True)
def _end(job: Job, state: str, **more: Any) -> Job:
    job.state, job.ended_at = state, timezone.now()
    for name, value in more.items():
        setattr(job, name, value)
    job.save(update_fields=["state", "ended_at", *more])
    return job
