"""The threads of the demo: everybody of the cast has something to read, and the collège to look at."""

from __future__ import annotations

import datetime

import pytest

from socle.seeding.school_messages import TEMPLATES, write_some_messages
from tenants.accounts.models import User
from tenants.schoollife.messages import access, queries
from tests.factories.canteen import make_family
from tests.factories.school_messages import account, make_secretary

NOW = datetime.datetime(2024, 11, 29, 12, tzinfo=datetime.UTC)


@pytest.fixture
def family(tenant_db):
    """Separated parents with accounts, and two families without, of the same collège."""
    made = make_family(guardians=2)
    for person in made.guardians:
        account(person)
    for _ in range(2):
        make_family(guardians=2, college=made.college)
    return made


def parts(user: User) -> list:
    return list(queries.told(access.own_participations(user)))


def test_each_parent_reads_and_the_secretary_has_work(family):
    secretary = make_secretary(family.college)

    write_some_messages(at=NOW)

    for person in family.guardians:
        found = parts(person.user)
        assert len(found) == 2  # their own, and the one to both
        assert any(one.unread for one in found)
    desk = access.desk_participations(secretary)
    assert queries.count_unread(desk) == 2
    assert queries.waiting_reports(access.desk_reports(secretary)).count() == 1
    assert queries.waiting_appeals(access.desk_hidings(secretary)).count() == 1
    templates = queries.current_templates(access.desk_templates(secretary), on=NOW.date())
    assert templates.count() == len(TEMPLATES)


def test_a_département_without_accounts_has_nothing(tenant_db):
    make_family()
    write_some_messages(at=NOW)
    assert not access.Participant.objects.exists()
