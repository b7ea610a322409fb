"""The named SQL of this room, one file each in `sql/`."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).with_name("sql")


@cache
def named(name: str) -> str:
    """The text of a statement, prepared once by PostgreSQL for each connection."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
