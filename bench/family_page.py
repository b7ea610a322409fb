"""The family's home and its GraphQL twin, against their limit; and signing in.

Each is asked of a server of its own over one kept connection, in turns: a family of two children, five
invoices of two lines each, another family at each request. What is compared is the median of a request, and
what the server and PostgreSQL took of processors, which neighbours on a shared machine change little.

- The limit is SQL written by hand, prepared, in a bare WSGI application (`bench/limits/family_wsgi.py`):
  nobody is signed in, nothing is checked, its JSON is sent as it comes. Both under granian, one process.
- The same document on a server without plans (`bench/limits/unplanned_wsgi.py`) is what resolvers take.
- A signed-in request that reads nothing of the family says what any request of ours costs: tenant, session,
  user, CSRF, rights.
- Signing in is compared with checking the password alone.
"""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import json
import statistics
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection

from api import trusted
from bench import families, servers
from bench.measures import Row, Way, seconds
from bench.visitors import PASSWORD, graphql, home, sign_in, signed_in, tenant_url
from tenants.accounts.models import User

ROUNDS = 15
CALLS = 60
SIGN_INS = 3
FAMILIES = 40
TEXT = (trusted.FOLDER / "family_page.graphql").read_text(encoding="utf-8")
NOTHING = "{ viewer { email } }"


class _Asker:
    """Requests sent to one server, over a connection kept for a turn: servers close those that wait."""

    def __init__(self, port: int, requests: list[bytes], status: int = 200) -> None:
        self._port = port
        self._requests = itertools.cycle(requests)
        self._status = status

    def turn(self, calls: int = CALLS) -> list[bytes]:
        """The answers to the next requests."""
        client = servers.Client(self._port)
        try:
            return [self._ask(client, next(self._requests)) for _call in range(calls)]
        finally:
            client.close()

    def _ask(self, client: servers.Client, request: bytes) -> bytes:
        status, head, body = client.ask(request)
        if status != self._status:
            raise RuntimeError(f"{status}\n{request!r}\n{head!r}\n{body[:500]!r}")
        return body


def _bare(path: str, user: User) -> bytes:
    return servers.request("GET", f"{path}?{user.pk}", host="127.0.0.1")


