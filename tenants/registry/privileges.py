"""The rights of the database roles, from the committed matrix `privileges.toml`.

A role has exactly what the matrix writes: `apply_schema` and `apply_public` take everything away,
then grant line by line. What is no table is written there too, and given by `cluster` and the
migrations. A table without a line is therefore unreachable, and a test that compares
pg_catalog with the matrix fails. Column rights are written `UPDATE(column, column)`.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from tenants.registry.backend import roles

MATRIX = Path(__file__).with_name("privileges.toml")
_ONE_RIGHT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?:\(([a-z_0-9, ]+)\))?")


class BadMatrix(ValueError):
    """A line of the matrix is not understood."""


@cache
def matrix() -> dict[str, dict[str, str]]:
    """The whole matrix, by section: {"tenant" | "public_for_public" | …: {table or role: rights}}."""
    with MATRIX.open("rb") as file:
        loaded: dict[str, dict[str, str]] = tomllib.load(file)
    return loaded


def parse(rights: str) -> list[tuple[str, tuple[str, ...]]]:
    """Split `SELECT, UPDATE(a, b)` into [("SELECT", ()), ("UPDATE", ("a", "b"))].

    :raises BadMatrix: if something else is written
    """
    found = []
    rest = rights.strip()
    while rest:
        match = _ONE_RIGHT.match(rest)
        if match is None:
            raise BadMatrix(rights)
        columns = tuple(c.strip() for c in match[2].split(",")) if match[2] else ()
        found.append((match[1], columns))
        rest = rest[match.end() :].lstrip(", ")
    return found


def grants(schema: str, role: str, lines: dict[str, str]) -> list[str]:
    """The GRANT statements of some lines."""
    statements = []
    for table, rights in lines.items():
        for right, columns in parse(rights):
            listed = f" ({', '.join(columns)})" if columns else ""
            statements.append(f'GRANT {right}{listed} ON "{schema}"."{table}" TO "{role}"')
    return statements


def _existing(cursor: CursorWrapper, schema: str, lines: dict[str, str]) -> dict[str, str]:
    cursor.execute("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = %s", [schema])
    present = {row[0] for row in cursor.fetchall()}
    return {table: rights for table, rights in lines.items() if table in present}


def apply_schema(connection: BaseDatabaseWrapper, schema: str) -> None:
    """Give a tenant's role its rights on its schema, and no other."""
    role = roles.role_of(schema)
    with connection.cursor() as cursor:
        lines = _existing(cursor, schema, matrix()["tenant"])
        cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA "{schema}" FROM "{role}"')
        cursor.execute(f'GRANT USAGE ON SCHEMA "{schema}" TO "{role}"')
        for statement in grants(schema, role, lines):
            cursor.execute(statement)


def apply_public(connection: BaseDatabaseWrapper) -> None:
    """Give the public role, and the tenants together, their rights on the public tables."""
    with connection.cursor() as cursor:
        for section, role in (
            ("public_for_public", roles.PUBLIC_ROLE),
            ("public_for_tenants", roles.TENANTS_ROLE),
        ):
            cursor.execute(f'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM "{role}"')
            for statement in grants("public", role, _existing(cursor, "public", matrix()[section])):
                cursor.execute(statement)
