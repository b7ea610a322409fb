"""A whole département is read page by page: nobody twice, nobody missed, within a budget of its own."""

from __future__ import annotations

import datetime
from itertools import chain

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api import budget
from billing.invoicing.models import Invoice
from tenants.integrators.scopes import Scope
from tenants.people.models import Pupil, Schooling
from tests.api.conftest import Api
from tests.factories.canteen import make_family
from tests.factories.integrators import AT, make_integrator, token_of
from tests.factories.invoicing import issue, make_billed_family, prepare
from tests.factories.portal import account_of

PAGE = """query($first: Int, $after: String) { exportPupils(first: $first, after: $after) {
  nodes { id lastName college { uai } className level regime
    guardians { id lastName relation email phone isPayer } canteen { weekdays validFrom }
    passCards { label available { cents } } }
  pageInfo { hasNextPage endCursor } } }"""
DECEMBER = datetime.datetime(2024, 12, 20, 10, tzinfo=datetime.UTC)


@pytest.fixture
def reader(tenant_db):
    integrator, _secret = make_integrator(*Scope)
    with time_machine.travel(AT, tick=False):
        yield Api().bear(token_of(integrator))


def pages(reader, *, first, between=lambda: None):
    """The identifiers of every page, one list a page; something happens between two of them."""
    found, after, more = [], None, True
    while more:
        page = reader.read(PAGE, first=first, after=after)["exportPupils"]
        found.append([node["id"] for node in page["nodes"]])
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        between()
    return found


def test_everybody_is_read_once(reader):
    families = [make_family() for _ in range(7)]

    found = pages(reader, first=3)

    assert [len(page) for page in found] == [3, 3, 1]
    assert sorted(chain.from_iterable(found)) == sorted(
        str(one.pupil.public_id) for one in families
    )


def test_who_arrives_meanwhile_comes_last_and_who_leaves_breaks_nothing(reader):
    there = [make_family() for _ in range(5)]
    arrived = []

    def meanwhile():
        if not arrived:
            arrived.append(make_family())
            # The one that the cursor names has left.
            last = sorted(Pupil.objects.values_list("pk", flat=True))[1]
            Schooling.objects.filter(pupil_id=last).update(valid_until=AT.date())

    found = list(chain.from_iterable(pages(reader, first=2, between=meanwhile)))

    assert len(found) == len(set(found)) == 6
    assert found[-1] == str(arrived[0].pupil.public_id)
    assert {str(one.pupil.public_id) for one in there} <= set(found)


def test_a_page_asks_as_much_of_the_database_whatever_its_length(reader):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            reader.read(PAGE, first=500)
        return len(captured)

    make_family()
    statements()  # the first of a minute notes that the machine was seen
    few = statements()
    for _ in range(6):
        make_family()

    assert statements() == few


def test_a_page_walks_the_index_of_the_primary_key(reader):
    make_family()
    after = pages(reader, first=500)[0][0]
    with CaptureQueriesContext(connection) as captured:
        reader.read(PAGE, first=500, after=after)
    (page,) = [
        one["sql"]
        for one in captured
        if 'FROM "people_pupil" WHERE' in one["sql"] and "EXISTS" in one["sql"]
    ]

    assert 'ORDER BY "people_pupil"."id" ASC LIMIT 501' in page
    assert '"people_pupil"."id" >' in page
    assert "OFFSET" not in page


@pytest.mark.parametrize("first", [0, 501, -1])
def test_a_page_has_five_hundred_at_most(reader, first):
    response = reader.send({"query": PAGE, "variables": {"first": first}})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "PAGE_TOO_LONG"


def test_a_cursor_of_nothing_is_refused(reader):
    for after in ("x", "00000000-0000-4000-8000-000000000000"):
        assert reader.refusals(PAGE, after=after) == ["CURSOR_INVALID"]


def test_a_whole_departement_is_within_the_budget_of_a_minute():
    from api.views import documents

    cost = documents.prepare(PAGE, {"first": 500}).cost

    assert cost * (54_000 // 500 + 1) <= budget.OF_AN_EXPORT


def test_an_export_spends_its_own_budget_and_nobody_elses(reader, monkeypatch):
    cost = 1_000
    monkeypatch.setattr(budget, "OF_AN_EXPORT", 50 * cost)
    monkeypatch.setattr(budget, "OF_A_MACHINE", 10)
    monkeypatch.setattr(budget, "OF_ALL", 100)
    family = Api().sign_in(account_of(make_family()))

    def status(caller, query, **variables):
        return caller.send({"query": query, "variables": variables}).status_code

    statuses = [status(reader, PAGE, first=500) for _ in range(5)]

    assert 200 in statuses
    assert statuses[-1] == 429
    assert status(family, "{ departement { code } }") == 200
    assert status(reader, "{ departement { code } }") == 200  # what it asks by itself is apart


def test_a_machine_spends_its_own_budget_and_not_its_neighbours(reader, monkeypatch):
    monkeypatch.setattr(budget, "OF_A_MACHINE", 4)
    other = Api().bear(token_of(make_integrator(name="Autre")[0]))
    query = {"query": "{ departement { code } }"}

    assert [reader.send(query).status_code for _ in range(3)] == [200, 200, 429]
    assert other.send(query).status_code == 200


def test_a_refused_document_of_a_machine_is_counted_as_its_own(reader, monkeypatch):
    monkeypatch.setattr(budget, "OF_A_MACHINE", 2 * budget.OF_A_REFUSAL)

    assert [reader.send({"query": "{ nothing }"}).status_code for _ in range(3)] == [400] * 3
    assert reader.send({"query": "{ departement { code } }"}).status_code == 429


def test_only_an_export_may_cost_what_an_export_costs(reader):
    mixed = PAGE.replace("{ exportPupils", "{ departement { code } exportPupils", 1)

    response = reader.send({"query": mixed, "variables": {"first": 500}})

    assert response.json()["errors"][0]["extensions"]["code"] == "QUERY_TOO_COSTLY"


def test_invoices_are_exported_with_what_is_left_to_pay(tenant_db):
    make_billed_family()
    issue(prepare())
    invoice = Invoice.objects.get()
    integrator, _secret = make_integrator(Scope.EXPORT, Scope.INVOICES_READ, at=DECEMBER)
    query = "{ exportInvoices { nodes { number payerName total { cents } due { cents } } } }"

    with time_machine.travel(DECEMBER, tick=False):
        found = Api().bear(token_of(integrator, at=DECEMBER)).read(query)

    assert found["exportInvoices"]["nodes"] == [
        {
            "number": invoice.number,
            "payerName": f"{invoice.payer_first_name} {invoice.payer_last_name}",
            "total": {"cents": invoice.total_cents},
            "due": {"cents": invoice.total_cents},
        }
    ]
