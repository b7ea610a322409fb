"""Documents drawn over the whole schema, asked of a département by whoever may read them, and timed.

They are about what there is: the families of a département, and one of everything else
(`tests.access.world`). What counts is the time of a document's statements once its budget is spent, the
median of five.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import statistics
import time
from collections.abc import Iterator
from typing import Any

import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.http import HttpResponse
from django.test import Client
from graphql import parse

from api import budget, limits
from api.schema import schema
from bench import families
from bench.billing import analyze
from federation.passplus.models import PartnerMember
from federation.passplus.till_access import SPACE
from tenants.accounts.capabilities import Role
from tenants.accounts.models import StaffRole, User
from tenants.integrators.scopes import Scope
from tenants.registry import contexts, directory
from tests.access.questions import ARGUMENTS, ASKED, GIVEN
from tests.access.world import HOST, NOW, World, build
from tests.api.drawing import Reads
from tests.factories.integrators import make_integrator, token_of
from tests.signed_in import open_session

FIRST_DAY = datetime.date(2024, 9, 1)  # the world's own month is billed after those of the families
TIMES = 5
Statement = tuple[str, Any]  # its text and its parameters, as Django made them


class Site:
    """A département with its families, and those who ask."""

    def __init__(self, scale: float) -> None:
        families.load(int(families.PUPILS * scale), password=make_password("x"), day=FIRST_DAY)
        families.grant_pass(day=NOW.date())
        self.world = build(contexts.tenant)
        analyze()
        self._askers = _askers(self.world)

    def reads(self, seed: int) -> Reads:
        """Documents of a seed, about what there is here."""
        return Reads(schema.graphql_schema, seed=seed, arguments=_arguments(self.world))

    def asked(self, text: str) -> tuple[Client, list[Statement]]:
        """Whoever reads most of a document, and the statements it asks once its budget is spent."""
        client = self._askers[self._reader(text)]
        _ask(client, text)  # what is read once and kept
        with _timed() as asked:
            _post(client, text)
        return client, [statement for statement, _seconds in asked]

    def _reader(self, text: str) -> str:
        told = {name: len(_ask(client, text)[0]) for name, client in self._askers.items()}
        return max(told, key=lambda name: told[name])

    def measured(self, text: str) -> dict[str, Any]:
        """A document's cost, and the seconds of its statements, for whoever reads most of it."""
        who = self._reader(text)
        taken = [_ask(self._askers[who], text) for _ in range(TIMES)]
        return {
            "document": text,
            "who": who,
            "cost": limits.exceeded(schema.graphql_schema, parse(text))[1].cost,
            "seconds": statistics.median(seconds for _told, seconds, _count in taken),
            "statements": taken[0][2],
            "told": len(taken[0][0]),
        }


@contextlib.contextmanager
def site(scale: float) -> Iterator[Site]:
    """One, on a day of its autumn."""
    with time_machine.travel(NOW, tick=True):
        yield Site(scale)


def drawn(reads: Reads, name: str = "") -> str:
    """A document that the limits let through, of a field of Query or of any."""
    while True:
        text = reads.document(name)
        if not limits.exceeded(schema.graphql_schema, parse(text))[0]:
            return text


def _arguments(world: World) -> dict[str, str]:
    """What each field of Query is asked about."""
    asked = {}
    for name in schema.graphql_schema.query_type.fields:
        given = GIVEN.get(name, "id: $id" if name in ARGUMENTS else ASKED.get(name, "")).strip("()")
        key = world.keys.get(ARGUMENTS.get(name, ""))
        if name in ("partnerSpace", "tillTicket"):
            key = PartnerMember.objects.get(partner=world.keys["partner"])
        asked[name] = given.replace("$id", json.dumps(str(key.public_id))) if key else given
    return asked


def _askers(world: World) -> dict[str, Client]:
    """A parent, an agent of every role, somebody of a partner, a machine of every scope."""
    agent = User.objects.create(email="mesure@exemple.fr")
    for role in Role:
        if role is not Role.COLLEGE_SECRETARY:
            StaffRole.objects.create(user=agent, role=role)
    token = token_of(make_integrator(*Scope, at=NOW, name="Mesure")[0], at=NOW)
    askers = {name: Client(headers={"host": HOST}) for name in ("parent", "agent", "partner")}
    open_session(askers["parent"], world.users["family"])
    open_session(askers["agent"], agent)
    member = PartnerMember.objects.get(partner=world.keys["partner"])
    open_session(askers["partner"], member.user, space=SPACE)
    askers["machine"] = Client(headers={"host": HOST, "authorization": f"Bearer {token}"})
    return askers


def _post(client: Client, text: str) -> HttpResponse:
    response = client.post(
        "/graphql/", json.dumps({"query": text}), content_type="application/json"
    )
    connection.set_tenant(directory.by_schema("d92"))
    return response


def _ask(client: Client, text: str) -> tuple[bytes, float, int]:
    """The data that is told (nothing of a refusal), the seconds of its statements, and how many."""
    with _timed() as asked:
        response = _post(client, text)
    data = b"" if "errors" in response.json() else response.content
    return data, sum(seconds for _statement, seconds in asked), len(asked)


@contextlib.contextmanager
def _timed() -> Iterator[list[tuple[Statement, float]]]:
    """The statements of a block, with their seconds, once a budget was spent in it."""
    asked: list[tuple[Statement, float]] = []
    counting = False
    execute, spend = CursorWrapper._execute_with_wrappers, budget.spend

    def timed(self: Any, sql: str, params: Any, *arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(self, sql, params, *arguments, **options)
        finally:
            if counting:
                asked.append(((sql, params), time.perf_counter() - start))

    def spent(*arguments: Any, **options: Any) -> None:
        nonlocal counting
        spend(*arguments, **options)
        counting = True

    CursorWrapper._execute_with_wrappers, budget.spend = timed, spent
    try:
        yield asked
    finally:
        CursorWrapper._execute_with_wrappers, budget.spend = execute, spend
