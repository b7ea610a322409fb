"""Three hundred documents, each beside the SQL it asks: what is left of the database's speed.

The documents are those of `bench.graphql.costs`, none dropped. A document is asked through the whole view
(session, access, limits, budget, telemetry), by whoever reads most of it; its limit is the statements that it
asks once its budget is spent, sent again as they are and fetched, nothing made of them. Both in one process,
in turns; the median of seven. One that asks nothing of PostgreSQL has no limit, and is told apart.
"""

from __future__ import annotations

import http
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

from bench.graphql.costs import DOCUMENTS, SEED
from bench.graphql.drawn import Site, Statement, drawn, site
from bench.measures import Row, keep
from tenants.registry import directory
from tests.access.world import HOST

TIMES = 7
MEDIAN, WORST = 0.5, 0.3


def run(scale: float) -> list[Row]:
    """The share of the limit that each reaches: the median, and the worst."""
    from socle.wsgi import application

    with site(scale) as here:
        reads = here.reads(SEED)
        found = [_measured(here, drawn(reads), application) for _ in range(DOCUMENTS)]
    keep("documents", found)
    return _rows(found)


def _measured(here: Site, text: str, application: Any) -> dict[str, Any]:
    client, statements = here.asked(text)
    ask = _asking(application, client, text)
    taken: dict[str, list[float]] = {"whole": [], "limit": []}
    ask()
    for _ in range(TIMES):
        for name, way in (("whole", ask), ("limit", lambda: _sent_again(statements))):
            start = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - start)
    return {
        "document": text,
        "statements": len(statements),
        **{name: statistics.median(times) for name, times in taken.items()},
    }


def _asking(application: Any, client: Client, text: str) -> Callable[[], None]:
    body = json.dumps({"query": text}).encode()
    token = _get_new_csrf_string()
    environ = client._base_environ(
        REQUEST_METHOD="POST",
        PATH_INFO="/graphql/",
        CONTENT_TYPE="application/json",
        CONTENT_LENGTH=str(len(body)),
        HTTP_HOST=HOST,
        HTTP_X_CSRFTOKEN=token,
    )
    cookies = environ.get("HTTP_COOKIE", "")
    environ["HTTP_COOKIE"] = f"{cookies}; {settings.CSRF_COOKIE_NAME}={token}"

    def ask() -> None:
        given = environ | {"wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr}
        response = application(given, lambda *_said: None)
        assert response.status_code == http.HTTPStatus.OK, response.content
        response.close()
        connection.set_tenant(directory.by_schema("d92"))

    return ask


def _sent_again(statements: Sequence[Statement]) -> None:
    connection.ensure_connection()
    bare: psycopg.Connection[Any] = connection.connection
    for sql, parameters in statements:
        kind = psycopg.RawCursor if "$1" in sql else psycopg.Cursor
        with kind(bare) as cursor:
            cursor.execute(sql, parameters)  # type: ignore[arg-type]  as Django made it
            if cursor.description:
                cursor.fetchall()


def _rows(found: list[dict[str, Any]]) -> list[Row]:
    asking = [one for one in found if one["statements"]]
    shares = sorted((one["limit"] / one["whole"], one["document"]) for one in asking)
    values = [share for share, _text in shares]
    median = statistics.median(values)
    rows = [
        Row(
            "documents, of which nothing is asked of PostgreSQL",
            f"{len(found)}, {len(found) - len(asking)}",
        ),
        Row("of the limit, median", f"{median:.2f}", f"≥ {MEDIAN}", median >= MEDIAN),
        Row("of the limit, worst", f"{values[0]:.2f}", f"≥ {WORST}", values[0] >= WORST),
        Row("at less than the worst wanted", f"{sum(one < WORST for one in values)}"),
    ]
    return rows + [Row(f"far: {text[8:70]}", f"{share:.2f}") for share, text in shares[:5]]
