"""Pages of other origins: those that were admitted, exactly, with a token and never with a session."""

from __future__ import annotations

import pytest
import time_machine

from tenants.integrators import operations
from tenants.integrators.scopes import Scope
from tests.api.conftest import Api
from tests.factories.canteen import make_family
from tests.factories.integrators import AT, make_integrator, token_of
from tests.factories.portal import account_of
from tests.factories.tariffs import ACTOR

PAGE = "https://carte.exemple.fr"
QUERY = {"query": "{ departement { code } }"}
ALLOW = "Access-Control-Allow-Origin"


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def admitted(tenant_db):
    return operations.allow_origin(origin=PAGE, actor=ACTOR, at=AT)


def preflight(api, origin=PAGE, path="/graphql/", method="POST"):
    headers = {
        "origin": origin,
        "access-control-request-method": method,
        "access-control-request-headers": "authorization,content-type",
    }
    return api._back(api.client.options(path, headers=headers))


def test_a_page_of_an_admitted_origin_reads_with_its_token(api, admitted):
    api.bear(token_of(make_integrator(Scope.PEOPLE_READ)[0]))

    asked = preflight(api)
    answer = api.send(QUERY, headers={"origin": PAGE})

    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers[ALLOW] == PAGE
    assert asked.headers["Access-Control-Allow-Methods"] == "GET, POST"
    assert asked.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert int(asked.headers["Access-Control-Max-Age"]) <= 600
    assert answer.json() == {"data": {"departement": {"code": "92"}}}
    assert answer.headers[ALLOW] == PAGE
    for response in (asked, answer):
        assert "Origin" in response.headers["Vary"]
        assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://autre.exemple.fr", "http://carte.exemple.fr", "https://carte.exemple.fr:8443",
        "https://carte.exemple.fr.mechant.fr", "https://sous.carte.exemple.fr", "null", "*", "",
        "https://CARTE.exemple.fr", "https://carte.exemple.fr/",
    ],
)  # fmt: skip
def test_any_other_origin_is_told_nothing(api, admitted, origin):
    asked = preflight(api, origin)
    answer = api.send(QUERY, headers={"origin": origin})

    for response in (asked, answer):
        assert not [name for name in response.headers if name.startswith("Access-Control-")]
        assert "Origin" in response.headers["Vary"]


def test_an_origin_that_is_withdrawn_is_told_nothing_at_once(api, admitted):
    operations.withdraw_origin(origin=admitted, actor=ACTOR, at=AT)

    assert ALLOW not in preflight(api).headers
    assert ALLOW not in api.send(QUERY, headers={"origin": PAGE}).headers


def test_an_origin_is_admitted_by_one_departement(api, admitted):
    elsewhere = Api("d94")

    assert ALLOW not in preflight(elsewhere).headers
    assert ALLOW not in elsewhere.send(QUERY, headers={"origin": PAGE}).headers


def test_a_refusal_can_be_read_by_the_page_too(api, admitted):
    refused = api.bear("x").send(QUERY, headers={"origin": PAGE})

    assert refused.status_code == 401
    assert refused.headers[ALLOW] == PAGE
    assert "WWW-Authenticate" in refused.headers["Access-Control-Expose-Headers"]


def test_a_session_beside_is_never_lent_to_a_page(api, admitted):
    api.sign_in(account_of(make_family()))

    answer = api.send(QUERY, headers={"origin": PAGE})

    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("path", ["/oauth/jeton/", "/connexion/", "/console/"])
def test_no_other_door_answers_pages_of_elsewhere(api, admitted, path):
    asked = preflight(api, path=path)

    assert not [name for name in asked.headers if name.startswith("Access-Control-")]


def test_options_that_no_browser_asks_are_refused(api):
    response = api._back(api.client.options("/graphql/"))

    assert response.status_code == 405
