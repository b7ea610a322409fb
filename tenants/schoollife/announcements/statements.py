"""The named SQL of this room, one file each in `sql/`; what several share is in `sql/parts/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

_FOLDER = Path(__file__).with_name("sql")
_PART = re.compile(r"^-- part: (\w+)\n", re.MULTILINE)


@cache
def named(name: str) -> str:
    """The text of a statement; a line `-- part: tell` stands for `sql/parts/tell.sql`."""
    text = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return _PART.sub(lambda found: named(f"parts/{found[1]}"), text)


def counts(name: str, parameters: Mapping[str, Any]) -> tuple[int, ...]:
    """The one row of figures that a statement answers with."""
    with connection.cursor() as cursor:
        cursor.execute(named(name), parameters)
        row = cursor.fetchone()
    assert row is not None  # an aggregate has a row
    return tuple(row)


def rows(name: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(named(name), parameters)
        return list(cursor.fetchall())
