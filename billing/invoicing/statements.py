"""The named SQL of this room, one file each in `sql/`."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("sql")
# The planner's guess of an empty month is wrong by thousands of rows (SPIKE §3: 40 times slower).
NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"
NESTED_LOOPS = "SET LOCAL enable_nestloop = on"


@cache
def named(name: str) -> str:
    """The text of a statement, prepared once by PostgreSQL for each connection."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
