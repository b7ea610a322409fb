"""The console's named reads: one `.sql` file each, with its question and its grain."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import connection


@functools.cache
def statement(name: str) -> str:
    """The text of a named read."""
    return (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")


def rows(name: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a named read in the current tenant."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), list(parameters))
        return list(cursor.fetchall())
