"""Laying the records of a feed in the staging tables, by COPY. The tables are emptied at the end."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections import Counter
from collections.abc import Callable, Sequence

from django.db import connection

from tenants.people.aaf.file_names import FeedFile
from tenants.people.aaf.reading import read_rows
from tenants.people.aaf.rows import COLUMNS, Batch, FileRead

# Filled by the statements that compare.
WORKING = (
    "people_stagedschooling",
    "people_stagedshare",
    "people_stagedtie",
    "people_stagedplan",
)


@dataclasses.dataclass(slots=True)
class Staged:
    """What was read: records by kind (ignored ones too), and the feed's digest (SHA-256)."""

    read: Counter[str]
    digest: str


def clear() -> None:
    """Empty the staging tables."""
    with connection.cursor() as cursor:
        for table in (*COLUMNS, *WORKING):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  ours, no input


def stage(files: Sequence[FeedFile], *, say: Callable[[str], object] | None = None) -> Staged:
    """Read the files and lay their records in the staging tables.

    :raises FeedUnreadable: if a file is not XML, is no feed, or breaks a limit
    """
    read: Counter[str] = Counter()
    if say is not None:
        for file in files:
            say(file.name)
    with contextlib.closing(read_rows(files)) as parts:
        for part in parts:
            match part:
                case Batch():
                    _copy(part)
                case FileRead():
                    read += part.read
    return Staged(read=read, digest=_digest(files))


def _copy(batch: Batch) -> None:
    columns = ", ".join(COLUMNS[batch.table])
    statement = f"COPY {batch.table} ({columns}) FROM STDIN"  # ours, no input
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(batch.copied)


def _digest(files: Sequence[FeedFile]) -> str:
    """Of the bytes of all the files, in their order."""
    digest = hashlib.sha256()
    for file in files:
        with file.path.open("rb") as source:
            while block := source.read(2**20):
                digest.update(block)
    return digest.hexdigest()
