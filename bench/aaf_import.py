"""Importing a complete academic feed, against parsing it and building nothing.

The feed is made up by our own generator. Each way runs in a process of its own, so that memory is
its own; the import goes into an emptied département each round. Memory is the highest the process
stood at while it worked (VmHWM, reset just before), less what it stood at when it began; and the
whole of the largest process that it started to read, if any.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.measures import Row, resident_mib, seconds

PUPILS = 54_000
ROUNDS = 3
YEAR = 2026


def _parse_only(folder: Path) -> None:
    """`lxml.iterparse` with the reader's hardening; each record is freed, nothing is built."""
    from tenants.people.aaf.file_names import find_feed
    from tenants.people.aaf.guarded import GuardedFile, Limits
    from tenants.people.aaf.reader import free, hardened_iterparse

    for feed_file in find_feed([folder]).files:
        with feed_file.path.open("rb") as file:
            source = GuardedFile(file, name=feed_file.name, limits=Limits())
            for _event, element in hardened_iterparse(source):
                free(element)
                source.record_ended()


def _import(folder: Path) -> None:
    """Whatever disappears: half a feed leaves out half the département."""
    from django.utils import timezone

    from commons.actors import Actor
    from tenants.people.operations import Force, import_aaf

    imported = import_aaf(
        paths=[folder],
        school_year=YEAR,
        apply=True,
        forced={Force.DISAPPEARING},
        actor=Actor.system("bench"),
        at=timezone.now(),
    )
    assert imported.state == "APPLIED"


def _highest_mib() -> float:
    """The highest resident memory since `_forget_highest`."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not say how much memory was used")


def _largest_started_mib() -> float:
    """The highest resident memory of a process this one started, and that ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _forget_highest() -> None:
    """Linux keeps the highest mark of a process, even over a fork: set it to what is used now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _measure(way: Callable[[Path], None], folder: Path, answers: multiprocessing.Queue) -> None:
    """What a process loads once, and slowly, is loaded before: the holidays, Celery and its Redis."""
    from django.db import transaction

    from commons import outbox, school_calendar  # noqa: F401
    from tenants.people import operations  # noqa: F401
    from tenants.registry import contexts

    with contexts.tenant("d92"):
        with transaction.atomic():
            outbox.wake_relay_on_commit()
        before = resident_mib()
        _forget_highest()
        taken = seconds(lambda: way(folder))
        added = _highest_mib() - before + _largest_started_mib()
    answers.put((taken, added))


def _apart(way: Callable[[Path], None], folder: Path) -> tuple[float, float]:
    """Seconds and memory added, in a process that did nothing before."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_started, args=(way, folder, answers))
    process.start()
    found = answers.get(timeout=900)
    process.join()
    return found


def _started(way: Callable[[Path], None], folder: Path, answers: multiprocessing.Queue) -> None:
    import django

    django.setup()
    _measure(way, folder, answers)


def _empty() -> None:
    """Take everybody away, as the owner."""
    import os

    import psycopg

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute(
            "TRUNCATE d92.people_feedimport, d92.people_feedimportrow, d92.people_pupil,"
            " d92.people_guardian, d92.people_college, d92.people_schoolclass"
            " RESTART IDENTITY CASCADE"
        )


def run(scale: float) -> list[Row]:
    """Seconds of each way, and what the import adds to memory at half the size and at full size."""
    from tenants.people.aaf.generator import Population, write_feed

    pupils = int(PUPILS * scale)
    with tempfile.TemporaryDirectory(prefix="socle-bench-aaf-") as name:
        whole, half = Path(name) / "whole", Path(name) / "half"
        for folder, count in ((whole, pupils), (half, pupils // 2)):
            write_feed(folder, Population(pupils=count, seed=1, departement="92", school_year=YEAR))
        weight = sum(path.stat().st_size for path in whole.glob("*.xml")) / 2**20
        parsed, first, again, memory = [], [], [], []
        for _round in range(ROUNDS):
            _empty()
            parsed.append(_apart(_parse_only, whole)[0])
            taken, added = _apart(_import, whole)
            first.append(taken)
            memory.append(added)
            again.append(_apart(_import, whole)[0])
        # Half the département disappears: that must not weigh either.
        gone_memory = _apart(_import, half)[1]
        _empty()
        half_memory = _apart(_import, half)[1]
        _empty()
    parse, create, same = map(statistics.median, (parsed, first, again))
    ratio, ratio_again = create / parse, same / parse
    added = statistics.median(memory)
    grown = max(added, gone_memory) / max(half_memory, 1)
    return [
        Row("feed", f"{pupils:,} pupils, {weight:.0f} MiB"),
        Row("parse only", f"{parse:.2f} s"),
        Row("first import", f"{create:.2f} s (×{ratio:.2f})", "≤ 4 × parse only", ratio <= 4),
        Row(
            "the same again",
            f"{same:.2f} s (×{ratio_again:.2f})",
            "≤ 4 × parse only",
            ratio_again <= 4,
        ),
        Row(
            "memory added",
            f"{added:.0f} MiB; {half_memory:.0f} for half the feed; {gone_memory:.0f} when half"
            " disappears",
            "flat (≤ 1.3)",
            grown <= 1.3,
        ),
    ]
