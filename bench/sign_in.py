"""Signing in, and the home page, with all the accounts of a département: requests per second and p99.

150,000 accounts at SCALE=1, those without a family brought by COPY. Each way is asked of a server of its
own kind (granian, one process, one thread) over one kept connection, in turns, another person at each
request; told as ratios to a bare Django page of the same server (`bench/limits/bare_django_wsgi.py`). A
password costs what its hash costs, which is meant: it is told apart.
"""

from __future__ import annotations

import datetime
import itertools
import os
import statistics
import time
import uuid
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import psycopg
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

from bench import families, servers
from bench.measures import Row
from bench.visitors import HOST, PASSWORD, home, sign_in, signed_in
from tenants.accounts.models import User

ACCOUNTS = 150_000
PEOPLE = 60
ROUNDS = 12
CALLS = 50
SIGN_INS = 5


def _copy_accounts(count: int, password: str) -> int:
    """Accounts of people without a child here, by COPY; how many accounts there are then."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        with owner.cursor().copy(
            "COPY d92.accounts_user (public_id, email, first_name, last_name, is_active, password)"
            " FROM STDIN"
        ) as copy:
            for rank in range(count):
                copy.write_row(
                    (uuid.uuid4(), f"c{rank}@exemple.fr", "Camille", f"Nom{rank}", True, password)
                )
        owner.execute("VACUUM ANALYZE d92.accounts_user")
        ((found,),) = owner.execute("SELECT count(*) FROM d92.accounts_user").fetchall()
    return int(found)


class _Way:
    """Requests to one server, each timed."""

    def __init__(self, port: int, requests: list[bytes], *, calls: int, status: int = 200) -> None:
        self._port, self._status, self._calls = port, status, calls
        self._requests = itertools.cycle(requests)
        self.seconds: list[float] = []

    def turn(self) -> None:
        client = servers.Client(self._port)
        try:
            for _call in range(self._calls):
                request = next(self._requests)
                start = time.perf_counter()
                status, head, body = client.ask(request)
                self.seconds.append(time.perf_counter() - start)
                if status != self._status:
                    raise RuntimeError(f"{status}\n{head!r}\n{body[:500]!r}")
        finally:
            client.close()

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.seconds, n=100)[98]


def run(scale: float) -> list[Row]:
    """Requests per second (the inverse of the median, one at a time), p99, and ratios."""
    password = make_password(PASSWORD)
    count = families.load(
        int(families.PUPILS * scale),
        password=password,
        day=datetime.datetime.now(ZoneInfo(settings.TIME_ZONE)).date(),
    )
    accounts = _copy_accounts(int(ACCOUNTS * scale) - count, password)
    keys = [1 + accounts * rank // PEOPLE for rank in range(PEOPLE)]
    people = list(User.objects.filter(pk__in=keys).order_by("pk"))
    parents = list(User.objects.filter(guardian__isnull=False).order_by("pk")[:PEOPLE])
    bare = servers.request("GET", "/", host="127.0.0.1")
    with (
        servers.granian(
            "product", "socle.wsgi:application", SOCLE_PROCESS="web", LOG_LEVEL="ERROR"
        ) as product,
        servers.granian("bare", "bench.limits.bare_django_wsgi:application") as plain,
    ):
        homes = [home(signed_in(user)) for user in parents]
        page = servers.request("GET", "/connexion/", host=HOST)
        ways = {
            "a bare Django page": _Way(plain, [bare], calls=4 * CALLS),
            "the sign-in page": _Way(product, [page], calls=CALLS),
            "home, two children and ten invoices": _Way(product, homes, calls=CALLS),
            "signing in": _Way(
                product, [sign_in(user) for user in people], calls=SIGN_INS, status=302
            ),
        }
        for way in ways.values():
            way.turn()
            way.seconds.clear()
        hashes: list[float] = []
        for _round in range(ROUNDS):
            for way in ways.values():
                way.turn()
            start = time.perf_counter()
            check_password(PASSWORD, password)
            hashes.append(time.perf_counter() - start)
    return _rows(ways, accounts=accounts, hash_seconds=statistics.median(hashes))


def _rows(ways: Mapping[str, _Way], *, accounts: int, hash_seconds: float) -> list[Row]:
    bare = ways["a bare Django page"]
    rows = [Row("accounts", f"{accounts:,}")]
    for name, way in ways.items():
        said = f"{way.median * 1000:.2f} ms ({1 / way.median:,.0f}/s), p99 {way.p99 * 1000:.2f} ms"
        if way is not bare:
            said += (
                f": ×{way.median / bare.median:.1f}, p99 ×{way.p99 / bare.p99:.1f} the bare page"
            )
        rows.append(Row(name, said))
    signing = ways["signing in"].median
    beside = signing - hash_seconds
    rows += [
        Row("the password's hash alone", f"{hash_seconds * 1000:.0f} ms"),
        Row(
            "signing in, beside the hash",
            f"{beside * 1000:.1f} ms, ×{signing / hash_seconds:.2f} the hash in all",
            "≤ 1.5 × the hash",
            signing <= 1.5 * hash_seconds,
        ),
    ]
    return rows