def run(scale: float) -> list[Row]:
    """Milliseconds per request, and what they are to the limit's."""
    password = make_password(PASSWORD)
    count = families.load(
        int(families.PUPILS * scale),
        password=password,
        day=datetime.datetime.now(ZoneInfo(settings.TIME_ZONE)).date(),
    )
    keys = [1 + count * rank // FAMILIES for rank in range(FAMILIES)]
    users = list(User.objects.filter(pk__in=keys).order_by("pk"))
    signed = [signed_in(user) for user in users]
    identifier = trusted.identifier_of(TEXT)
    with (
        servers.granian(
            "product", "socle.wsgi:application", SOCLE_PROCESS="web", LOG_LEVEL="ERROR"
        ) as product,
        servers.granian(
            "unplanned",
            "bench.limits.unplanned_wsgi:application",
            SOCLE_PROCESS="web",
            LOG_LEVEL="ERROR",
        ) as unplanned,
        servers.granian(
            "limit", "bench.limits.family_wsgi:application", BENCH_LIMIT_URL=tenant_url()
        ) as limit,
    ):
        askers = {
            "home": _Asker(product, [home(one) for one in signed]),
            "home, limit": _Asker(limit, [_bare("/home", user) for user in users]),
            "api": _Asker(product, [graphql({"documentId": identifier}, one) for one in signed]),
            "api, resolvers": _Asker(
                unplanned, [graphql({"documentId": identifier}, one) for one in signed]
            ),
            "nothing": _Asker(product, [graphql({"query": NOTHING}, one) for one in signed]),
            "api, limit": _Asker(limit, [_bare("/api", user) for user in users]),
        }
        rows = _same(askers, users)
        for asker in askers.values():
            asker.turn(2 * CALLS)
        taken = _taken({name: asker.turn for name, asker in askers.items()}, calls=CALLS)
        signing = _Asker(product, [sign_in(user) for user in users], status=302)
        taken |= _taken(
            {
                "sign-in": lambda: signing.turn(SIGN_INS),
                "hash": lambda: [check_password(PASSWORD, password) for _ in range(SIGN_INS)],
            },
            calls=SIGN_INS,
        )
    return [*rows, *_rows(taken)]


@dataclasses.dataclass(frozen=True)
class _Taken:
    """Milliseconds of a call: on the wall (a median), and of the servers' processors (a mean, or 0)."""

    wall: float
    processor: float

    def of(self, other: _Taken) -> float:
        """How many times another: by processors where they are known, since neighbours disturb walls."""
        if self.processor and other.processor:
            return self.processor / other.processor
        return self.wall / other.wall


def _taken(ways: Mapping[str, Way], *, calls: int) -> dict[str, _Taken]:
    """What a call of each way takes, the ways in turns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((backend,),) = cursor.fetchall()
    walls: dict[str, list[float]] = {name: [] for name in ways}
    processors = dict.fromkeys(ways, 0.0)
    for _round in range(ROUNDS):
        for name, way in ways.items():
            before = servers.processor_seconds(backend)
            walls[name].append(seconds(way))
            processors[name] += servers.processor_seconds(backend) - before
    return {
        name: _Taken(
            wall=statistics.median(walls[name]) / calls * 1000,
            processor=processors[name] / ROUNDS / calls * 1000,
        )
        for name in ways
    }


def _same(askers: dict[str, _Asker], users: list[User]) -> list[Row]:
    """The ways say the same of each family, and something."""
    told = {name: asker.turn(len(users)) for name, asker in askers.items()}
    different = 0
    for rank, planned in enumerate(told["api"]):
        different += json.loads(planned) != json.loads(told["api, resolvers"][rank])
        children = json.loads(planned)["data"]["viewer"]["children"]
        invoices = [one for child in children for one in child["invoices"]["nodes"]]
        assert len(children) == 2, planned
        assert [len(one["lines"]) for one in invoices] == [2] * 10, planned
    same = Row(
        "families told alike, by the plan and by resolvers",
        f"{len(users) - different}",
        f"all {len(users)}",
        different == 0,
    )
    return [same]


def _said(taken: _Taken, limit: _Taken | None = None) -> str:
    said = f"{taken.wall:.2f} ms ({1000 / taken.wall:,.0f}/s), {taken.processor:.2f} of processors"
    if limit is None or limit is taken:
        return said
    return f"{said}: ×{taken.wall / limit.wall:.2f}, ×{taken.of(limit):.2f} the limit"


def _rows(taken: Mapping[str, _Taken]) -> list[Row]:
    home, api, limit = taken["home"], taken["api"], taken["api, limit"]
    nothing, resolvers = taken["nothing"], taken["api, resolvers"]
    added = _Taken(api.wall - nothing.wall, max(api.processor - nothing.processor, 0))
    gain = resolvers.of(api)
    rows = [
        Row("home, limit", _said(taken["home, limit"])),
        Row("home", _said(home, taken["home, limit"])),
        Row("api, limit", _said(limit)),
        Row("api, by its plan", _said(api, limit)),
        Row(
            "api, by resolvers",
            f"{_said(resolvers, limit)}, ×{gain:.2f} the plan",
            "≥ 2 × the plan",
            gain >= 2,
        ),
        Row("signed in, reading nothing", _said(nothing, limit)),
        Row("what the family adds to that", _said(added, limit)),
    ]
    sign_in, alone = taken["sign-in"].wall, taken["hash"].wall
    over = sign_in / alone
    rows += [
        Row("the password's hash alone", f"{alone:.0f} ms ({1000 / alone:.1f}/s)"),
        Row(
            "signing in",
            f"{sign_in:.0f} ms ({1000 / sign_in:.1f}/s), ×{over:.2f}",
            "≤ 1.5 × the hash",
            over <= 1.5,
        ),
    ]
    return rows
