"""Releases as files that anybody may open: CSV, JSON, Parquet, and a manifest with the digest of each.

One file for each indicator and format: a line for each cell, a column for each dimension. A cell that is
not told has an empty value, and its mark says so.
"""

from __future__ import annotations

import csv
import dataclasses
import datetime
import enum
import hashlib
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from federation.releases import queries
from federation.releases.models import Figure, Release

FORMAT_VERSION = 1
_WHAT = (
    "departement",
    "indicator",
    "version",
    "period_kind",
    "period_start",
    "revision",
    "measure",
)
_NUMBERS = ("version", "revision", "value")


class FileFormat(enum.StrEnum):
    """How figures are written; also the ending of a file's name."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


@dataclasses.dataclass(frozen=True, slots=True)
class Lines:
    """Figures as lines: what each is of, a column for each dimension, the value, the mark."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str | int | None]]


def lines_of(releases: Iterable[Release]) -> Lines:
    """The figures of releases of an indicator, in their order, by measure and codes."""
    found = list(releases)
    names = list(dict.fromkeys(one.name for row in found for one in queries.dimensions_of(row)))
    by_release: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    figures = Figure.objects.filter(release__in=[row.pk for row in found]).order_by("pk")
    for pk, *figure in figures.values_list("release_id", "measure", "codes", "value", "mark"):
        by_release[pk].append(tuple(figure))
    rows: list[list[str | int | None]] = []
    for row in found:
        start: list[str | int | None] = [
            row.published_by,
            row.indicator,
            row.indicator_version,
            row.period_kind,
            row.period_start.isoformat(),
            row.revision,
        ]
        rows += [
            [*start, measure, *(codes.get(name) for name in names), value, mark]
            for measure, codes, value, mark in by_release[row.pk]
        ]
    return Lines((*_WHAT, *names, "value", "mark"), rows)


def written(lines: Lines, wanted: FileFormat) -> bytes:
    """Lines as the bytes of a file. The same lines give the same bytes."""
    return {FileFormat.CSV: _csv, FileFormat.JSON: _json, FileFormat.PARQUET: _parquet}[wanted](
        lines
    )


def package(
    releases: Iterable[Release], *, formats: Sequence[FileFormat] = tuple(FileFormat)
) -> dict[str, bytes]:
    """
    Files of every indicator by name, with `manifest.json`: the releases they hold, sizes and digests.
    """
    by_indicator: dict[str, list[Release]] = defaultdict(list)
    for row in releases:
        by_indicator[row.indicator].append(row)
    files: dict[str, bytes] = {}
    counts: dict[str, int] = {}
    for indicator, rows in sorted(by_indicator.items()):
        lines = lines_of(rows)
        for one in formats:
            name = f"{indicator}.{one}"
            files[name], counts[name] = written(lines, one), len(lines.rows)
    said = {
        "format": FORMAT_VERSION,
        "marks": {"TOLD": "value is told", "SECRET": "left out: statistical secrecy"},
        "releases": [queries.said_of(row) for rows in by_indicator.values() for row in rows],
        "files": [
            {
                "name": name,
                "rows": counts[name],
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in files.items()
        ],
    }
    manifest = json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return {**files, "manifest.json": manifest.encode()}


def latest_moment(releases: Iterable[Release]) -> datetime.datetime | None:
    """When the latest of these releases was published: what a cache may keep a package until."""
    return max((row.published_at for row in releases), default=None)


def _csv(lines: Lines) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([lines.columns, *lines.rows])
    return text.getvalue().encode()


def _json(lines: Lines) -> bytes:
    rows = [dict(zip(lines.columns, row, strict=True)) for row in lines.rows]
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


def _parquet(lines: Lines) -> bytes:
    columns = [
        Array(
            [row[rank] for row in lines.rows],
            DataType.int64() if name in _NUMBERS else DataType.string(),
        )
        for rank, name in enumerate(lines.columns)
    ]
    content = io.BytesIO()
    write_parquet(Table.from_arrays(columns, names=lines.columns), content)
    return content.getvalue()
