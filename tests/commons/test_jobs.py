"""Long work: done once, seen while it is done, taken up again when its worker dies."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from commons import jobs
from commons.errors import DomainError
from commons.models import Job
from commons.progress import Step, reached, step_of
from tests.factories.tariffs import ACTOR
from tests.threads import run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
State = Job.State


class Killed(BaseException):
    """What stands for a worker that dies: nothing catches it."""


class No(DomainError):
    code = "NOT_FOUND"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the work of these tests did, each time."""
    seen: list[Any] = []
    monkeypatch.setattr(jobs, "_works", {})
    monkeypatch.setattr(jobs, "_wake", None)

    @jobs.work("tests.count")
    def count(job: Job) -> dict[str, Any]:
        reached("counting", 1, of=2)
        seen.append(step_of(job.public_id))
        how = job.arguments.get("how")
        if how == "refuse":
            raise No(thing="x")
        if how == "die" and job.attempts == 1:
            raise Killed
        if how == "break":
            raise ZeroDivisionError
        return {"times": len(seen)}

    return seen


def ask(how: str = "", subject: str = "one") -> Job:
    return jobs.ask(
        "tests.count", subject=subject, arguments={"how": how}, actor=ACTOR, at=timezone.now()
    )


def again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_work_is_done_and_says_where_it_is(done: list[Any]) -> None:
    job = ask()
    assert (job.state, job.actor) == (State.WAITING, ACTOR)

    jobs.perform(job.pk)

    assert (again(job).state, again(job).result) == (State.DONE, {"times": 1})
    assert done == [Step("counting", 1, 2)]


def test_asked_again_while_it_waits_it_is_the_same(done: list[Any]) -> None:
    first = ask()

    assert ask().pk == first.pk
    assert ask(subject="other").pk != first.pk
    jobs.perform(first.pk)
    assert ask().pk != first.pk  # it is over


def test_what_is_over_is_not_done_again(done: list[Any]) -> None:
    job = ask()
    jobs.perform(job.pk)

    assert jobs.perform(job.pk) is None
    assert len(done) == 1


def test_a_refusal_ends_it_and_is_kept(done: list[Any]) -> None:
    job = jobs.perform(ask("refuse").pk)

    assert job is not None
    assert (job.state, job.error_code, job.error_details) == (
        State.FAILED, "NOT_FOUND", {"thing": "x"},
    )  # fmt: skip


def test_when_its_worker_dies_another_takes_it_up(done: list[Any]) -> None:
    job = ask("die")
    with pytest.raises(Killed):
        jobs.perform(job.pk)
    assert again(job).state == State.RUNNING

    later = timezone.now() + jobs.PATIENCE
    assert [one.pk for one in jobs.left_over(at=later)] == [job.pk]
    jobs.perform(job.pk)

    assert (again(job).state, again(job).attempts) == (State.DONE, 2)


def test_a_connection_that_breaks_frees_the_job(done: list[Any]) -> None:
    """The lock is PostgreSQL's: a worker killed outright says nothing to anybody."""
    job = ask()
    held = jobs._alone(job.pk)
    assert held.__enter__()
    assert in_another_thread(lambda: jobs.perform(job.pk)) is None

    connection.close()

    assert jobs.perform(job.pk) is not None


def in_another_thread(act: Any) -> Any:
    (found,) = run_in_threads([act])
    return found


def test_two_workers_do_it_once(done: list[Any]) -> None:
    job, both_began = ask(), threading.Barrier(2, timeout=10)

    def act() -> Job | None:
        both_began.wait()
        return jobs.perform(job.pk)

    results = run_in_threads([act, act])

    assert len(done) == 1
    assert [found is None for found in results].count(True) == 1


def test_a_bug_reaches_the_workers_edge_and_is_given_up_in_the_end(done: list[Any]) -> None:
    job = ask("break")
    for _time in range(jobs.MOST_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            jobs.perform(job.pk)

    jobs.perform(job.pk)

    assert (again(job).state, again(job).error_code) == (State.FAILED, jobs.GIVEN_UP)
    assert len(done) == jobs.MOST_ATTEMPTS
