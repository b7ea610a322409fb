"""A machine reads the whole département while families read their pages: does their p99 move?

The site is served as the demo serves it (two processes of three threads), with its real budgets. Homes of
families are asked at a steady pace, half of what it answers at most; then again while an integrator's token
exports every pupil, page by page, with the document of the guide (docs/api.md), and waits when its budget
says so. What a home takes counts from when it was due.
"""

from __future__ import annotations

import datetime
import itertools
import re
import threading
import time
from collections.abc import Iterator, Sequence

from django.utils import timezone

from bench import families, loads, servers
from bench.graphql import world
from bench.measures import Row
from bench.visitors import graphql, home
from tenants.integrators.scopes import Scope
from tests.factories.integrators import make_integrator, token_of

CONNECTIONS = 6
PIECE = 100  # homes asked before one looks whether the export has ended
LEAST_HOMES = 1_500
MOST = 1.25
PAGE = """query ($after: String) {
  exportPupils(first: 500, after: $after) {
    nodes {
      id lastName firstName birthDate
      college { uai } className level regime
      guardians { id lastName firstName relation isPayer email phone }
      canteen { weekdays validFrom }
      passCards { label available { cents } usedUntil }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""
_END = re.compile(rb'"hasNextPage":(true|false),"endCursor":"([^"]*)"')


class _Export(threading.Thread):
    """The machine: it looks for the next cursor, and parses nothing."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(daemon=True)
        self._port, self._headers = port, {"Authorization": f"Bearer {token}"}
        self.pupils = self.pages = self.waits = 0
        self.seconds = 0.0
        self.failure = ""

    def run(self) -> None:
        begun, after, more = time.perf_counter(), None, True
        client = servers.Client(self._port)
        while more and not self.failure:
            body = {"query": PAGE, "variables": {"after": after}}
            status, head, told = client.ask(graphql(body, self._headers))
            if status == 429:
                self.waits += 1
                time.sleep(_retry_after(head))
                client.close()
                client = servers.Client(self._port)
                continue
            end = _END.search(told)
            if status != 200 or end is None:
                self.failure = f"{status} {told[:500]!r}"
                return
            more, after = end[1] == b"true", end[2].decode()
            self.pupils += told.count(b'"className":')
            self.pages += 1
        client.close()
        self.seconds = time.perf_counter() - begun


def _retry_after(head: bytes) -> int:
    found = re.search(rb"(?i)retry-after: (\d+)", head)
    return int(found[1]) if found else 60


def run(scale: float) -> list[Row]:
    """p99 of homes alone and beside an export, and what the export read."""
    asked = world.load(scale)
    integrator, _secret = make_integrator(*Scope, at=timezone.now())
    token = token_of(integrator, at=timezone.now() + datetime.timedelta(seconds=1))
    homes = itertools.cycle([home(headers) for headers in asked.signed])
    with world.product(workers=2, threads=3, API_BUDGETS="1") as port:
        for _warm in range(3):
            most = loads.closed(port, homes, connections=CONNECTIONS, calls=2 * PIECE).rate
        rate = most / 2
        before = _alone(port, homes, rate)
        export = _Export(port, token)
        export.start()
        beside: list[float] = []
        while export.is_alive():
            beside += _homes(port, homes, rate)
        after = _alone(port, homes, rate)
    if export.failure:
        raise RuntimeError(export.failure)
    return _rows(scale, export, rate=rate, quiet=[*before, *after], beside=beside)


def _homes(port: int, homes: Iterator[bytes], rate: float) -> Sequence[float]:
    return loads.paced(port, homes, connections=CONNECTIONS, calls=PIECE, rate=rate).seconds


def _alone(port: int, homes: Iterator[bytes], rate: float) -> list[float]:
    taken: list[float] = []
    while len(taken) < LEAST_HOMES // 2:
        taken += _homes(port, homes, rate)
    return taken


def _rows(
    scale: float, export: _Export, *, rate: float, quiet: Sequence[float], beside: Sequence[float]
) -> list[Row]:
    alone, together = loads.Load(quiet, 1), loads.Load(beside, 1)
    moved = together.quantile(99) / alone.quantile(99)
    whole = int(families.PUPILS * scale)
    return [
        Row(
            f"homes at half of saturation ({rate:,.0f}/s), {len(quiet):,} of them",
            f"p50 {alone.quantile(50) * 1000:.2f} ms, p99 {alone.quantile(99) * 1000:.2f} ms",
        ),
        Row(
            f"the same beside an export, {len(beside):,} of them",
            f"p50 {together.quantile(50) * 1000:.2f} ms, p99 {together.quantile(99) * 1000:.2f} ms:"
            f" p99 ×{moved:.2f}",
            f"≤ × {MOST}",
            moved <= MOST,
        ),
        Row(
            "the export",
            f"{export.pupils:,} pupils in {export.pages} pages, {export.seconds:.1f} s, "
            f"{export.waits} waits for its budget",
            "every pupil",
            export.pupils == whole,
        ),
    ]
