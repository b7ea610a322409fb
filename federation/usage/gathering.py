"""Bring what Redis counted to the département's tables, once, and forget what is over.

The counts are set aside under a number of their own, added in one transaction that keeps that number,
then let go. Whoever is killed between two of these steps leaves a batch that the next one takes up:
added already, it is only let go. Two at once add it once. A sketch is only ever merged with what is kept of
it: twice is once.

Redis that dies takes with it what was not gathered, minutes of visits; a visit that went on counts as
two. The sketches come back from the tables, so that nobody is counted again in their week or month.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from commons.hot_reads import statement
from commons.tenancy import require_tenant
from federation.usage import store
from federation.usage.models import Audience, Gathering, HourlyVisits, PseudonymKey, Window
from federation.usage.windows import GRACE, window_of

# Days and weeks are kept for two years and a month, months for good: they name nobody.
KEPT = datetime.timedelta(days=761)
BATCHES_KEPT = datetime.timedelta(days=1)
_SQL = Path(__file__).parent / "sql"
_AUDIENCE, _HOURS, _POTENTIAL = (
    _SQL / name for name in ("add_audience.sql", "add_hours.sql", "potential.sql")
)
_BATCH = b"batch"
# The counts become a batch with a number, unless one was left; its fields and their values.
_TAKE = """
if redis.call('EXISTS', KEYS[2]) == 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[2], 'batch', ARGV[1])
end
return redis.call('HGETALL', KEYS[2])
"""
# A batch is forgotten, unless another has taken its place.
_LET_GO = """
if redis.call('HGET', KEYS[1], 'batch') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Batch:
    """Counts that were set aside: visits by cell (`WINDOW|START|UAI|PROFILE|KIND|CODE`) and by hour."""

    number: uuid.UUID
    cells: dict[str, int]
    hours: dict[str, int]


def gather(*, at: datetime.datetime, are_examples: bool = False) -> int:
    """
    Add what was counted since the last time, and end the windows that are over; the visits added.

    :raises RedisError: if Redis does not answer; nothing is lost
    """
    added = 0
    while (batch := take()) is not None:
        if keep(batch, at=at, are_examples=are_examples):
            added += sum(batch.hours.values())
        let_go(batch)
    end_windows(at=at)
    return added


def take() -> Batch | None:
    """Set the counts aside, or find those that somebody set aside and did not let go."""
    client = store.client(patience=store.WORKERS_SECONDS)
    keys = (store.key("counts"), store.key("gathering"))
    answer = client.eval(_TAKE, len(keys), *keys, str(uuid.uuid4()))
    if not answer:
        return None
    found: dict[bytes, bytes] = dict(zip(answer[::2], answer[1::2], strict=True))
    number = uuid.UUID(found.pop(_BATCH).decode())
    counts = {name.decode(): int(count) for name, count in found.items()}
    return Batch(number=number, cells=_beginning(counts, "in|"), hours=_beginning(counts, "at|"))


def _beginning(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): count
        for name, count in counts.items()
        if name.startswith(prefix)
    }


def keep(batch: Batch, *, at: datetime.datetime, are_examples: bool = False) -> bool:
    """Add a batch to the tables, unless it is there; whether it was added."""
    sketches = _sketches(batch.cells)
    try:
        with transaction.atomic(durable=True):
            Gathering.objects.create(batch=batch.number, gathered_at=at)
            _add(batch, sketches, are_examples=are_examples)
    except IntegrityError:
        if not Gathering.objects.filter(batch=batch.number).exists():
            raise
        return False
    return True


def let_go(batch: Batch) -> None:
    """Forget a batch, unless another has taken its place."""
    client = store.client(patience=store.WORKERS_SECONDS)
    client.eval(_LET_GO, 1, store.key("gathering"), str(batch.number))


def _sketches(cells: Mapping[str, int]) -> dict[str, tuple[bytes, int]]:
    """The sketch of each cell, merged with what is kept of it, and how many people it has counted."""
    kept = _kept(cells)
    client = store.client(patience=store.WORKERS_SECONDS)
    spare = store.key(f"spare:{uuid.uuid4()}")
    pipe = client.pipeline(transaction=False)
    for cell in cells:
        name = store.sketch_key(cell)
        if cell in kept:
            pipe.set(spare, kept[cell], ex=60)
            pipe.pfmerge(name, name, spare)
        pipe.get(name)
        pipe.pfcount(name)
    pipe.delete(spare)
    answers = iter(pipe.execute())
    found = {}
    for cell in cells:
        if cell in kept:
            next(answers), next(answers)
        found[cell] = (next(answers), next(answers))
    return found


