"""Laying the records of a feed in the staging tables, by COPY, in flat memory.

`rank` is the place of a record in the whole feed, `file` that of its file in the feed's list, from
one. The tables are emptied at the end.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from commons.normalisation import search_key
from tenants.people.aaf.file_names import FeedFile
from tenants.people.aaf.guarded import Limits
from tenants.people.aaf.reader import read_file
from tenants.people.aaf.records import (
    CollegeRecord,
    FeedRecord,
    GuardianRecord,
    IgnoredRecord,
    Kind,
    LinkRecord,
    PupilRecord,
    RejectedRecord,
)

BATCH = 5_000
# Two keys and the sign between them fill a person's `sort_key` (220): ligatures make keys longer
# than names.
LONGEST_KEY = 109
_FIRST = ("rank", "file", "reviews")
_KEYS = ("last_key", "first_key")
_REFUSAL = ("line", "kind", "record_id", "reason", "detail")


def _fields(record: type[Any], *left_out: str) -> tuple[str, ...]:
    """The columns a record fills as it is: all its fields but the last ones."""
    kept: tuple[str, ...] = record._fields[: len(record._fields) - len(left_out)]
    assert record._fields[len(kept) :] == left_out
    return kept


COLUMNS = {
    "people_stagedcollege": (*_FIRST, *_fields(CollegeRecord, "reviews")),
    "people_stagedguardian": (*_FIRST, *_KEYS, *_fields(GuardianRecord, "reviews")),
    "people_stagedpupil": (
        *_FIRST,
        *_KEYS,
        "has_links",
        *_fields(PupilRecord, "reviews", "links"),
    ),
    "people_stagedlink": ("pupil_rank", "guardian_jointure_id", *_fields(LinkRecord)[1:]),
    "people_stagedrefusal": ("rank", "file", *_REFUSAL),
}
# Filled by the statements that compare.
WORKING = ("people_stagedtie", "people_stagedshare", "people_stagedplan")
Row = tuple[Any, ...]


@dataclasses.dataclass(slots=True)
class Staged:
    """What was read: records by kind (ignored ones too), and the feed's digest (SHA-256)."""

    read: Counter[str]
    digest: str


class _Waiting:
    """Rows on their way to the tables, sent when there are enough of them."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {table: [] for table in COLUMNS}

    def add(self, table: str, row: Row) -> None:
        rows = self._rows[table]
        rows.append(row)
        if len(rows) >= BATCH:
            self._send(table)

    def finish(self) -> None:
        for table in self._rows:
            self._send(table)

    def _send(self, table: str) -> None:
        rows = self._rows[table]
        if not rows:
            return
        statement = f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN"  # ours, no input
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("".join(map(_copied, rows)))
        rows.clear()


def _copied(row: Row) -> str:
    """A row as COPY reads it: XML has no NUL, and texts lost their tabs and line ends when read."""
    line = "\t".join(["\0" if value is None else str(value) for value in row])
    if "\\" in line:
        line = line.replace("\\", r"\\")
    return line.replace("\0", r"\N") + "\n"


def clear() -> None:
    """Empty the staging tables."""
    with connection.cursor() as cursor:
        for table in (*COLUMNS, *WORKING):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  ours, no input


def stage(files: Sequence[FeedFile], *, say: Callable[[str], object] | None = None) -> Staged:
    """Read the files and lay their records in the staging tables.

    :raises FeedUnreadable: if a file is not XML, is no feed, or breaks a limit
    """
    waiting = _Waiting()
    read: Counter[str] = Counter()
    digest = hashlib.sha256()
    rank = 0
    for number, file in enumerate(files, start=1):
        if say is not None:
            say(file.name)
        for record in read_file(file.path, limits=Limits(), digest=digest):
            rank += 1
            read[_lay(record, rank, number, waiting)] += 1
    waiting.finish()
    return Staged(read=read, digest=digest.hexdigest())


def _lay(record: FeedRecord, rank: int, file: int, waiting: _Waiting) -> str:
    """Put a record among those to be sent, and say of what kind it is."""
    match record:
        case PupilRecord():
            first = (rank, file, " ".join(record.reviews))
            keys = (_key(record.last_name), _key(record.first_name))
            has_links = record.links is not None
            waiting.add("people_stagedpupil", (*first, *keys, has_links, *record[:-2]))
            for link in record.links or ():
                waiting.add("people_stagedlink", (rank, *link))
            return Kind.PUPIL.value
        case GuardianRecord():
            first = (rank, file, " ".join(record.reviews))
            keys = (_key(record.last_name), _key(record.first_name))
            waiting.add("people_stagedguardian", (*first, *keys, *record[:-1]))
            return Kind.GUARDIAN.value
        case CollegeRecord():
            first = (rank, file, " ".join(record.reviews))
            waiting.add("people_stagedcollege", (*first, *record[:-1]))
            return Kind.COLLEGE.value
        case RejectedRecord():
            line, kind, record_id, reason, detail = record
            row = (rank, file, line, kind.value, record_id, reason.value, detail)
            waiting.add("people_stagedrefusal", row)
            return kind.value
        case IgnoredRecord():
            return record.kind.value


@functools.lru_cache(maxsize=20_000)  # a feed has a few thousand names
def _key(name: str | None) -> str | None:
    """One half of a person's normalised name."""
    return None if name is None else search_key(name)[:LONGEST_KEY]
