"""The limit of what a family reads: one prepared statement through psycopg in a bare WSGI app.

No session, no user, no rights, no template: the JSON of the statement is sent as it comes. `/home?<user>` is
the product's own SQL, `/api?<user>` was written by hand for its document (bench/family_page.py), and so was
`/accounts?<user>` (bench/graphql/side_by_side.py). Served by the same web server as the product.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

SCHEMA = "d92"


def _connect() -> psycopg.Connection[Any]:
    connection = psycopg.connect(os.environ["BENCH_LIMIT_URL"], autocommit=True)
    connection.prepare_threshold = 0
    return connection


def _texts() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Numbered, as ours: psycopg reads the names of a long text again at each request."""
    from billing.family_reads import SQL_FOLDER
    from commons.hot_reads import _numbered, statement

    here = Path(__file__).parent
    paths = {
        "/home": SQL_FOLDER / "home.sql",
        "/api": here / "family_api.sql",
        "/accounts": here / "family_accounts.sql",
    }
    return {name: _numbered(statement(path, SCHEMA)) for name, path in paths.items()}


def _parameters(user_id: int) -> dict[str, Any]:
    from psycopg.types.numeric import Int8

    from commons.school_calendar import school_year_of

    today = datetime.datetime.now(ZoneInfo("Europe/Paris")).date()
    return {
        "user_id": Int8(user_id),
        "day": today,
        "school_year": Int8(school_year_of(today).start_year),
        "wants_school": True,
        "wants_enrolment": True,
        "wants_payers": False,
        "wants_price": True,
        "wants_lines": True,
        "child_invoices": Int8(6),
        "viewer_invoices": Int8(0),
    }


class _Limit:
    def __init__(self) -> None:
        self._connection = _connect()
        self._texts = _texts()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        parameters = _parameters(int(environ["QUERY_STRING"]))
        numbered, names = self._texts[environ["PATH_INFO"]]
        cursor = psycopg.RawCursor(self._connection)
        cursor.execute(numbered, [parameters[name] for name in names])
        ((text,),) = cursor.fetchall()
        body = text.encode()
        start_response(
            "200 OK",
            [("Content-Type", "application/json"), ("Content-Length", str(len(body)))],
        )
        return [body]


application = _Limit()
