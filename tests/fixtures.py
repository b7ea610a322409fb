"""Fixtures of the harness. Star-imported by `tests.plugin`."""

from __future__ import annotations

import contextlib
import os
import random
import re
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

SCHEMAS = ("d92", "d94")
# shared tables that départements write
WRITTEN_BY_THEM = ["reciprocity\\_%", "correspondence\\_%", "releases\\_%"]
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The databases are made by the plugin; pytest-django makes none."""


@pytest.fixture
def superuser_url() -> str:
    """The superuser's URL, on this worker's database; to show what must be refused."""
    database = psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])["dbname"]
    return psycopg.conninfo.make_conninfo(os.environ["SOCLE_SUPERUSER_URL"], dbname=database)


@pytest.fixture
def owner_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor as `socle_owner`, in autocommit."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        yield connection.cursor()


@pytest.fixture
def in_tenant() -> Callable[[str], AbstractContextManager[Any]]:
    """Hop to another tenant for a block."""
    from tenants.registry import contexts

    return contexts.tenant


@contextlib.contextmanager
def _rolled_back(schemas: tuple[str, ...]) -> Iterator[None]:
    """Be in a transaction in each schema, undone at the end."""
    from django.db import connection, transaction

    from tenants.registry import contexts

    opened: list[tuple[Any, Any, Any]] = []
    try:
        for schema in schemas:
            with contexts.public() if schema == "public" else contexts.tenant(schema):
                if any(
                    wrapper is connection._connections[connection._alias]
                    for wrapper, _, _ in opened
                ):
                    continue
                atomic = transaction.atomic()
                atomic._from_testcase = True  # type: ignore[attr-defined]  lets durable blocks nest
                atomic.__enter__()
                with connection.cursor() as cursor:  # what `tests.strictness` has PostgreSQL draw
                    cursor.execute("SELECT setseed(%s)", [random.uniform(-1, 1)])
                opened.append(
                    (connection._connections[connection._alias], connection.tenant, atomic)
                )
        yield
    finally:
        for wrapper, tenant, atomic in reversed(opened):
            connection.set_tenant(tenant)
            if not wrapper.needs_rollback:
                with contextlib.suppress(Exception):
                    wrapper.check_constraints()
            wrapper.needs_rollback = True
            atomic.__exit__(None, None, None)
        connection.set_schema_to_public()


@pytest.fixture
def tenant_db(django_db_blocker: Any) -> Iterator[None]:
    """Be in Hauts-de-Seine, as its own role, in a transaction undone at the end."""
    from tenants.registry import contexts

    with django_db_blocker.unblock(), _rolled_back(("public", *SCHEMAS)), contexts.tenant("d92"):
        yield


def empty_tenants(owner_url: str) -> None:
    """Empty the tenants' tables: after a test, or a process of its own, that really committed."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        tables = connection.execute(
            """SELECT format('%%I.%%I', schemaname, tablename) FROM pg_catalog.pg_tables
               WHERE schemaname = ANY(%s) AND tablename <> ALL(%s)
                  OR schemaname = 'public' AND tablename LIKE ANY(%s)""",
            [list(SCHEMAS), list(KEPT_TABLES), WRITTEN_BY_THEM],
        ).fetchall()
        # Only what has rows: TRUNCATE of everything costs more than the test.
        for (table,) in tables:
            if connection.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone() == (True,):
                connection.execute(f"TRUNCATE {table} RESTART IDENTITY CASCADE")


@pytest.fixture
def committed_tenant_db(django_db_blocker: Any) -> Iterator[None]:
    """Be in Hauts-de-Seine with real commits; the tenants' tables are emptied at the end."""
    from django.db import connection

    from tenants.registry import contexts
    from tenants.registry.backend.base import close_kept

    with django_db_blocker.unblock():
        try:
            with contexts.tenant("d92"):
                yield
        finally:
            connection.set_schema_to_public()
            close_kept()
            connection.close()
            empty_tenants(os.environ["DATABASE_OWNER_URL"])


@pytest.fixture(autouse=True)
def same_draw() -> None:
    """What is shuffled follows the seed of pytest-randomly."""
    from tests import strictness

    strictness.DRAW.seed(random.random())


@pytest.fixture(autouse=True)
def ends_where_it_began(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that ends in a tenant it did not leave fails."""
    from commons.tenancy import current_tenant, set_current_tenant

    before = current_tenant()
    yield
    after = current_tenant()
    if after != before:
        set_current_tenant(before)
        pytest.fail(f"the test began in {before} and ended in {after}")


@pytest.fixture(autouse=True)
def own_folders(settings: Any) -> Iterator[None]:
    """Files and mails of a test go to a folder of its own."""
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="socle-") as folder:
        settings.MEDIA_ROOT = Path(folder) / "media"
        settings.MAIL_DIR = Path(folder) / "mail"
        settings.UPLOADS_DIR = Path(folder) / "uploads"
        yield


_TABLES = re.compile(
    r'\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:ONLY\s+)?(?!LATERAL\b)(?:"\w+"\.)?"?(\w+)"?', re.IGNORECASE
)
_NAMED_PARTS = re.compile(r"\b(\w+)\s+AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(", re.IGNORECASE)
_COMMENTS = re.compile(r"--[^\n]*")
_UNCOUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")  # the tests' own transaction makes them


def summary(statement: str) -> str:
    """A statement in a few words: `SELECT people_pupil+people_guardianship`."""
    bare = _COMMENTS.sub("", statement).strip()
    own = {name.lower() for name in _NAMED_PARTS.findall(bare)}
    tables = dict.fromkeys(name for name in _TABLES.findall(bare) if name.lower() not in own)
    return f"{bare.split(None, 1)[0].upper()} {'+'.join(tables)}".strip()


@contextlib.contextmanager
def watched() -> Iterator[list[str]]:
    """The statements of a block, whatever the tenant and the connection."""
    from django.db.backends.utils import CursorWrapper

    statements: list[str] = []
    execute = CursorWrapper._execute_with_wrappers

    def remember(self: Any, sql: Any, *arguments: Any, **options: Any) -> Any:
        text = str(sql).strip()
        if not text.upper().startswith(_UNCOUNTED):
            statements.append(text)
        return execute(self, sql, *arguments, **options)

    CursorWrapper._execute_with_wrappers = remember
    try:
        yield statements
    finally:
        CursorWrapper._execute_with_wrappers = execute


@pytest.fixture
def queries_of() -> Callable[..., AbstractContextManager[None]]:
    """Say exactly what a block asks of the database, in order.

    `with queries_of("SELECT people_pupil", "SELECT people_college"): …` fails on one more, one
    less, or another table, and shows the statements.
    """

    @contextlib.contextmanager
    def exactly(*expected: str) -> Iterator[None]:
        with watched() as statements:
            yield
        found = [summary(statement) for statement in statements]
        assert found == list(expected), "\n".join(statements)

    return exactly


@pytest.fixture
def own_cache() -> Iterator[None]:
    """Workers share the cache, where attempts and costs are counted: a test's own keys."""
    from django.core.cache import cache

    shared = cache.key_prefix
    cache.key_prefix = uuid.uuid4().hex
    yield
    cache.key_prefix = shared
