"""Hot reads: one statement that builds one value of JSON, or reads one row, prepared for each tenant.

A text names its tables `tenant.people_pupil`; the schema is written in their place before it is sent.
So each tenant has a text of its own, which PostgreSQL plans once for a connection: with a bare
`search_path` it plans again after each switch (PERFORMANCE.md D: 2.7 to 5.4 times slower), and planning is
most of what such a statement costs. Whole numbers are sent as bigint, whatever their size: a statement is
prepared once for each set of types.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import RawCursor
from psycopg.types.numeric import Int8

from commons.tenancy import current_schema, require_tenant

_COMMENT = re.compile(r"--[^\n]*")
_BLANKS = re.compile(r"\s+")
_PARAMETER = re.compile(r"%%|%\((\w+)\)s")
_OF_TENANT = re.compile(r"\btenant\.(?=\w)")


@functools.cache
def _text(path: Path) -> str:
    """A statement without its comments."""
    bare = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    return _BLANKS.sub(" ", bare).strip()


@functools.lru_cache(maxsize=1_000)
def in_schema(text: str, schema: str) -> str:
    """The text of a statement in a tenant's schema."""
    return _OF_TENANT.sub(f'"{schema}".', text)


def statement(path: Path, schema: str) -> str:
    """The text of a statement of a file, in a tenant's schema."""
    return in_schema(_text(path), schema)


def read_json(path: Path, **parameters: Any) -> Any:
    """
    What a statement of one row and one column of JSON text answers in the current tenant.

    :raises NoTenant: in the public schema
    """
    found = read_made(_text(path), parameters)
    assert found is not None
    return json.loads(found[0])


def read_row(path: Path, **parameters: Any) -> tuple[Any, ...] | None:
    """The one row that a statement finds in the current schema, the public one included, if it does."""
    return _read(statement(path, current_schema()), parameters)


def read_made(text: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """
    The one row that a statement made by another room finds in the current tenant, if it does.

    :raises NoTenant: in the public schema
    """
    return _read(in_schema(text, require_tenant().schema_name), parameters)


def _read(text: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    numbered, names = _numbered(text)
    values = (parameters[name] for name in names)
    sent = [Int8(value) if type(value) is int else value for value in values]
    with connection.cursor() as cursor:
        if connection.queries_logged:  # Django writes down named parameters alone
            cursor.execute(text, dict(zip(names, sent, strict=True)))
        else:
            cursor.cursor = RawCursor(connection.connection)  # which takes a text as it is
            cursor.execute(numbered, sent)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


@functools.lru_cache(maxsize=1_000)
def _numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """A text whose parameters have the numbers that PostgreSQL reads, and their names in that order.

    psycopg would make this of a named text at each request, and keeps what it made of short ones only.
    """
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        name = match[1]
        return "%" if name is None else f"${names.setdefault(name, len(names) + 1)}"

    return _PARAMETER.sub(number, text), tuple(names)
