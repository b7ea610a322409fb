"""The demo's announcements: each page has something to show, and nobody of the cast is told at night."""

from __future__ import annotations

import datetime

import pytest

from socle.seeding.announcements import announce
from tenants.schoollife.announcements import queries
from tenants.schoollife.announcements.models import Announcement, PastVersion, Receipt
from tests.factories.announcements import family_in, make_class
from tests.factories.canteen import make_college

TODAY = datetime.date(2024, 11, 6)
AT = datetime.datetime.combine(TODAY, datetime.time(10, tzinfo=datetime.UTC))


@pytest.fixture
def families(tenant_db):
    its_class = make_class(make_college())
    return [family_in(its_class) for _ in range(5)]


def test_some_have_read_and_some_have_not(families):
    announce(today=TODAY, at=AT)

    outing = Announcement.objects.get(title="Sortie au musée")
    found = queries.follow(outing, colleges=None, on=TODAY).total
    assert (found.families, found.families_acknowledged) == (5, 2)
    assert queries.waiting_for(families[0].guardians[0].user, on=TODAY)[0].title == outing.title
    assert queries.waiting_for(families[4].guardians[0].user, on=TODAY) == []
    assert PastVersion.objects.count() == 1
    assert Receipt.objects.count() == 6
    states = Announcement.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["PUBLISHED", "PUBLISHED", "DRAFT", "PUBLISHED"]
