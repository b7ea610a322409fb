"""The named SQL of this room, one file each in `sql/`; what several share is in `sql/parts/`."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("sql")
# The planner's guess of an empty month is wrong by thousands of rows (SPIKE §3: 40 times slower).
NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"
NESTED_LOOPS = "SET LOCAL enable_nestloop = on"
_PART = re.compile(r"^-- part: (\w+)\n", re.MULTILINE)


@cache
def named(name: str) -> str:
    """The text of a statement, prepared once by PostgreSQL for each connection.

    A line `-- part: meals` stands for the common table expressions of `sql/parts/meals.sql`.
    """
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return _PART.sub(lambda found: named(f"parts/{found[1]}"), text)
