"""Comparing a staged feed with what is held, and taking it: the statements of `sql/feed`, in order.

The comparison writes one report row per record that is not simply unchanged, and per person the
feed no longer names; taking the feed does what these rows say, and nothing else. Everything is set
by set in PostgreSQL: memory here does not grow with the feed.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from commons.school_calendar import SchoolYear
from tenants.people.aaf.file_names import FeedFiles, Variant
from tenants.people.aaf.uai import departement_digits

SQL = Path(__file__).with_name("sql") / "feed"
LONGEST_FILE_NAME = 180  # of a place, which holds 200
COMPARE = (
    "judge_refusals",
    "judge_colleges",
    "judge_guardians",
    "find_schoolings",
    "find_shares",
    "judge_links",
    "judge_pupils",
    "judge_missing",
)
TAKE = (
    "free_college_ids",
    "apply_colleges",
    "apply_guardians",
    "apply_pupils",
    "plan_pupils",
    "apply_classes",
    "end_past_schoolings",
    "change_schoolings",
    "end_schoolings",
    "open_schoolings",
    "end_links",
    "change_links",
    "add_links",
    "mark_missing_pupils",
    "mark_missing_guardians",
)
# The staging tables have no statistics: what the planner believes empty holds 54,000 rows.
_FOR_LONG_WORK = (
    "SET LOCAL enable_nestloop = off",
    "SET LOCAL jit = off",
    "SET LOCAL work_mem = '64MB'",
    "SET LOCAL statement_timeout = '15min'",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Leaving:
    """How many of those we have would go."""

    kind: str
    leaving: int
    present: int

    def is_beyond(self, limit_bp: int) -> bool:
        """Whether more than that share would go."""
        return self.leaving * 10_000 > limit_bp * self.present


@cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def _uuid_start(at: datetime.datetime) -> str:
    """How a UUIDv7 made then begins: its clock, and its version."""
    return f"{int(at.timestamp() * 1000):012x}7"


def prepare_session() -> None:
    """Set the transaction for statements over a whole feed."""
    with connection.cursor() as cursor:
        for setting in _FOR_LONG_WORK:
            cursor.execute(setting)


class Comparison:
    """A staged feed, against what is held. `feed_import_id` is whose report it writes."""

    def __init__(
        self,
        feed: FeedFiles,
        *,
        feed_import_id: int,
        school_year: SchoolYear,
        departement: str,
        at: datetime.datetime,
    ) -> None:
        self._parameters: Mapping[str, Any] = {
            "feed": feed_import_id,
            "year": school_year.start_year,
            "first_day": school_year.period.start,
            "day": feed.day,
            "is_full": feed.variant is Variant.FULL,
            "departement": departement_digits(departement),
            "uuid_start": _uuid_start(at),
            "seed": os.urandom(32),
            "files": [name[-LONGEST_FILE_NAME:] for name in feed.names],
        }

    def compare(self) -> None:
        """Write what each record would become."""
        for name in COMPARE:
            self._run(name)

    def take(self) -> None:
        """Do what the report says."""
        for name in TAKE:
            self._run(name)

    def counts(self) -> dict[str, dict[str, int]]:
        """What the records become: {kind: {outcome: number}}."""
        become: dict[str, dict[str, int]] = {}
        for kind, outcome, number in self._run("count_rows"):
            of_kind = become.setdefault(kind, {})
            of_kind[outcome] = of_kind.get(outcome, 0) + int(number)
        return become

    def leaving(self) -> list[Leaving]:
        """How many pupils and guardians would disappear, and how many links would end."""
        return [Leaving(*row) for row in self._run("count_leaving")]

    def past_schoolings(self) -> int:
        """How many schoolings of earlier years would end."""
        return int(self._run("count_past_schoolings")[0][0])

    def _run(self, name: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_statement(name), self._parameters)
            return list(cursor.fetchall()) if cursor.description else []
