"""From the files of a feed to the rows of the staging tables, as COPY takes them; in flat memory.

`rank` orders the records of the whole feed, `file` is the place of theirs in the feed's list, from
one. A file is read alone, whatever the others hold: several can be read at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

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
from tenants.people.name_keys import name_key

BATCH = 2_000
_SHORTEST_RECORD = len("<addRequest/>")
_FIRST = ("rank", "file", "reviews")
_KEYS = ("last_key", "first_key")
Row = tuple[Any, ...]


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
    "people_stagedrefusal": ("rank", "file", "line", "kind", "record_id", "reason", "detail"),
}


class Place(NamedTuple):
    """A file of a feed: `number` is its place from one, `rank_before` is below all its ranks."""

    file: FeedFile
    number: int
    rank_before: int
    bytes: int


class Batch(NamedTuple):
    """Rows of one table."""

    table: str
    copied: bytes


class FileRead(NamedTuple):
    """A file was read to its end: its records by kind, ignored ones too."""

    read: Counter[str]


def places_of(files: Sequence[FeedFile]) -> list[Place]:
    """The files with room for the ranks of each: as if they held nothing but shortest records."""
    places = []
    bytes_before = 0
    for number, file in enumerate(files, start=1):
        size = file.path.stat().st_size
        places.append(Place(file, number, bytes_before // _SHORTEST_RECORD, size))
        bytes_before += size
    return places


def rows_of(place: Place) -> Iterator[Batch | FileRead]:
    """The rows of a file, as its records come.

    :raises FeedUnreadable: if the file is not XML, is no feed, or breaks a limit
    """
    waiting: dict[str, list[Row]] = {table: [] for table in COLUMNS}
    read: Counter[str] = Counter()
    records = read_file(place.file.path, limits=Limits())
    for rank, record in enumerate(records, start=place.rank_before + 1):
        read[_put(record, rank, place.number, waiting)] += 1
        if rank % BATCH == 0:
            yield from _batches(waiting)
    yield from _batches(waiting)
    yield FileRead(read)


def _put(record: FeedRecord, rank: int, file: int, waiting: dict[str, list[Row]]) -> str:
    """Put a record among those to be sent, and say of what kind it is."""
    match record:
        case PupilRecord():
            first = (rank, file, " ".join(record.reviews))
            keys = (_key(record.last_name), _key(record.first_name))
            has_links = record.links is not None
            waiting["people_stagedpupil"].append((*first, *keys, has_links, *record[:-2]))
            for link in record.links or ():
                waiting["people_stagedlink"].append((rank, *link))
            return Kind.PUPIL.value
        case GuardianRecord():
            first = (rank, file, " ".join(record.reviews))
            keys = (_key(record.last_name), _key(record.first_name))
            waiting["people_stagedguardian"].append((*first, *keys, *record[:-1]))
            return Kind.GUARDIAN.value
        case CollegeRecord():
            first = (rank, file, " ".join(record.reviews))
            waiting["people_stagedcollege"].append((*first, *record[:-1]))
            return Kind.COLLEGE.value
        case RejectedRecord():
            line, kind, record_id, reason, detail = record
            row = (rank, file, line, kind.value, record_id, reason.value, detail)
            waiting["people_stagedrefusal"].append(row)
            return kind.value
        case IgnoredRecord():
            return record.kind.value


def _key(name: str | None) -> str | None:
    return None if name is None else name_key(name)


def _batches(waiting: dict[str, list[Row]]) -> Iterator[Batch]:
    """What is waiting, which waits no more."""
    for table, rows in waiting.items():
        if rows:
            yield Batch(table, "".join(map(_copied, rows)).encode())
            rows.clear()


def _copied(row: Row) -> str:
    """A row as COPY reads it: XML has no NUL, and texts lost their tabs and line ends when read."""
    line = "\t".join(["\0" if value is None else str(value) for value in row])
    if "\\" in line:
        line = line.replace("\\", r"\\")
    return line.replace("\0", r"\N") + "\n"
