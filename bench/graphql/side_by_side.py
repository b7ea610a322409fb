"""One query, the same answer, six ways, in turns: ours, its peers, and the limit.

The query (`family_accounts.graphql`, a trusted document) goes from a guardian to the children, their collège
and Pass+, and to the last five invoices with their lines: 65 values of a family of two. Each way is a server
of its own, one process and one thread, over the same PostgreSQL and the same rows, another family at each
request; all are checked to answer the same before anything is measured.

- *ours* is as shipped: the tenant's role, session, CSRF, access, limits, budget, telemetry that is sent.
- graphene-django, strawberry-django and PostGraphile are as their guides write them (`bench/peers`). Nobody
  is signed in there, and nothing is refused: they are told which family to read.
- the limit is a bare WSGI application that sends what one statement written by hand answers.

A turn asks over one connection, which gives p50, p99 and what servers and PostgreSQL took of processors;
then over four, which gives requests per second. At last ours is asked at a steady pace, 80 % of that.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from api import trusted
from bench import loads, servers
from bench.graphql import world
from bench.measures import Row
from bench.peers import postgraphile
from bench.visitors import graphql, tenant_url
from tenants.accounts.models import User

ROUNDS = 15
CALLS = 100
CONNECTIONS = 4
PACED_CALLS = 3_000
LEAVES = 65
LIMIT, TRUSTED, AD_HOC = "the limit", "ours, trusted document", "ours, ad hoc"
GRAPHENE, STRAWBERRY, POSTGRAPHILE = "graphene-django", "strawberry-django", "PostGraphile 5"


@dataclasses.dataclass(slots=True)
class _Way:
    """A server, what it is asked, and what it took."""

    port: int
    requests: Iterator[bytes]
    alone: list[float] = dataclasses.field(default_factory=list)
    processors: list[float] = dataclasses.field(default_factory=list)
    rates: list[float] = dataclasses.field(default_factory=list)

    def turn(self, backend: int) -> None:
        before = servers.processor_seconds(backend)
        load = loads.closed(self.port, self.requests, connections=1, calls=CALLS)
        self.processors.append((servers.processor_seconds(backend) - before) / CALLS)
        self.alone += load.seconds
        together = loads.closed(self.port, self.requests, connections=CONNECTIONS, calls=CALLS)
        self.rates.append(together.rate)

    def forget(self) -> None:
        for taken in (self.alone, self.processors, self.rates):
            taken.clear()

    @property
    def rate(self) -> float:
        """Requests per second: the median of the rounds."""
        return statistics.median(self.rates)

    @property
    def processor(self) -> float:
        """Seconds of processors for a request, or 0 where the system does not say."""
        return statistics.mean(self.processors)


def run(scale: float) -> list[Row]:
    """Requests per second, p50, p99, processors, and ratios to the limit and to PostGraphile."""
    asked = world.load(scale)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((backend,),) = cursor.fetchall()
    with contextlib.ExitStack() as stack:
        ways = _ways(stack, asked)
        rows = _same(ways, asked.users)
        for way in ways.values():
            way.turn(backend)
            way.forget()
        for number in range(ROUNDS):
            turns = list(ways.values())
            for way in turns if number % 2 else reversed(turns):
                way.turn(backend)
        rows += _rows(ways)
        rows += [_paced(name, ways[name]) for name in (TRUSTED, AD_HOC)]
    return rows


def _ways(stack: contextlib.ExitStack, asked: world.Asked) -> dict[str, _Way]:
    """Each server started, and the requests of each family to it."""
    peer = {"BENCH_PEER_URL": tenant_url(), "BENCH_PEER_SCHEMA": "d92"}
    ours = stack.enter_context(world.product())
    limit = stack.enter_context(
        servers.granian(
            "limit", "bench.limits.family_wsgi:application", BENCH_LIMIT_URL=tenant_url()
        )
    )
    graphene, strawberry = (
        stack.enter_context(servers.granian(name, f"bench.peers.{name}:application", **peer))
        for name in ("plain_graphene", "strawberry_optimised")
    )
    javascript = stack.enter_context(
        postgraphile.serving(postgraphile.installed(), tenant_url(), schema="d92")
    )
    users = asked.users
    given = {"query": world.DOCUMENT}
    named = {"documentId": trusted.identifier_of(world.DOCUMENT)}
    told = [graphql(given, path=f"/graphql?user={user.pk}") for user in users]
    return {
        LIMIT: _Way(limit, itertools.cycle([_bare(user) for user in users])),
        TRUSTED: _Way(ours, asked.requests(named)),
        AD_HOC: _Way(ours, asked.requests(given)),
        POSTGRAPHILE: _Way(
            javascript,
            itertools.cycle(
                [graphql(postgraphile.request(user.pk), path="/graphql") for user in users]
            ),
        ),
        STRAWBERRY: _Way(strawberry, itertools.cycle(told)),
        GRAPHENE: _Way(graphene, itertools.cycle(told)),
    }


def _bare(user: User) -> bytes:
    return servers.request("GET", f"/accounts?{user.pk}", host="127.0.0.1")


def _same(ways: Mapping[str, _Way], users: Sequence[User]) -> list[Row]:
    """All say the same of each family, and all that there is to say."""
    told: dict[str, list[Any]] = {}
    for name, way in ways.items():
        client = servers.Client(way.port)
        answers = [client.ask(next(way.requests))[2] for _user in users]
        client.close()
        told[name] = [json.loads(answer) for answer in answers]
    told[POSTGRAPHILE] = list(map(postgraphile.told, told[POSTGRAPHILE], told[LIMIT]))
    for rank in range(len(users)):
        for name, answers in told.items():
            if answers[rank] != told[LIMIT][rank]:
                raise RuntimeError(f"{name}: {answers[rank]}\n{LIMIT}: {told[LIMIT][rank]}")
        assert _leaves(told[LIMIT][rank]) == LEAVES, told[LIMIT][rank]
    return [Row("families told alike by all, values of each", f"{len(users)}, {LEAVES}")]


def _leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    return sum(map(_leaves, value)) if isinstance(value, list) else 1


def _rows(ways: Mapping[str, _Way]) -> list[Row]:
    limit, peer = ways[LIMIT], ways[POSTGRAPHILE]
    rows = [Row(name, _said(way, limit)) for name, way in ways.items()]
    for name, other, least in (
        (TRUSTED, LIMIT, 0.5),
        (TRUSTED, POSTGRAPHILE, 2.5),
        (AD_HOC, POSTGRAPHILE, 1.0),
    ):
        ratio = ways[name].rate / ways[other].rate
        said = f"×{ratio:.2f}"
        if ways[name].processor and ways[other].processor:
            said += f"; by processors ×{ways[other].processor / ways[name].processor:.2f}"
        rows.append(Row(f"{name} ÷ {other}", said, f"≥ {least}", ratio >= least))
    assert peer.rate
    return rows


def _said(way: _Way, limit: _Way) -> str:
    p50, p99 = statistics.median(way.alone), statistics.quantiles(way.alone, n=100)[98]
    return (
        f"{way.rate:,.0f}/s, p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms, "
        f"{way.processor * 1000:.2f} ms of processors: ×{way.rate / limit.rate:.3f} the limit"
    )


def _paced(name: str, way: _Way) -> Row:
    """p99 beside p50 when it is asked four fifths of what it can answer."""
    rate = 0.8 * way.rate
    load = loads.paced(
        way.port, way.requests, connections=CONNECTIONS, calls=PACED_CALLS, rate=rate
    )
    p50, p99 = load.quantile(50), load.quantile(99)
    return Row(
        f"{name}, at 80 % of saturation ({rate:,.0f}/s)",
        f"p50 {p50 * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms: ×{p99 / p50:.2f}",
        "≤ 3 × p50",
        p99 <= 3 * p50,
    )
