"""Laying the records of a feed in the staging tables, by COPY, in flat memory."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from commons.identifiers import new_public_id
from commons.normalisation import search_key, sort_key
from tenants.people.aaf.file_names import FeedFile
from tenants.people.aaf.guarded import Limits
from tenants.people.aaf.reader import read_file
from tenants.people.aaf.records import (
    CollegeRecord,
    FeedRecord,
    GuardianRecord,
    IgnoredRecord,
    PupilRecord,
    RejectedRecord,
)

BATCH = 5_000
_COMMON = ("rank", "place", "operation", "jointure_id", "public_id", "reason")
_COLLEGE = ("uai", "name", "street", "postal_code", "city", "phone", "sector")
_NAMES = ("last_name", "first_name", "sort_key", "search_key")
_GUARDIAN = (
    "title",
    *_NAMES,
    "email",
    "mobile_phone",
    "home_phone",
    "street",
    "postal_code",
    "city",
    "country",
)
_PUPIL = (
    "ine",
    *_NAMES,
    "other_first_names",
    "birth_date",
    "school_id",
    "class_name",
    "level",
    "regime",
    "is_boursier",
)
COLUMNS = {
    "people_stagedcollege": (*_COMMON, *_COLLEGE),
    "people_stagedguardian": (*_COMMON, *_GUARDIAN),
    "people_stagedpupil": (*_COMMON, *_PUPIL, "has_links"),
    "people_stagedlink": (
        "pupil_rank",
        "guardian_jointure_id",
        "relation",
        "is_financial",
        "legal_role",
        "is_contact",
        "is_payment",
    ),
    "people_stagedrefusal": ("kind", "jointure_id", "place", "reason", "detail"),
}
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
            for row in rows:
                copy.write_row(row)
        rows.clear()


def clear() -> None:
    """Empty the staging tables."""
    with connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  ours, no input


def stage(files: Iterable[FeedFile], *, say: Callable[[str], object] | None = None) -> Staged:
    """Read the files and lay their records in the staging tables.

    :raises FeedUnreadable: if a file is not XML, is no feed, or breaks a limit
    """
    waiting = _Waiting()
    read: Counter[str] = Counter()
    digest = hashlib.sha256()
    for rank, (record, place_count) in enumerate(_records(files, digest, say), start=1):
        read[place_count] += 1
        _lay(record, rank, waiting)
    waiting.finish()
    return Staged(read=read, digest=digest.hexdigest())


def _records(
    files: Iterable[FeedFile], digest: Any, say: Callable[[str], object] | None
) -> Iterator[tuple[FeedRecord, str]]:
    for file in files:
        if say is not None:
            say(file.name)
        with file.path.open("rb") as content:
            while chunk := content.read(1 << 20):
                digest.update(chunk)
        for record in read_file(file.path, limits=Limits()):
            yield record, _kind(record)


def _kind(record: FeedRecord) -> str:
    if isinstance(record, IgnoredRecord | RejectedRecord):
        return record.kind.value
    return {PupilRecord: "PUPIL", GuardianRecord: "GUARDIAN", CollegeRecord: "COLLEGE"}[
        type(record)
    ]


def _lay(record: FeedRecord, rank: int, waiting: _Waiting) -> None:
    match record:
        case PupilRecord():
            waiting.add("people_stagedpupil", _pupil(record, rank))
            for link in record.links or ():
                waiting.add(
                    "people_stagedlink",
                    (
                        rank,
                        link.guardian_id,
                        link.relation,
                        link.is_financial,
                        link.legal_role,
                        link.is_contact,
                        link.is_payment,
                    ),
                )
        case GuardianRecord():
            waiting.add("people_stagedguardian", _guardian(record, rank))
        case CollegeRecord():
            waiting.add("people_stagedcollege", _college(record, rank))
        case RejectedRecord():
            waiting.add(
                "people_stagedrefusal",
                (
                    record.kind.value,
                    record.record_id,
                    record.place,
                    record.reason.value,
                    record.detail,
                ),
            )


def _common(record: CollegeRecord | GuardianRecord | PupilRecord, rank: int, reason: str) -> Row:
    operation = record.operation.value
    return (rank, record.place, operation, record.jointure_id, new_public_id(), reason)


def _keys(last_name: str | None, first_name: str | None) -> tuple[str | None, str | None]:
    """The normalised names; none unless the record says both."""
    if last_name is None or first_name is None:
        return None, None
    return sort_key(last_name, first_name), f"{search_key(last_name)} {search_key(first_name)}"


def _college(record: CollegeRecord, rank: int) -> Row:
    reason = record.reviews[0].value if record.reviews else ""
    common = _common(record, rank, reason)
    return (*common, *(getattr(record, name) for name in _COLLEGE))


def _guardian(record: GuardianRecord, rank: int) -> Row:
    return (
        *_common(record, rank, ""),
        record.title,
        record.last_name,
        record.first_name,
        *_keys(record.last_name, record.first_name),
        record.email,
        record.mobile_phone,
        record.home_phone,
        record.street,
        record.postal_code,
        record.city,
        record.country,
    )


def _pupil(record: PupilRecord, rank: int) -> Row:
    return (
        *_common(record, rank, record.reviews[0].value if record.reviews else ""),
        record.ine,
        record.last_name,
        record.first_name,
        *_keys(record.last_name, record.first_name),
        record.other_first_names,
        record.birth_date,
        record.school_id,
        record.class_name,
        record.level,
        record.regime,
        record.is_boursier,
        record.links is not None,
    )
