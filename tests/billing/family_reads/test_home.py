"""The home page in one statement says what the queries of the rooms say, on families drawn at random."""

from __future__ import annotations

import datetime

import pytest

from billing.canteen.queries import NoCanteenRules, rules_on
from billing.family_reads.home import OpenRequest, family_home
from billing.rights.operations import abandon_request
from commons.school_calendar import school_year_of
from portal.screens import bills, family
from tenants.people import queries as people
from tenants.people.models import Schooling
from tests.factories.drawn_families import TODAY, draw_families
from tests.factories.portal import account_of
from tests.factories.rights import NOW, PARENT, begin, make_asking_family

DAYS = (
    TODAY,
    TODAY - datetime.timedelta(days=1),
    datetime.date(2024, 8, 31),
    datetime.date(2024, 9, 1),
)


def rules_of(day):
    try:
        return rules_on(day)
    except NoCanteenRules:
        return None


@pytest.mark.parametrize("seed", range(10))
def test_one_statement_says_what_the_queries_say(tenant_db, seed):
    drawn = draw_families(seed)

    for user in drawn.users:
        for day in DAYS:
            year = school_year_of(day).start_year
            pupils = list(people.children_of(user, on=day))
            read = family_home(user, on=day)
            assert read.children == family.rows_of(pupils, on=day)
            owed = tuple(bills.bill_of_owed(one, on=day) for one in read.invoices)
            assert owed == bills.invoices_of(user, on=day)
            assert read.rules == rules_of(day)
            assert read.rights is None
            schooled = Schooling.objects.filter(pupil__in=pupils, school_year=year)
            assert read.schooled == set(schooled.values_list("pupil__public_id", flat=True))


def test_what_is_drawn_has_of_everything(tenant_db):
    """The comparison would hold of nothing: see that there is something to compare."""
    drawn = draw_families(7)
    reads = [family_home(user, on=TODAY) for user in drawn.users]
    children = [child for read in reads for child in read.children]

    assert len(children) > 2
    assert any(child.school for child in children)
    assert any(child.enrolments for child in children)
    assert any(child.prices for child in children)
    assert any(read.invoices for read in reads)


def test_the_request_under_way_is_the_households(tenant_db):
    family = make_asking_family()
    request = begin(family)
    user, other = account_of(family), account_of(make_asking_family())

    assert family_home(user, on=NOW().date()).rights == OpenRequest(request.public_id, "DRAFT")
    assert family_home(other, on=NOW().date()).rights is None
    abandon_request(request=request, actor=PARENT, at=NOW())
    assert family_home(user, on=NOW().date()).rights is None
