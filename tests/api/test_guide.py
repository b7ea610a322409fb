"""docs/api.md is played: its requests as written, its examples run, its figures those of the code."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest
import time_machine

from api import budget, limits, views
from tenants.integrators import credentials, operations, pace
from tenants.integrators.scopes import Scope
from tests.api.conftest import Api
from tests.factories.canteen import make_family
from tests.factories.integrators import AT, make_integrator, token_of

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
TEXT = PAGE.read_text(encoding="utf-8")
REQUESTS = re.findall(r"```http\n(.*?)```", TEXT, re.DOTALL)
QUERIES = re.findall(r"```graphql\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(autouse=True)
def october():
    with time_machine.travel(AT, tick=False):
        yield


def send(api, written, **known):
    """A request as the page writes it, with what is between braces filled in."""
    head, _blank, body = written.partition("\n\n")
    first, *lines = head.splitlines()
    headers = {}
    for line in lines:
        name, _colon, value = line.partition(": ")
        headers[name.lower()] = value.format(**known)
    scheme, _space, pair = headers["authorization"].partition(" ")
    if scheme == "Basic":
        headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    kind = headers.pop("content-type")
    path = first.removeprefix("POST ")
    return api._back(api.client.post(path, body.strip(), content_type=kind, headers=headers))


def test_the_requests_work_as_they_are_written(api):
    integrator, secret = make_integrator(Scope.PEOPLE_READ)
    asking, giving_back, reading = REQUESTS
    known = {"client": integrator.client_id, "secret": secret}

    given = send(api, asking, **known)
    token = given.json()["access_token"]
    read = send(api, reading, jeton=token)
    given_back = send(api, giving_back.replace("token={jeton}", f"token={token}"), **known)

    assert given.json()["scope"] == "people:read"
    assert read.json() == {"data": {"departement": {"code": "92"}, "collegeRecords": []}}
    assert given_back.status_code == 200
    assert send(api, reading, jeton=token).status_code == 401


@pytest.mark.parametrize("query", QUERIES, ids=lambda text: re.search(r"  (\w+)", text)[1])
def test_each_example_runs_for_a_machine_that_has_the_scopes(tenant_db, query):
    family = make_family()
    reader = Api().bear(token_of(make_integrator(*Scope)[0]))

    data = reader.read(query, **({"id": str(family.pupil.public_id)} if "$id" in query else {}))

    assert json.dumps(data)
    assert "exportPupils" not in data or len(data["exportPupils"]["nodes"]) == 1


def test_each_scope_has_its_line():
    assert set(re.findall(r"^\| `([a-z:]+)` \|", TEXT, re.MULTILINE)) == {s.value for s in Scope}


def test_figures_are_those_of_the_code():
    def said(number: int) -> str:
        return f"{number:,}".replace(",", " ")

    for number in (
        limits.MAX_EXPORT_ELEMENTS,
        limits.MAX_ELEMENTS,
        budget.OF_A_MACHINE,
        budget.OF_AN_EXPORT,
        budget.OF_ALL_EXPORTS,
    ):
        assert said(number) in TEXT
    assert (pace.OF_A_MACHINE, pace.OF_A_PLACE) == (60, 180)  # in letters, in the page
    for limit in (views.TIME_OF_A_MACHINE, views.TIME_OF_AN_EXPORT):
        assert f"{limit.seconds} secondes" in TEXT
    assert limits.MAX_EXPORT_PAGE == 500
    assert operations.TOKEN_LIFE.total_seconds() == 600
    assert operations.OVERLAP.days == 7
    assert set(credentials.ALGORITHMS) <= set(re.findall(r"[EPR]S256", TEXT))


def test_each_refusal_of_the_page_is_one_of_the_code():
    from api.refusals import TEXTS

    for status, code in re.findall(r"^\| (\d{3}) \| `([A-Z_]+)` \|", TEXT, re.MULTILINE):
        assert TEXTS[code][0] == int(status)
