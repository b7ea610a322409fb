"""What pages ask of the database: as many statements for one thread as for twenty, and by the indexes."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.schoollife.messages import access, queries
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    account,
    draft,
    from_college,
    from_family,
    given,
    make_secretary,
    part,
    reply,
)


def statements(read):
    with CaptureQueriesContext(connection) as asked:
        read()
    return len(asked)


@pytest.fixture
def family(tenant_db):
    return make_family(guardians=2)


def test_an_inbox_asks_as_much_for_one_thread_as_for_many(family):
    mother, secretary = account(family.guardians[0]), make_secretary(family.college)

    def both():
        queries.inbox(access.own_participations(mother))
        queries.inbox(access.desk_participations(secretary))

    first = from_college(family)
    both()  # what is asked once of a user is known
    alone = statements(both)
    for _ in range(9):
        reply(from_college(family), family.college)
    reply(first, family.guardians[0])

    assert statements(both) == alone <= 7


def test_a_thread_asks_as_much_for_one_message_as_for_a_page(family):
    first = from_college(family)
    reading = part(first, family.guardians[0])
    queries.conversation(reading)  # its thread is known
    alone = statements(lambda: queries.conversation(reading))
    for _ in range(9):
        reply(first, family.college)
    reply(first, family.guardians[0])

    assert statements(lambda: queries.conversation(reading)) == alone <= 4


def test_a_search_asks_as_much_whatever_it_finds(family):
    mother, secretary = account(family.guardians[0]), make_secretary(family.college)
    colleges = [family.college.pk]

    def both():
        queries.search(access.own_participations(mother), "bonjour")
        queries.search(access.desk_participations(secretary), "bonjour", college_ids=colleges)

    from_college(family)
    both()
    alone = statements(both)
    for _ in range(9):
        from_college(family)

    assert statements(both) == alone <= 10


def test_the_documents_of_a_page_are_read_at_once(family):
    first = from_family(family, draft=draft(attached=(given(), given())))
    page = queries.conversation(part(first, family.college))

    assert [one.name for one in page.messages[0].attachments] == ["certificat.jpg"] * 2
