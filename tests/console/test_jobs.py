"""A month of a large département: asked for from the console, done by the worker, seen meanwhile."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine

from billing.invoicing import queries
from billing.invoicing.models import BillingRun, Invoice
from commons import jobs
from commons.models import Job
from commons.progress import reached, told_under
from console import acts, words
from tenants.accounts.capabilities import Role
from tests.console.test_acts import confirm, text
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare

NOW = datetime.datetime(2024, 10, 2, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def october() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def large(site: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """One enrolment is many, here."""
    monkeypatch.setattr(queries, "LONG_WORK", 1)
    make_billed_family()
    return make_regie()


def test_a_month_is_billed_by_the_worker(agent: Any, large: Any) -> None:
    site = agent(Role.REGISSEUR)
    answers = {"regie": str(large.public_id), "month": "2024-09"}

    _shown, done = confirm(site, acts.url_for("prepare-run"), **answers)
    assert done.url.startswith("/console/travaux/")
    assert not BillingRun.objects.exists()
    waiting = site.get(done.url)
    assert 'data-reload="2"' in waiting.content.decode()
    assert "Claire Dumas" in text(waiting)

    job = Job.objects.get()
    with told_under(job.public_id):
        reached("drafts", 2, of=2)
    assert "Étape 2 sur 2 : calculer les projets de facture" in text(site.get(done.url))
    jobs.perform(job.pk)
    over = site.get(done.url)
    run = BillingRun.objects.get()
    assert "data-reload" not in over.content.decode()
    assert f"/console/facturation/{run.public_id}/" in over.content.decode()

    confirm(site, acts.url_for("review-run", run))
    jobs.perform(Job.objects.get(kind="billing.run.review").pk)
    confirm(site, acts.url_for("issue-run", run), due_on="2024-11-01")
    jobs.perform(Job.objects.get(kind="billing.run.issue").pk)
    assert Invoice.objects.get().total_cents == 2_700
    assert text(site.get("/console/commons/job/")).count("Fait") >= 3


def test_what_is_refused_meanwhile_is_said(agent: Any, large: Any) -> None:
    site = agent(Role.REGISSEUR)
    answers = {"regie": str(large.public_id), "month": "2024-09"}
    _shown, done = confirm(site, acts.url_for("prepare-run"), **answers)
    issue(prepare(large, datetime.date(2024, 9, 1), NOW))  # by somebody else, meanwhile

    jobs.perform(Job.objects.get().pk)

    page = text(site.get(done.url)).replace("&#x27;", "'")
    assert "Rien n'a été changé" in page
    assert "data-reload" not in page


def test_every_work_and_step_has_its_words() -> None:
    ours = {
        kind
        for kind in jobs.known_kinds()
        if kind.startswith(
            (
                "billing.",
                "tariffs.",
                "activation.",
                "passplus.",
                "timetable.",
                "announcements.",
                "publication.",
            )
        )
    }
    assert ours == set(words.JOBS)


def test_who_reads_no_money_sees_no_work(agent: Any, large: Any) -> None:
    first = agent(Role.REGISSEUR)
    answers = {"regie": str(large.public_id), "month": "2024-09"}
    _shown, done = confirm(first, acts.url_for("prepare-run"), **answers)

    assert agent(Role.INSTRUCTOR).get(done.url).status_code == 404  # only letters of their own
