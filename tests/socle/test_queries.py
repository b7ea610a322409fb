"""What the pages most read ask of the database: `queries.toml`, each statement by its tables, in order.

A line that appears is a question somebody added, perhaps one per child or per invoice. To write the
lines of a page that changed, look at what `SOCLE_WRITE_QUERIES=1 make test
ARGS=tests/socle/test_queries.py` changed, and commit it only if each line is needed. What a process
keeps (the département of a host) is asked for once, before the count.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse

from api import plans, trusted
from tenants.registry import directory
from tests.access.world import HOST, NOW, World, build
from tests.fixtures import summary, watched

EXPECTED = Path(__file__).with_name("queries.toml")
HEADER = "# What each page asks of the database, in order. See test_queries.py.\n"
VIEWER = """{ viewer { email children { firstName college { name } enrolment { weekdays }
              invoices { nodes { number total { cents } lines { quantity } } } } } }"""

FAMILY_PAGE = trusted.identifier_of(
    (trusted.FOLDER / "family_page.graphql").read_text(encoding="utf-8")
)


@pytest.fixture
def world(tenant_db: None, in_tenant: Any) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield build(in_tenant)


def _page(who: str, path: str) -> Callable[[World], HttpResponse]:
    def ask(world: World) -> HttpResponse:
        address = path.format(
            child=world.family.pupil.public_id, invoice=world.keys["invoice"].public_id
        )
        return world.clients[who].get(address, headers={"host": HOST})

    return ask


LISTS = """{ console {
    pupils(search: "diallo") { nodes { lastName household { id name } } }
    refunds(first: 5) { totalCount nodes { amount { cents } askedBy part { name } payer } } } }"""


def _asked(world: World, body: dict[str, str], who: str = "family") -> HttpResponse:
    answer = world.clients[who].post(
        "/graphql/", json.dumps(body), content_type="application/json", headers={"host": HOST}
    )
    assert "errors" not in answer.json(), answer.json()
    return answer


def _by_resolvers(world: World, body: dict[str, Any]) -> Any:
    """The same, when no document has a plan."""
    with mock.patch.object(plans, "answered", return_value=None):
        return _asked(world, body)


PAGES = {
    "portal home": _page("family", "/"),
    "portal child": _page("family", "/enfants/{child}/"),
    "portal invoices": _page("family", "/factures/"),
    "portal invoice": _page("family", "/factures/{invoice}/"),
    "portal simulator": _page("anonymous", "/combien/"),
    "console landing": _page("regisseur", "/console/"),
    "console pupils": _page("regisseur", "/console/people/pupil/"),
    "console invoices": _page("regisseur", "/console/invoicing/invoice/"),
    "graphql viewer": lambda world: _asked(world, {"query": VIEWER}),
    "graphql viewer, by resolvers": lambda world: _by_resolvers(world, {"query": VIEWER}),
    "graphql console lists": lambda world: _asked(world, {"query": LISTS}, "administrator"),
    "graphql family page": lambda world: _asked(world, {"documentId": FAMILY_PAGE}),
}


def ask(name: str, world: World) -> None:
    try:
        assert PAGES[name](world).status_code == 200
    finally:
        connection.set_tenant(directory.by_schema("d92"))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_what_it_asked(world: World, queries_of: Any, name: str) -> None:
    directory.forget()  # what an earlier test had it keep ends between the two
    ask(name, world)  # what the process keeps from now on

    with queries_of(*tomllib.loads(EXPECTED.read_text(encoding="utf-8"))[name]):
        ask(name, world)


def test_every_line_belongs_to_a_page() -> None:
    assert set(tomllib.loads(EXPECTED.read_text(encoding="utf-8"))) == set(PAGES)


@pytest.mark.skipif("SOCLE_WRITE_QUERIES" not in os.environ, reason="writes the file, on demand")
def test_writing_what_pages_ask(world: World) -> None:
    parts = [HEADER]
    for name in PAGES:
        ask(name, world)
        with watched() as statements:
            ask(name, world)
        lines = "".join(f'    "{summary(statement)}",\n' for statement in statements)
        parts.append(f'"{name}" = [\n{lines}]\n')
    EXPECTED.write_text("\n".join(parts), encoding="utf-8")
