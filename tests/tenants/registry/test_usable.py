"""Whether a kept connection still serves: the server is asked only when it said something."""

from __future__ import annotations

import psycopg
from django.db import connection

from tests.fixtures import watched


def kept():
    """The wrapper of the connection this test is on."""
    return connection._connections[connection._alias]


def test_a_session_that_said_nothing_is_used_without_asking(tenant_db, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr(
        psycopg.Connection, "execute", lambda *arguments, **_options: asked.append(arguments)
    )
    monkeypatch.setattr(psycopg.Cursor, "execute", lambda *a, **_options: asked.append(a))

    with watched() as statements:
        assert kept().is_usable()

    assert asked == statements == []


def test_a_session_that_was_ended_is_not_usable(committed_tenant_db, superuser_url):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    with psycopg.connect(superuser_url, autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    assert not kept().is_usable()
    connection.close_if_unusable_or_obsolete()
