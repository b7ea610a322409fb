"""Releases as files: the same figures in each format, and a manifest that says how to know them again."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json

import pytest
from arro3.io import read_parquet

from federation.releases import files, queries
from tests.factories.releases import make_release

pytestmark = pytest.mark.usefixtures("tenant_db")


def test_each_format_says_the_same_figures_and_what_is_secret():
    make_release()
    make_release(start=datetime.date(2026, 9, 1))
    lines = files.lines_of(queries.latest("canteen-take-up"))
    as_csv = files.written(lines, files.FileFormat.CSV).decode()
    as_json = json.loads(files.written(lines, files.FileFormat.JSON))
    parquet = files.written(lines, files.FileFormat.PARQUET)

    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert len(rows) == len(as_json) == 12
    assert list(rows[0]) == list(as_json[0]) == list(lines.columns)
    secret = [row for row in as_json if row["mark"] == "SECRET"]
    assert {(row["college"], row["value"]) for row in secret} == {
        ("0921234A", None),
        ("0925678B", None),
    }
    table = read_parquet(io.BytesIO(parquet)).read_all()
    assert table.column("value").to_pylist() == [row["value"] for row in as_json]
    assert table.column("departement").to_pylist() == [row["departement"] for row in rows]
    assert {row["value"] for row in rows if row["mark"] == "SECRET"} == {""}


def test_the_manifest_knows_every_file_and_the_same_releases_are_the_same_bytes():
    make_release()
    make_release("pass-take-up")

    first, second = (files.package(queries.latest()) for _time in range(2))

    assert first == second
    manifest = json.loads(first.pop("manifest.json"))
    assert {one["name"]: (one["bytes"], one["sha256"]) for one in manifest["files"]} == {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in first.items()
    }
    assert len(first) == 6
    assert [one["indicator"] for one in manifest["releases"]] == ["canteen-take-up", "pass-take-up"]
    assert manifest["releases"][0]["manifest"]["rule"] == {"threshold": 11, "dominance_bp": 8500}
