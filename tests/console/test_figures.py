"""Shared figures in the console: what is hidden and why, before it leaves; who may decide."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine

from commons import jobs
from commons.models import Job
from console import acts
from console.acts.figures import Span
from federation.metrics import catalogue
from federation.metrics.catalogue import Grain
from federation.publication.models import Publication, State
from federation.releases.models import Release
from tenants.accounts.capabilities import Role
from tests.console.test_acts import confirm, text
from tests.factories.publication import OCTOBER, count, make_colleges, prepare, publish

NOW = datetime.datetime(2024, 11, 6, 9, tzinfo=datetime.UTC)
PAGE = "/console/chiffres/"
MONTH = Span(Grain.MONTH, OCTOBER)


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def counted(site: Any) -> None:
    make_colleges()
    count()


def test_a_month_is_prepared_looked_at_and_published_from_the_console(agent, counted):
    site = agent(Role.ADMINISTRATOR)
    assert "Visites du portail" in text(site.get(PAGE))
    assert "Pas préparé" in text(site.get(PAGE))

    _shown, begun = confirm(site, acts.url_for("prepare-figures", MONTH))
    assert begun.url.startswith("/console/travaux/")
    jobs.perform(Job.objects.get().pk)
    assert f"{PAGE}?periode=MONTH:2024-10-01" in site.get(begun.url).content.decode()

    listed = site.get(f"{PAGE}?periode={MONTH.key}")
    assert "À publier" in text(listed)
    found = Publication.objects.get(indicator="visits")
    page = text(site.get(f"{PAGE}{found.public_id}/"))
    assert "sera publié seul le" in page
    assert "Trop peu de personnes : on pourrait en reconnaître une." in page
    assert "531" not in page
    assert not Release.objects.exists()

    confirm(site, acts.url_for("publish-figures", MONTH))
    jobs.perform(Job.objects.get(kind="publication.period.publish").pk)
    assert Release.objects.filter(indicator="visits").exists()
    assert "Publié" in text(site.get(f"{PAGE}?periode=MONTH:2024-10-01"))


def test_a_figure_is_published_alone_and_corrected_as_a_revision(agent, counted):
    site = agent(Role.ADMINISTRATOR)
    span = Span(Grain.MONTH, OCTOBER, catalogue.indicator("visits"))

    confirm(site, acts.url_for("prepare-figure", span))
    found = Publication.objects.get()
    shown, done = confirm(site, acts.url_for("publish-figure", found))
    assert "Les autres départements et le public pourront le lire." in text(shown)
    assert done.url == f"{PAGE}{found.public_id}/"
    assert Release.objects.get().indicator == "visits"

    again = site.post(acts.url_for("prepare-figure", span), fingerprint="")
    assert again.status_code == 200
    assert "Révisions" in text(site.get(done.url))


def test_a_figure_is_held_back_for_a_reason_that_is_read_on_its_page(agent, counted):
    site = agent(Role.ADMINISTRATOR)
    found = prepare()

    confirm(site, acts.url_for("veto-figure", found), reason="Un mois incomplet")

    found.refresh_from_db()
    assert found.state == State.VETOED
    page = text(site.get(f"{PAGE}{found.public_id}/"))
    assert "Un mois incomplet" in page
    refused = text(site.get(acts.url_for("publish-figure", found)))
    assert "Une décision est déjà prise pour ce chiffre." in refused


def test_the_journal_says_why_and_no_value(agent, counted):
    site = agent(Role.ADMINISTRATOR)
    publish(prepare())

    page = site.get(f"{PAGE}masques/")
    assert "Publiée, elle permettrait" in text(page)
    lines = site.get(f"{PAGE}masques/?format=csv").content.decode()
    assert "Parents" in lines
    assert "7531864" not in lines


def test_who_reads_money_reads_the_page_and_decides_nothing(agent, counted):
    found = prepare()
    site = agent(Role.READER)

    page = site.get(f"{PAGE}{found.public_id}/")
    assert page.status_code == 200
    assert "/console/actes/publish-figure/" not in page.content.decode()
    assert site.get(acts.url_for("publish-figure", found)).status_code == 403
    assert site.get(PAGE).status_code == 200


def test_a_secretary_sees_none_of_it(agent, counted):
    site = agent(Role.COLLEGE_SECRETARY, "0920001A")
    assert site.get(PAGE).status_code == 403
    assert site.get(f"{PAGE}masques/").status_code == 403


@pytest.mark.parametrize(
    "asked",
    ["WEEK:2024-10-01", "MONTH:x", "MONTH", "MONTH:2024-10-01:visits", "MONTH:2024-10-01:x"],
)
def test_a_period_that_is_not_one_is_not_found(agent, counted, asked):
    assert agent(Role.READER).get(f"{PAGE}?periode={asked}").status_code == 404