def _kept(cells: Mapping[str, int]) -> dict[str, bytes]:
    starts = {cell.split("|")[1] for cell in cells}
    rows = Audience.objects.filter(starts_on__in=starts, sketch__isnull=False)
    return {
        name: bytes(row.sketch)
        for row in rows
        if row.sketch is not None and (name := _cell_of(row)) in cells
    }


def _cell_of(row: Audience) -> str:
    """A row as the counts of Redis name it."""
    start = row.starts_on.isoformat()
    return "|".join((row.window, start, row.college_uai, row.profile, row.kind, row.service_code))


def _add(batch: Batch, sketches: Mapping[str, tuple[bytes, int]], *, are_examples: bool) -> None:
    """In the order of the cells, so that two who add lock rows in the same order."""
    cells = sorted(batch.cells)
    parts = list(zip(*(cell.split("|") for cell in cells), strict=True)) if cells else []
    hours = sorted(batch.hours)
    days = list(zip(*(hour.split("|") for hour in hours), strict=True)) if hours else []
    with connection.cursor() as cursor:
        if cells:
            cursor.execute(
                _text(_AUDIENCE),
                {
                    **dict(zip(_CELL, map(list, parts), strict=True)),
                    "visits": [batch.cells[cell] for cell in cells],
                    "visitors": [sketches[cell][1] for cell in cells],
                    "sketches": [sketches[cell][0] for cell in cells],
                    "is_example": are_examples,
                },
            )
        if hours:
            cursor.execute(
                _text(_HOURS),
                {
                    "days": list(days[0]),
                    "hours": [int(hour) for hour in days[1]],
                    "profiles": list(days[2]),
                    "visits": [batch.hours[hour] for hour in hours],
                    "is_example": are_examples,
                },
            )


_CELL = ("windows", "starts", "uais", "profiles", "kinds", "codes")


def _text(path: Path) -> str:
    return statement(path, require_tenant().schema_name)


def forget_counts() -> None:
    """Forget what Redis holds of the département: it was counted for tables that are gone."""
    client = store.client(patience=store.WORKERS_SECONDS)
    for key in client.scan_iter(match=f"{store.key('')}*", count=1_000):
        client.delete(key)


def end_windows(*, at: datetime.datetime) -> int:
    """Throw away the keys and the sketches of windows that are over; how many keys."""
    today = timezone.localdate(at - GRACE)
    client = store.client(patience=store.WORKERS_SECONDS)
    ended = 0
    for window in Window:
        running = window_of(window, today).start
        over = Audience.objects.filter(window=window, starts_on__lt=running, sketch__isnull=False)
        names = [store.sketch_key(_cell_of(row)) for row in over.defer("sketch")]
        for start in range(0, len(names), 1_000):
            client.delete(*names[start : start + 1_000])
        over.update(sketch=None)
        keys = PseudonymKey.objects.filter(window=window, starts_on__lt=running)
        ended += keys.delete()[0]
    return ended


@transaction.atomic(durable=True)
def count_people(*, at: datetime.datetime) -> None:
    """Write down how many people could come this month, and have an account; the latest day counts."""
    day = timezone.localdate(at)
    with connection.cursor() as cursor:
        cursor.execute(_text(_POTENTIAL), {"day": day, "month": window_of(Window.MONTH, day).start})


@transaction.atomic(durable=True)
def purge(*, at: datetime.datetime) -> int:
    """Delete days and weeks older than two years, and the numbers of batches added; how many rows."""
    before = timezone.localdate(at) - KEPT
    fine = Audience.objects.filter(window__in=(Window.DAY, Window.WEEK), starts_on__lt=before)
    hours = HourlyVisits.objects.filter(day__lt=before)
    batches = Gathering.objects.filter(gathered_at__lt=at - BATCHES_KEPT)
    return sum(rows.delete()[0] for rows in (fine, hours, batches))
