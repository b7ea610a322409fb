"""Reading a file of a collège: bytes to rows that hold to the contract, and the lines that do not.

UTF-8 alone, with or without a byte order mark: another encoding read by mistake would change names of
subjects in silence, so it is refused, and says where. The separator is the one of the first line.
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
from collections.abc import Iterator
from io import StringIO

from commons.school_calendar import SchoolYear
from tenants.schoollife.records.contract import (
    LONGEST_ID,
    Contract,
    Refused,
    Row,
    Values,
)
from tenants.schoollife.records.reasons import FileProblem, Reason, RecordsFileUnreadable

LARGEST_BYTES = 100_000_000
LONGEST_VALUE = 80
_SEPARATORS = (";", ",")


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A line that holds to the contract. `line` is where it begins."""

    line: int
    record_id: str
    values: Values


@dataclasses.dataclass(frozen=True, slots=True)
class Bad:
    """A line that does not; `record_id` is empty when it does not even say what it is about."""

    line: int
    record_id: str
    reason: Reason
    column: str
    value: str


def digest(content: bytes) -> str:
    """SHA-256 of the file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_rows(content: bytes, contract: Contract, year: SchoolYear) -> Iterator[Read | Bad]:
    """The lines of a file, one by one.

    :raises RecordsFileUnreadable: if the file as a whole is not what the contract says
    """
    text = _decoded(content)
    header_line = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=_separator(header_line), strict=True)
    try:
        header = _header(next(reader, []), contract)
        line = reader.line_num + 1
        for fields in reader:
            if any(field.strip() for field in fields):
                yield _read(fields, line, header, contract, year)
            line = reader.line_num + 1
    except csv.Error as error:
        raise RecordsFileUnreadable(FileProblem.NOT_CSV, line=reader.line_num) from error


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        raise RecordsFileUnreadable(FileProblem.TOO_LARGE, limit_mb=LARGEST_BYTES // 1_000_000)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RecordsFileUnreadable(FileProblem.ENCODING, line=line) from error
    if "\0" in text:
        raise RecordsFileUnreadable(
            FileProblem.ENCODING, line=text[: text.index("\0")].count("\n") + 1
        )
    if not text.strip():
        raise RecordsFileUnreadable(FileProblem.EMPTY)
    return text


def _separator(header: str) -> str:
    """The one that is in the first line most often; a file of one column has neither."""
    return max(_SEPARATORS, key=header.count)


def _header(fields: list[str], contract: Contract) -> list[str]:
    names = [field.strip().casefold() for field in fields]
    for name in names:
        if name not in contract.columns:
            raise RecordsFileUnreadable(
                FileProblem.HEADER_UNKNOWN, line=1, column=name[:LONGEST_ID]
            )
        if names.count(name) > 1:
            raise RecordsFileUnreadable(FileProblem.HEADER_TWICE, line=1, column=name)
    for name in contract.columns:
        if name not in names and name not in contract.optional:
            raise RecordsFileUnreadable(FileProblem.HEADER_MISSING, line=1, column=name)
    return names


def _read(
    fields: list[str], line: int, header: list[str], contract: Contract, year: SchoolYear
) -> Read | Bad:
    row: Row = dict.fromkeys(contract.columns, "")
    row.update(zip(header, (field.strip() for field in fields), strict=False))
    record_id = row[contract.id_column]
    try:
        if len(fields) != len(header):
            raise Refused(Reason.FIELDS, value=str(len(fields)))
        if not record_id:
            raise Refused(Reason.MISSING, contract.id_column)
        if len(record_id) > LONGEST_ID:
            raise Refused(Reason.TOO_LONG, contract.id_column, record_id)
        return Read(line, record_id, contract.read(row, year))
    except Refused as refused:
        # A line cut elsewhere than the header may say another fact's name.
        is_known = refused.reason is not Reason.FIELDS and len(record_id) <= LONGEST_ID
        known = record_id if is_known else ""
        value = refused.value[:LONGEST_VALUE]
        return Bad(line, known, refused.reason, refused.column, value)
