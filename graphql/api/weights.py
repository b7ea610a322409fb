"""What a field asks of PostgreSQL, as it was measured.

`weights.toml` says it of each field, in microseconds, at the size of a département: what `make bench
ARGS=graphql.weights` finds on thousands of documents. A field without a line asks nothing, but one of Query,
of which nothing is known before it is measured: it counts for `UNKNOWN`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

MICROSECONDS = 5  # that cost as much as an element of an answer
UNKNOWN = 5_000
FILE = Path(__file__).with_name("weights.toml")
WEIGHTS: dict[str, int] = tomllib.loads(FILE.read_text(encoding="utf-8"))


def weight_of(parent: str, field: str) -> int:
    """The microseconds of a field of a type."""
    return WEIGHTS.get(f"{parent}.{field}", UNKNOWN if parent == "Query" else 0)
