"""The points at which something is killed, and the kill itself.

A point names an act and a place in it. The place is held open: a lock of ours keeps the act from its
next statement, or a standby that never answers keeps its commit from being acknowledged once it is
written. So the kill comes where it is said, not where a clock happened to stop. The rest is drawn from
the seed: who is killed where several may be, for how long, and what families do meanwhile.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from tests.kill.house import House, wait_for

ISSUE, PREPARE = "issue-run", "prepare-run"


@dataclasses.dataclass(frozen=True)
class Place:
    """Where in an act. `process` is whose statement is kept from `table`; without a table, anywhere."""

    name: str
    act: str  # an act of the console, or what a family does: "pay", "paid", "unheard"
    process: str
    victims: tuple[str, ...]
    table: str = ""
    mode: str = "EXCLUSIVE"
    at_commit: bool = False
    is_long: bool = False  # the month is long work: a worker does it, and is taken up again


DATABASE, WEB, WORKER = ("database",), ("web",), ("worker",)
LINES, PARTS, TRANSFERS = "invoicing_invoiceline", "payments_paymentpart", "ledger_transfer"
DRAFT_LINES, EVENTS, JOURNAL = "invoicing_draftline", "commons_outboxevent", "commons_auditentry"
INVOICES = "invoicing_invoice"
READS = "ACCESS EXCLUSIVE"
PLACES = (
    Place("prepare: lines half written", PREPARE, "web", WEB, DRAFT_LINES),
    Place("prepare: lines half written", PREPARE, "web", DATABASE, DRAFT_LINES),
    Place("prepare: at its commit", PREPARE, "web", DATABASE, EVENTS, at_commit=True),
    Place("issue: before the numbers", ISSUE, "web", WEB, "invoicing_invoicecounter"),
    Place("issue: before the invoices", ISSUE, "web", DATABASE, INVOICES),
    Place("issue: written, before its commit", ISSUE, "web", DATABASE, JOURNAL),
    Place("issue: at its commit", ISSUE, "web", DATABASE, JOURNAL, at_commit=True),
    Place("issue: at its commit", ISSUE, "web", WEB, JOURNAL, at_commit=True),
    Place("issue: anywhere", ISSUE, "web", ("web", "worker", "database")),
    Place("messages: before one is sent", ISSUE, "worker", WORKER, LINES, READS),
    Place("messages: before one is sent", ISSUE, "worker", ("task",), LINES, READS),
    Place("messages: before one is sent", ISSUE, "worker", DATABASE, LINES, READS),
    Place("payment: begun, its parts not written", "pay", "web", WEB, PARTS),
    Place("payment: begun, at its commit", "pay", "web", DATABASE, PARTS, at_commit=True),
    Place("payment: paid, nobody told yet", "paid", "", ("web", "worker")),
    Place("notice: kept, at its commit", "pay", "web", WEB, "payments_notice", at_commit=True),
    Place("notice: being booked", "pay", "worker", WORKER, TRANSFERS),
    Place("notice: booked, at its commit", "pay", "worker", DATABASE, TRANSFERS, at_commit=True),
    Place("no notice, swept: being booked", "unheard", "worker", WORKER, TRANSFERS),
    Place("no notice, swept: at its commit", "unheard", "worker", DATABASE, TRANSFERS, at_commit=True),
    Place("long prepare: half written", PREPARE, "worker", WORKER, DRAFT_LINES, is_long=True),
    Place("long issue: before the invoices", ISSUE, "worker", ("task",), INVOICES, is_long=True),
    Place("long issue: at its commit", ISSUE, "worker", WORKER, JOURNAL, at_commit=True, is_long=True),
    Place("long issue: at its commit", ISSUE, "worker", DATABASE, JOURNAL, at_commit=True, is_long=True),
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Point:
    """A place, and what is drawn for it."""

    number: int
    place: Place
    victims: tuple[str, ...]
    down_seconds: float
    delay_seconds: float

    @property
    def is_worker_held(self) -> bool:
        """Whether the worker must wait until what it is to do is there."""
        return self.place.process == "worker" and not self.place.is_long

    @property
    def draw(self) -> random.Random:
        """What else is drawn, the same each time."""
        return random.Random(f"people {self.number}")


def point(number: int) -> Point:
    """The point of a number; beyond the list, the same places with other victims."""
    draw = random.Random(number)
    place = PLACES[number % len(PLACES)]
    victims = place.victims
    if number >= len(PLACES):
        among = ["web", "worker", "database", "bank"]
        victims = tuple(draw.sample(among, draw.randrange(1, 4)))
    return Point(
        number=number,
        place=place,
        victims=victims,
        down_seconds=draw.uniform(0, 1.5),
        delay_seconds=draw.uniform(0, 0.4),
    )


_STOPPED_BY_US = """
    SELECT pid FROM pg_stat_activity
    WHERE application_name = %s AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


