"""What counting visits adds to the family's home page, and how long a gathering takes.

The same server twice, one that counts and one that does not (`USAGE_COUNTED`), asked in turns over one
kept connection each, by the same families: a page of a visit that goes on, the one asked for most.
Told as the difference, and as a ratio. A gathering is of five minutes of a busy hour: a fifth of the
150,000 visits of a day (DOMAIN.md §4) fall in it.
"""

from __future__ import annotations

import datetime
import statistics
import time
import uuid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from bench import families, servers
from bench.measures import Row
from bench.visitors import PASSWORD, home, signed_in
from federation.usage import operations
from federation.usage.models import Kind
from federation.usage.operations import Use
from tenants.accounts.models import User

VISITS_A_DAY = 150_000
PEOPLE = 40
ROUNDS = 30
CALLS = 40
COLLEGES = 100
MOST = 1.10


class _Asked:
    """Homes asked of one server: what each took on the wall, and all of them of processors."""

    def __init__(self, port: int, requests: list[bytes], *, backend: int) -> None:
        self._client, self._requests, self._backend = servers.Client(port), requests, backend
        self.seconds: list[float] = []
        self.processors: list[float] = []

    def turn(self) -> None:
        before = servers.processor_seconds(self._backend)
        for request in self._requests[:CALLS]:
            start = time.perf_counter()
            status, head, _body = self._client.ask(request)
            self.seconds.append(time.perf_counter() - start)
            if status != 200:
                raise RuntimeError(f"{status}\n{head!r}")
        spent = servers.processor_seconds(self._backend) - before
        self.processors.append(spent / CALLS)

    def forget(self) -> None:
        self.seconds.clear()
        self.processors.clear()


def run(scale: float) -> list[Row]:
    """Medians of homes counted and not, their ratio; then a gathering."""
    families.load(
        int(families.PUPILS * scale),
        password=make_password(PASSWORD),
        day=datetime.datetime.now(ZoneInfo(settings.TIME_ZONE)).date(),
    )
    parents = list(User.objects.filter(guardian__isnull=False).order_by("pk")[:PEOPLE])
    requests = [home(signed_in(user)) for user in parents]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        ((backend,),) = cursor.fetchall()
    common = {"SOCLE_PROCESS": "web", "LOG_LEVEL": "ERROR"}
    with (
        servers.granian("counted", "socle.wsgi:application", USAGE_COUNTED="true", **common) as on,
        servers.granian(
            "uncounted", "socle.wsgi:application", USAGE_COUNTED="false", **common
        ) as off,
    ):
        ways = [_Asked(port, requests, backend=backend) for port in (off, on)]
        for way in ways:
            way.turn()
            way.forget()
        for turn in range(ROUNDS):
            for way in ways if turn % 2 else reversed(ways):
                way.turn()
    return [*_rows(*ways), *_gathering(scale)]


def _rows(plain: _Asked, counted: _Asked) -> list[Row]:
    without, with_counts = statistics.median(plain.seconds), statistics.median(counted.seconds)
    # The system counts in hundredths of a second: of all rounds together.
    added = statistics.mean(counted.processors) - statistics.mean(plain.processors)
    of_processors = statistics.mean(plain.processors)
    ratio = with_counts / without
    return [
        Row(
            "home, not counted",
            f"{without * 1000:.2f} ms, {of_processors * 1000:.2f} of processors",
        ),
        Row(
            "home, counted",
            f"{with_counts * 1000:.2f} ms, ×{ratio:.3f}; {added * 1000:+.2f} ms of processors",
            f"≤ × {MOST:.2f}",
            ratio <= MOST,
        ),
    ]


def _gathering(scale: float) -> list[Row]:
    visits = int(VISITS_A_DAY / 5 / 12 * scale)
    at = timezone.now()
    touched: list[float] = []
    for rank in range(visits):
        place = f"092{rank % COLLEGES:04d}A|{'PARENT' if rank % 3 else 'ELEVE'}"
        start = time.perf_counter()
        operations.touch(
            visitor=uuid.uuid4(),
            use=Use(Kind.NATIVE, ("accueil", "cantine", "factures")[rank % 3]),
            place=lambda place=place: place,  # type: ignore[misc]
            at=at,
        )
        touched.append(time.perf_counter() - start)
    start = time.perf_counter()
    added = operations.gather(at=at)
    seconds = time.perf_counter() - start
    return [
        Row(
            "the first page of a visit, the collège apart",
            f"{statistics.median(touched) * 1e6:.0f} µs",
        ),
        Row(
            f"gathering {added:,} visits of {COLLEGES} collèges",
            f"{seconds * 1000:.0f} ms",
            "< 5 s",
            seconds < 5,
        ),
    ]
