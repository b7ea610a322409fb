"""Whom the API is asked about in these benches: families of a département, with their Pass+ and invoices."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.hashers import make_password

from api import trusted
from bench import families, servers
from bench.visitors import PASSWORD, graphql, signed_in
from tenants.accounts.models import User

FAMILIES = 40
DOCUMENT = (trusted.FOLDER / "family_accounts.graphql").read_text(encoding="utf-8")


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Some of the families, far from one another, and the headers of their browsers."""

    users: Sequence[User]
    signed: Sequence[dict[str, str]]

    def requests(self, body: dict[str, Any]) -> Iterator[bytes]:
        """The same body asked by each in turn, for ever."""
        return itertools.cycle([graphql(body, headers) for headers in self.signed])


def load(scale: float) -> Asked:
    """Fill Hauts-de-Seine."""
    day = datetime.datetime.now(ZoneInfo(settings.TIME_ZONE)).date()
    password = make_password(PASSWORD)
    count = families.load(int(families.PUPILS * scale), password=password, day=day)
    families.grant_pass(day=day)
    keys = [1 + count * rank // FAMILIES for rank in range(FAMILIES)]
    users = list(User.objects.filter(pk__in=keys).order_by("pk"))
    return Asked(users, [signed_in(user) for user in users])


class _Sink(BaseHTTPRequestHandler):
    """Takes what telemetry sends, and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Nothing is said of a request."""


@contextlib.contextmanager
def product(*, workers: int = 1, threads: int = 1, **environment: str) -> Iterator[int]:
    """Ours as it is shipped, telemetry sent to somebody who listens. Gives its port."""
    sink = ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    Thread(target=sink.serve_forever, daemon=True).start()
    try:
        with servers.granian(
            "product",
            "socle.wsgi:application",
            workers=workers,
            threads=threads,
            SOCLE_PROCESS="web",
            OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{sink.server_port}",
            **environment,
        ) as port:
            yield port
    finally:
        sink.shutdown()
        sink.server_close()
