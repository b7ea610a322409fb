"""What the clock and the command line do with the counts of visits."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from django.utils import timezone

from federation.usage import pseudonyms
from federation.usage.models import Audience, Potential, Window
from socle import tasks
from socle.command import main
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tests.factories.usage import visit
from tests.portal.conftest import empty_cache

__all__ = ("empty_cache",)
HERE = "0920001A|PARENT"


@pytest.fixture(autouse=True)
def own_counts(tenant_db, empty_cache):
    pseudonyms.forget()
    yield
    pseudonyms.forget()


def test_the_clock_gathers_counts_people_and_purges():
    visit(HERE, timezone.now())
    agent = User.objects.create(email="agent@exemple.fr")
    StaffRole.objects.create(user=agent, role=Role.READER)

    assert tasks.gather_usage_of_tenant.run(tenant="d92") == 1
    tasks.count_people_of_tenant.run(tenant="d92")
    assert tasks.purge_usage_of_tenant.run(tenant="d92") == 0

    assert Audience.objects.get(window=Window.DAY).visits == 1
    assert (Potential.objects.get().people, Potential.objects.get().accounts) == (1, 0)


def test_an_operator_gathers_before_redis_is_stopped():
    visit(HERE, timezone.now())

    done = CliRunner().invoke(main, ["usage", "gather", "--tenant", "hauts-de-seine"])

    assert done.output == "Visites relevées : 1.\n"
    assert Audience.objects.get(window=Window.DAY).visits == 1
