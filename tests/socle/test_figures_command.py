"""`socle metrics publish` and `releases`: a month that is over leaves, protected, and is read by all."""

from __future__ import annotations

import json

import pytest
import time_machine
from click.testing import CliRunner

from federation.publication.models import Publication, State
from socle.command import main
from tests.factories.publication import OCTOBER, PUBLISHED_AT, count, make_colleges

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
MONTH = f"{OCTOBER:%Y-%m}"


@pytest.fixture(autouse=True)
def counted(committed_tenant_db):
    make_colleges()
    count()
    with time_machine.travel(PUBLISHED_AT, tick=False):
        yield


def run(*arguments):
    return CliRunner().invoke(main, ["metrics", *arguments])


def test_a_month_is_prepared_then_published():
    prepared = run("publish", "--tenant", "hauts-de-seine", "--month", MONTH, "--prepare-only")
    assert prepared.exit_code == 0, prepared.output
    assert "Publiés : 0." in prepared.output
    waiting = Publication.objects.filter(state=State.PREPARED).count()
    assert waiting > 0

    done = run("publish", "--tenant", "hauts-de-seine", "--month", MONTH, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["published"] == waiting
    assert not Publication.objects.filter(state=State.PREPARED).exists()

    told = run("releases", "--tenant", "hauts-de-seine", "--indicator", "visits")
    assert told.exit_code == 0, told.output
    assert f"d92  {MONTH}  visits  révision 1" in told.output


def test_a_month_or_a_year():
    refused = run("publish", "--tenant", "hauts-de-seine")

    assert refused.exit_code == 1
    assert "Donnez un mois, ou une année scolaire." in refused.output
