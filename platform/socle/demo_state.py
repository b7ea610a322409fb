"""How far the demo is with a database, written in that database: a comment on Django's own table.

So a database that is dropped, restored or replaced tells the truth about itself, wherever it is. A
seed that was begun and not done is half a seed, and half a seed is no data.
"""

from __future__ import annotations

import dataclasses
import json

import psycopg
from psycopg import sql

_TABLE = "public.django_migrations"
_READ = """
    SELECT obj_description(to_regclass('public.django_migrations'), 'pg_class'),
           to_regclass('public.registry_departement') IS NOT NULL
"""


@dataclasses.dataclass(frozen=True, slots=True)
class DemoState:
    """The schema files the database was migrated by, and the state of its seed."""

    schema: str = ""
    seed: str = ""  # "", "begun" or "done"
    is_foreign: bool = False  # départements are there, and the demo did not make them

    @property
    def is_cut(self) -> bool:
        """Whether a seed was begun and never done."""
        return self.seed == "begun"


def read(owner_url: str) -> DemoState:
    """The state a database is in."""
    with psycopg.connect(owner_url) as connection:
        comment, has_registry = connection.execute(_READ).fetchone() or (None, False)
        if comment:
            kept = json.loads(comment)
            return DemoState(schema=kept["schema"], seed=kept["seed"])
        count = 0
        if has_registry:
            found = connection.execute("SELECT count(*) FROM registry_departement").fetchone()
            count = found[0] if found else 0
    return DemoState(is_foreign=count > 0)


def write(owner_url: str, state: DemoState) -> None:
    """Write the state down; the database must have been migrated."""
    text = json.dumps({"schema": state.schema, "seed": state.seed})
    with psycopg.connect(owner_url) as connection:
        connection.execute(
            sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.SQL(_TABLE), sql.Literal(text))
        )