class Strike:
    """The kill of a point: the place is held open, the victims die there, and start again."""

    def __init__(self, house: House, point: Point) -> None:
        self._house = house
        self._point = point
        self._place = point.place
        self._holder: psycopg.Connection[Any] | None = None

    def hold(self) -> None:
        """Close the way to the place, before the act begins."""
        if self._place.table:
            self._holder = self._house.connect()
            self._holder.execute("BEGIN")
            self._holder.execute(f"LOCK TABLE {self._place.table} IN {self._place.mode} MODE")

    def fall(self) -> None:
        """Once the act is there, kill; then start again what was killed."""
        if self._holder is None:
            time.sleep(self._point.delay_seconds)
            self._kill()
        else:
            stopped = wait_for(f"{self._place.name}", self._stopped)
            if self._place.at_commit:
                self._keep_commits_waiting()
                self._holder.execute("ROLLBACK")
                wait_for(f"{self._place.name}, its commit", lambda: self._commits(stopped))
            self._kill()
        time.sleep(self._point.down_seconds)
        self._let_go()
        for victim in self._victims():
            self._house.start_again(victim)
        self._answer_commits()

    def _stopped(self) -> list[int]:
        assert self._holder is not None
        self._holder.execute(
            "SELECT pg_stat_clear_snapshot()"
        )  # else it is read once in a transaction
        rows = self._holder.execute(_STOPPED_BY_US, [self._place.process]).fetchall()
        return [pid for (pid,) in rows]

    def _keep_commits_waiting(self) -> None:
        """From now on a commit is written, and waits for a standby that is not there."""
        with self._house.connect() as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            connection.execute("SELECT pg_reload_conf()")
            wait_for(
                "the setting",
                lambda: (
                    connection.execute("SHOW synchronous_standby_names").fetchone() == ("nobody",)
                ),
            )

    def _commits(self, stopped: list[int]) -> bool:
        return bool(
            self._house.rows(
                "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(%s) AND wait_event = 'SyncRep'",
                stopped,
            )
        )

    def _answer_commits(self) -> None:
        if self._place.at_commit:
            with self._house.connect() as connection:
                connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
                connection.execute("SELECT pg_reload_conf()")

    def _victims(self) -> tuple[str, ...]:
        """The database first: nothing starts without it."""
        return tuple(sorted(self._point.victims))

    def _kill(self) -> None:
        for victim in self._victims():
            self._house.kill(victim)

    def _let_go(self) -> None:
        if self._holder is not None:
            with contextlib.suppress(psycopg.Error):  # the server may be dead
                self._holder.execute("ROLLBACK")
            self._holder.close()


@contextlib.contextmanager
def falling(house: House, point: Point) -> Iterator[Strike]:
    """A strike whose lock ends with the block, whatever happens."""
    strike = Strike(house, point)
    try:
        yield strike
    finally:
        strike._let_go()
