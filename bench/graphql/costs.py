"""What the API counts for a document beside what it asks of PostgreSQL: the rank correlation of 300.

The documents are drawn from the schema by one seed (`tests.api.drawing.Reads`), about what there is: the
families of a département, and one of everything else (`tests.access.world`). One that the limits refuse is
drawn again; no other is left out. Each is asked by whoever may read it, through the whole view; what counts
is the time of its statements once its budget is spent, the median of five. Written to `var/bench/costs.json`.
How many statements there were is told too: it says what the count leaves out.
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
from django.test import Client
from graphql import parse

from api import budget, limits
from api.schema import schema
from bench import families, servers
from bench.billing import analyze
from bench.measures import Row
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

SEED = 20_261_129
FIRST_DAY = datetime.date(2024, 9, 1)  # the world's own month is billed after those of the families
DOCUMENTS = 300
TIMES = 5
LEAST = 0.8
OF_A_STATEMENT = 1_000


def run(scale: float) -> list[Row]:
    """Spearman's rank correlation, and the documents whose ranks are furthest apart."""
    with time_machine.travel(NOW, tick=True):
        families.load(int(families.PUPILS * scale), password=make_password("x"), day=FIRST_DAY)
        families.grant_pass(day=NOW.date())
        world = build(contexts.tenant)
        analyze()
        askers = _askers(world)
        reads = Reads(schema.graphql_schema, seed=SEED, arguments=_arguments(world))
        found = [_measured(_document(reads), askers) for _ in range(DOCUMENTS)]
    folder = servers.ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "costs.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))
    return _rows(found)


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


def _document(reads: Reads) -> str:
    while True:
        text = reads.document()
        if not limits.exceeded(schema.graphql_schema, parse(text))[0]:
            return text


def _measured(text: str, askers: dict[str, Client]) -> dict[str, Any]:
    """A document's cost, and the seconds of its statements, for whoever reads most of it."""
    told = {name: len(_ask(client, text)[0]) for name, client in askers.items()}
    who = max(told, key=lambda name: told[name])
    taken = [_ask(askers[who], text)[1:] for _ in range(TIMES)]
    return {
        "document": text,
        "who": who,
        "cost": limits.exceeded(schema.graphql_schema, parse(text))[1].cost,
        "seconds": statistics.median(seconds for seconds, _count in taken),
        "statements": taken[0][1],
        "told": told[who],
    }


def _ask(client: Client, text: str) -> tuple[bytes, float, int]:
    """The data that is told (nothing of a refusal), the seconds of its statements, and how many."""
    with _timed() as times:
        response = client.post(
            "/graphql/", json.dumps({"query": text}), content_type="application/json"
        )
    connection.set_tenant(directory.by_schema("d92"))
    told = response.json()
    data = b"" if "errors" in told else response.content
    return data, sum(times), len(times)


@contextlib.contextmanager
def _timed() -> Iterator[list[float]]:
    """The seconds of each statement of a block, once a budget was spent in it."""
    times: list[float] = []
    counting = False
    execute, spend = CursorWrapper._execute_with_wrappers, budget.spend

    def timed(self: Any, *arguments: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(self, *arguments, **options)
        finally:
            if counting:
                times.append(time.perf_counter() - start)

    def spent(*arguments: Any, **options: Any) -> None:
        nonlocal counting
        spend(*arguments, **options)
        counting = True

    CursorWrapper._execute_with_wrappers, budget.spend = timed, spent
    try:
        yield times
    finally:
        CursorWrapper._execute_with_wrappers, budget.spend = execute, spend


def _rows(found: list[dict[str, Any]]) -> list[Row]:
    costs, times = _ranks([one["cost"] for one in found]), _ranks([one["seconds"] for one in found])
    rho = statistics.correlation(costs, times)
    statements = _ranks([one["statements"] for one in found])
    known = _ranks([one["cost"] + OF_A_STATEMENT * one["statements"] for one in found])
    furthest = sorted(range(len(found)), key=lambda rank: -abs(costs[rank] - times[rank]))
    rows = [
        Row("documents, of which nobody reads anything", f"{len(found)}, {_unread(found)}"),
        Row(
            "rank correlation of costs and SQL times (Spearman)", f"{rho:.3f}", f"≥ {LEAST}",
            rho >= LEAST,
        ),
    ]  # fmt: skip
    for what, ranks in (
        ("statements alone", statements),
        (f"costs, {OF_A_STATEMENT:,} more for each statement", known),
    ):
        rows.append(Row(f"the same of {what}", f"{statistics.correlation(ranks, times):.3f}"))
    return rows + [
        Row(
            f"apart: {found[rank]['document'][8:70]}",
            f"cost {found[rank]['cost']}, {found[rank]['seconds'] * 1000:.2f} ms, "
            f"{found[rank]['statements']} statements",
        )
        for rank in furthest[:5]
    ]


def _unread(found: list[dict[str, Any]]) -> int:
    return sum(not one["told"] for one in found)


def _ranks(values: list[float]) -> list[float]:
    """The rank of each; equals share theirs."""
    order = sorted(values)
    first = {value: rank for rank, value in reversed(list(enumerate(order)))}
    last = {value: rank for rank, value in enumerate(order)}
    return [(first[value] + last[value]) / 2 for value in values]
