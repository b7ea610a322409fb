"""Comparing a staged file with what is held, and taking it: statements over the whole file, set by set.

The comparison writes one line per fact that does not simply stay; taking the file does what these lines
say. The three kinds are compared by the same statement: what differs is in `_KINDS`, a query of the facts
that are held (`held`) and one of the staged lines with what they point to (`staged`), with the same
columns under the file's own names.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from tenants.schoollife.records.contract import CONTRACTS
from tenants.schoollife.records.models import Kind, RecordsImport
from tenants.schoollife.records.reading import Bad, Read

SQL = Path(__file__).with_name("sql")
_LINES = "school_records_importline"
# The staging tables have no statistics: what the planner believes empty may hold 200,000 rows.
_FOR_LONG_WORK = (
    "SET LOCAL enable_nestloop = off",
    "SET LOCAL jit = off",
    "SET LOCAL work_mem = '64MB'",
    "SET LOCAL statement_timeout = '5min'",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """How the statements read a kind: `columns` are those of a diff, under the file's names."""

    name: str
    columns: tuple[str, ...]
    judges: tuple[str, ...]
    takes: tuple[str, ...]


_KINDS = {
    Kind.MARKS: Compared(
        "marks",
        (
            "eleve", "evaluation_id", "matiere", "intitule", "date", "groupe",
            "note", "sur", "niveau", "statut", "coefficient", "appreciation",
        ),
        ("judge_pupils", "judge_assessments"),
        ("take_subjects", "take_assessments", "add_marks", "change_marks"),
    ),
    Kind.ABSENCES: Compared(
        "absences",
        ("eleve", "type", "debut", "fin", "justifiee", "motif"),
        ("judge_pupils",),
        ("add_absences", "change_absences"),
    ),
    Kind.HOMEWORK: Compared(
        "homework",
        ("classe", "eleve", "matiere", "donne_le", "pour_le", "texte"),
        ("judge_pupils", "judge_classes"),
        ("take_subjects", "add_homework", "change_homework"),
    ),
}  # fmt: skip
_FACTS = {
    Kind.MARKS: "school_records_mark",
    Kind.ABSENCES: "school_records_absence",
    Kind.HOMEWORK: "school_records_homework",
}


@cache
def _part(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").rstrip()


@cache
def _statement(name: str, kind: Kind) -> str:
    """A statement of `sql/`, with the tables, the parts and the columns of a kind written in."""
    compared = _KINDS[kind]
    written = {
        "table": CONTRACTS[kind].table,
        "facts": _FACTS[kind],
        "pupils": _part("pupils"),
        "held": _part(f"held_{compared.name}"),
        "staged": _part(f"staged_{compared.name}"),
        "held_columns": ", ".join(f"held.{name}" for name in compared.columns),
        "staged_columns": ", ".join(f"staged.{name}" for name in compared.columns),
        "pairs": ", ".join(
            f"('{name}', to_jsonb(held.{name}), to_jsonb(staged.{name}))"
            for name in compared.columns
        ),
    }
    text = _part(name)
    for placeholder, value in written.items():
        text = text.replace(f"{{{placeholder}}}", value)
    return text


class Comparison:
    """A staged file against what its collège and school year hold."""

    def __init__(self, records_import: RecordsImport, *, at: datetime.datetime) -> None:
        self._kind = Kind(records_import.kind)
        self._parameters: dict[str, Any] = {
            "import": records_import.pk,
            "college": records_import.college_id,
            "year": records_import.school_year,
            "at": at,
        }

    def prepare_session(self) -> None:
        """Set the transaction for statements over a whole file."""
        with connection.cursor() as cursor:
            for setting in _FOR_LONG_WORK:
                cursor.execute(setting)

    def stage(self, rows: Iterator[Read | Bad]) -> int:
        """Lay the lines in the staging table, and write down those that are refused; how many were read."""
        contract = CONTRACTS[self._kind]
        columns = ", ".join(("import_id", "line", "record_id", *contract.staged))
        statement = f"COPY {contract.table} ({columns}) FROM STDIN"  # ours, no input
        pk, read, bad = self._parameters["import"], 0, []
        with connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for row in rows:
                    read += 1
                    if isinstance(row, Bad):
                        bad.append(row)
                        continue
                    values = (row.values[name] for name in contract.staged)
                    copy.write_row((pk, row.line, row.record_id, *values))
            refused = f"COPY {_LINES} ({_REFUSED}) FROM STDIN"
            with cursor.copy(refused) as copy:
                for one in bad:
                    copy.write_row(
                        (pk, one.line, "REJECTED", one.record_id, one.reason, one.column, one.value)
                    )
        return read

    def compare(self) -> None:
        """Write what each line becomes, and what the file no longer names."""
        for name in ("judge_duplicates", *_KINDS[self._kind].judges, "compare"):
            self._run(name)

    def compare_again(self) -> None:
        """Write it anew: since the dry run, something else may have been taken."""
        self._run("forget_comparison")
        self.compare()

    def take(self) -> None:
        """Do what the lines say."""
        for name in (*_KINDS[self._kind].takes, "withdraw"):
            self._run(name)

    def tell_absences(self, *, since: datetime.datetime) -> int:
        """Record an event per absence that is new, not justified and not older than that; how many."""
        if self._kind is not Kind.ABSENCES:
            return 0
        self._parameters["since"] = since
        return int(self._run("tell_absences")[0][0])

    def staged(self) -> int:
        """How many lines are in the staging table: it is emptied when PostgreSQL crashes."""
        return int(self._run("count_staged")[0][0])

    def clear(self) -> None:
        """Empty the staging table of this file."""
        self._run("clear")

    def counts(self) -> dict[str, Any]:
        """Lines by outcome, facts held before, and whether nothing could be withdrawn."""
        found = {str(outcome): int(number) for outcome, number in self._run("count_lines")}
        ((present, holds_back),) = self._run("count_present")
        return found | {"present": int(present), "holds_back": bool(holds_back)}

    def _run(self, name: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_statement(name, self._kind), self._parameters)
            return list(cursor.fetchall()) if cursor.description else []


_REFUSED = "records_import_id, line, outcome, record_id, reason_code, column_name, value"
