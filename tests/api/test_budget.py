"""What may be asked in a minute: of each caller their own, and one caller's never another's."""

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError as NoRedis

from api import budget
from api.views import documents
from tests.api.conftest import Api
from tests.factories.acting import make_agent
from tests.factories.canteen import make_family
from tests.factories.portal import account_of

QUERY = "{ departement { code } }"  # it costs 2
PAGE = "query($n: Int) { viewer { invoices(first: $n) { nodes { number } } } }"


def status(api, query=QUERY, **variables) -> int:
    return api.send({"query": query, "variables": variables}).status_code


def test_over_its_budget_a_place_waits_and_is_told_how_long(api, monkeypatch):
    monkeypatch.setattr(budget, "OF_A_PLACE", 4)

    assert [status(api) for _ in range(3)] == [200, 200, 429]

    refused = api.send({"query": QUERY})
    assert refused.headers["Retry-After"] == "60"
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "BUDGET_SPENT"
    assert "60 secondes" in error["message"]


def test_each_person_has_their_own_and_an_agent_more(api, monkeypatch):
    monkeypatch.setattr(budget, "OF_A_PLACE", 4)
    monkeypatch.setattr(budget, "OF_A_PERSON", 6)
    parents = [account_of(make_family()) for _ in range(2)]
    one, other, agent = (Api().sign_in(user) for user in (*parents, make_agent()))

    assert [status(one) for _ in range(4)] == [200, 200, 200, 429]
    assert [status(other) for _ in range(4)] == [200, 200, 200, 429]
    assert {status(agent) for _ in range(8)} == {200}
    assert status(api) == 200  # nobody's: the place's


def test_a_page_of_a_hundred_costs_what_it_may_hold_each_time(api, monkeypatch):
    two, hundred = (documents.prepare(PAGE, {"n": size}).cost for size in (2, 100))
    assert hundred > two
    monkeypatch.setattr(budget, "OF_A_PERSON", 4 * two + hundred)
    api.sign_in(account_of(make_family()))

    assert [status(api, PAGE, n=2) for _ in range(4)] == [200] * 4  # the document is known by now
    assert [status(api, PAGE, n=100) for _ in range(2)] == [200, 429]


def test_a_document_that_is_refused_costs_too(api, monkeypatch):
    monkeypatch.setattr(budget, "OF_A_PLACE", 2 * budget.OF_A_REFUSAL)

    assert [status(api, "{ nothing }") for _ in range(3)] == [400] * 3
    assert status(api) == 429


def test_a_departement_that_spends_all_leaves_its_neighbour_alone(api, monkeypatch):
    monkeypatch.setattr(budget, "OF_ALL", 4)

    assert [status(api) for _ in range(3)] == [200, 200, 429]
    assert status(Api("d94")) == 200


@pytest.mark.parametrize("times", [1, 3])
def test_budgets_are_as_many_times_as_the_settings_say(api, monkeypatch, settings, times):
    settings.API_BUDGETS = times
    monkeypatch.setattr(budget, "OF_A_PLACE", 2)

    assert [status(api) for _ in range(4)].count(200) == times


def test_where_the_cache_does_not_answer_the_request_is_served(api, monkeypatch, caplog):
    def absent(*_arguments, **_options):
        raise NoRedis

    monkeypatch.setattr(budget, "add_to_counters", absent)

    assert status(api) == 200
    assert "api budget not counted" in caplog.text
