"""A month of figures as long work: one row with its progress, taken up again after a worker died."""

from __future__ import annotations

import pytest
import time_machine

from commons import jobs
from commons.models import Job
from federation.publication import operations, tasks
from federation.publication.models import Publication, State
from federation.releases.models import Release
from tests.factories.publication import OCTOBER, PUBLISHED_AT, count, make_colleges
from tests.factories.tariffs import ACTOR

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
ASKED = {"grain": "MONTH", "start": OCTOBER.isoformat()}


def ask(kind: str) -> Job:
    return jobs.ask(
        kind, subject="figures:MONTH:2024-10-01", arguments=ASKED, actor=ACTOR, at=PUBLISHED_AT
    )


def test_a_month_that_is_cut_short_is_taken_up_where_it_was(monkeypatch: pytest.MonkeyPatch):
    make_colleges()
    count()
    prepare, prepared = operations.prepare, []

    def dies_after_one(**said: object) -> Publication:
        if prepared:
            raise KeyboardInterrupt  # a worker that is killed says nothing
        found = prepare(**said)
        prepared.append(found)
        return found

    with time_machine.travel(PUBLISHED_AT, tick=False):
        job = ask(tasks.PREPARE)
        with monkeypatch.context() as dying, pytest.raises(KeyboardInterrupt):
            dying.setattr(operations, "prepare", dies_after_one)
            jobs.perform(job.pk)
        assert Publication.objects.count() == 1
        done = jobs.perform(job.pk)
        jobs.perform(ask(tasks.PUBLISH).pk)

    assert done.state == Job.State.DONE
    assert done.attempts == 2
    assert done.result["figures"] == "MONTH:2024-10-01"
    assert not Publication.objects.exclude(state=State.PUBLISHED).exists()
    assert Release.objects.count() == Publication.objects.count() == done.result["done"] + 1
