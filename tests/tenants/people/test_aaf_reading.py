"""Large feeds are read by several processes: what they find, and what becomes of them."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from tenants.people.aaf import reading
from tenants.people.aaf.errors import FeedUnreadable
from tenants.people.models import FeedImport, Pupil
from tests.factories.feeds import FATHER, MOTHER, guardian, pupil, school, take, write

NAME = "FULL_ENTTEST_Complet_20240902_{}_0000.xml"
REFUSED = "FULL_ENTTEST_Complet_20240902_Eleve_0001.xml"


@pytest.fixture
def several_processes(monkeypatch):
    """However small the feed."""
    monkeypatch.setattr(reading, "SMALL_FEED", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    yield
    assert multiprocessing.active_children() == []


def write_feed(folder, *more):
    """A feed of three files, and whatever is added to the last."""
    guardians = [guardian("10"), guardian("11")]
    pupils = [pupil("1", [MOTHER, FATHER]), pupil("2", [MOTHER], sn=""), pupil("3", [MOTHER])]
    write(folder, school(), name=NAME.format("EtabEducNat"))
    write(folder, *guardians, name=NAME.format("PersRelEleve"))
    return write(folder, *pupils, *more, name=NAME.format("Eleve"))


def rows_of(imported):
    told = ("record_kind", "record_id", "outcome", "reason_code", "place", "diff")
    return list(imported.rows.order_by("rank").values_list(*told))


def test_several_processes_find_what_one_finds(tenant_db, tmp_path, monkeypatch, several_processes):
    folder = write_feed(tmp_path)
    together = take(folder, apply=False)
    monkeypatch.setattr(reading, "SMALL_FEED", 1024**2)

    alone = take(folder, apply=False)

    assert rows_of(together) == rows_of(alone)
    assert [row[:3] for row in rows_of(alone)] == [
        ("PUPIL", "1", "CREATED"),
        ("PUPIL", "2", "REJECTED"),
        ("PUPIL", "3", "CREATED"),
        ("COLLEGE", "700", "CREATED"),
        ("GUARDIAN", "10", "CREATED"),
        ("GUARDIAN", "11", "CREATED"),
    ]
    assert together.counts == alone.counts
    assert together.digest == alone.digest


def test_the_same_feed_by_several_processes_changes_nothing(tenant_db, tmp_path, several_processes):
    folder = write_feed(tmp_path)
    take(folder)

    again = take(folder)

    assert [row[:3] for row in rows_of(again)] == [("PUPIL", "2", "REJECTED")]


def test_a_file_that_cannot_be_read_refuses_the_feed(tenant_db, tmp_path, several_processes):
    folder = write_feed(tmp_path)
    (folder / REFUSED).write_bytes(b"<ficAlimMENESR>\n<addRequest>")

    with pytest.raises(FeedUnreadable) as refused:
        take(folder)

    assert refused.value.details == {"reason": "NOT_XML", "file": REFUSED, "line": 2}
    assert (Pupil.objects.count(), FeedImport.objects.count()) == (0, 0)


def test_a_process_that_dies_ends_the_import(tenant_db, tmp_path, monkeypatch, several_processes):
    folder = write_feed(tmp_path)
    monkeypatch.setattr(reading, "rows_of", lambda _place: os._exit(1))

    with pytest.raises(EOFError):
        take(folder)

    assert (Pupil.objects.count(), FeedImport.objects.count()) == (0, 0)
