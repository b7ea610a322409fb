"""A seed that lives: act after act, clicks that come twice, processes that die; checked by batches.

The same seed gives the same acts and the same answers: nothing is drawn elsewhere, what a process keeps for
some seconds is kept for ever, and PostgreSQL draws from the seed too. A death is at a statement, counted:
what a process has read before may move it by one or two.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import gc
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from django.db.backends.signals import connection_created

from commons import outbox
from federation.passplus.clearing import standing_with
from tenants.registry import contexts, directory
from tenants.registry.backend.base import close_kept
from tests.federation.passplus.simulation import acts, agents, neighbours, tills
from tests.federation.passplus.simulation.acts import Act
from tests.federation.passplus.simulation.checks import check
from tests.federation.passplus.simulation.deaths import drawn, dying
from tests.federation.passplus.simulation.world import ENDS, Side, World, build

DIES, TWICE = 0.06, 0.06  # how often a process dies, or somebody clicks twice
BATCH = 250
BATCHES = 400  # at most, but for the last: each asks questions of whole tables
WHOLE_EVERY = 10
OFTEN: dict[Callable[[World, Side], Act | None], int] = {
    acts.make: 330,
    tills.capture: 230,
    tills.capture_directly: 20,
    tills.capture_elsewhere: 75,
    tills.undo: 20,
    tills.send: 20,
    acts.cancel: 90,
    acts.grant: 60,
    acts.prove: 30,
}
# What is done for everybody at once, or by few: no oftener in a long life than in one of some events.
SELDOM: dict[Callable[[World, Side], Act | None], int] = {
    acts.renew: 15,
    acts.beat: 50,
    acts.tell_again: 10,
    tills.begin_offline: 15,
    tills.end_offline: 10,
    agents.pay_partners: 20,
    agents.return_payout: 12,
    agents.dispute: 8,
    agents.ask: 15,
    agents.ask_undoing: 8,
    agents.decide: 25,
    agents.pay_more_or_less: 5,
    neighbours.settle_month: 20,
    neighbours.propose: 4,
    neighbours.sign: 5,
    neighbours.end: 3,
}
SELDOM_IS_AT_MOST = 5_000  # of each thousand of `SELDOM`'s weights
HURRIED = {
    "ask": agents.ask,
    "capture": tills.capture,
    "decide": agents.decide,
    "undo": tills.undo,
}


class Broken(AssertionError):
    """Something that must be true is not; says how to see it again."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A life: its seed, how many events, after how many it is checked; where what broke is written."""

    seed: int
    events: int
    batch: int = 0
    report: Path | None = None
    say: Callable[[str], None] = lambda _line: None

    @property
    def checked_every(self) -> int:
        """As many events, unless told otherwise: fewer in a short life, and in a long one more."""
        return self.batch or max(min(BATCH, self.events // 5), self.events // BATCHES, 1)

    @property
    def again(self) -> str:
        """What lives it again."""
        return (
            f"SOCLE_SEEDS={self.seed}:{self.seed + 1} SOCLE_EVENTS={self.events} "
            f"SOCLE_BATCH={self.checked_every} "
            "make test ARGS=tests/federation/passplus/test_simulation.py"
        )


def live(asked: Asked) -> World:
    """
    Live a seed to the end of its campaign.

    :raises Broken: if the product and the engine answer otherwise, or an invariant does not hold
    """
    with _alike(asked.seed):
        world = build(asked.seed, asked.events)
        neighbours.agree_all(world)
        weights = _weights(asked.events)
        gc.freeze()  # what is built lives as long as the world: it is not looked at again
        started, checked = time.monotonic(), 0
        try:
            while world.done.total() < asked.events:
                _step(world, weights)
                if world.done.total() % asked.checked_every == 0:
                    batch = world.done.total() // asked.checked_every
                    check(world, is_whole=batch % WHOLE_EVERY == 0)
                    checked = world.done.total()
                    gc.freeze()
                    asked.say(_progress(asked, world, time.monotonic() - started))
            _end(world)
        except Exception as error:
            raise _broken(asked, world, checked, error) from error
    return world


def _progress(asked: Asked, world: World, taken: float) -> str:
    done, now = world.done.total(), datetime.datetime.now(datetime.UTC)
    return (
        f"{now:%Y-%m-%d %H:%M:%S} UTC, seed {asked.seed}: {done:,} of {asked.events:,} events, every "
        f"invariant checked; {done / taken:.0f} a second; in the world it is {world.at:%Y-%m-%d}; "
        f"{world.deaths.total():,} deaths"
    )


def _broken(asked: Asked, world: World, checked: int, error: Exception) -> Broken:
    """What broke, between which events, after what, and how to see it again; written to a file too."""
    done = world.done.total()
    past = "\n  ".join(world.latest)
    told = (
        f"{type(error).__name__}: {error}\n"
        f"Between events {checked} (all was well) and {done}, of seed {asked.seed}. The latest:\n"
        f"  {past}\nAgain: {asked.again}"
    )
    if asked.report is not None:
        asked.report.parent.mkdir(parents=True, exist_ok=True)
        asked.report.write_text(told + "\n")
        told += f"\nWritten in {asked.report}"
    return Broken(told)


@contextlib.contextmanager
def _alike(seed: int) -> Iterator[None]:
    """The same seed sees the same: in what PostgreSQL draws, and in what a process remembers."""
    drawn = random.Random(seed)

    def draw(sender: Any, connection: Any, **_: Any) -> None:
        connection.connection.prepared_max = 1_000  # this process asks all that all others do
        with connection.connection.cursor() as cursor:
            cursor.execute("SELECT setseed(%s)", [drawn.uniform(-1, 1)])

    connection_created.connect(draw, weak=False, dispatch_uid="simulation")
    try:
        with (
            mock.patch.object(directory, "KEPT_SECONDS", float("inf")),
            mock.patch.object(outbox, "_wake", None),  # `acts.beat` is the worker
        ):
            directory.forget()
            close_kept()  # a session that was there before was given no draw
            yield
    finally:
        gc.unfreeze()
        connection_created.disconnect(dispatch_uid="simulation")
        directory.forget()


def _weights(events: int) -> dict[Callable[[World, Side], Act | None], float]:
    share = min(1.0, SELDOM_IS_AT_MOST / events)
    return {**OFTEN, **{kind: weight * share for kind, weight in SELDOM.items()}}


def _step(world: World, weights: dict[Callable[[World, Side], Act | None], float]) -> None:
    world.goes_on()
    if world.soon and world.draw.random() < 0.9:
        name, side = world.soon.popleft()
        kind = HURRIED[name]
    else:
        side = world.draw.choice(world.sides)
        (kind,) = world.draw.choices(list(weights), list(weights.values()))
    with contexts.tenant(side.schema):
        act = kind(world, side)
        world.done[kind.__name__] += 1
        if act is not None:
            _do(world, act)


def _do(world: World, act: Act) -> None:
    """Ask the engine once and the product as it comes: once, twice, or again after a death."""
    world.latest.append(
        f"#{world.done.total()} {world.clock(act.side)} d{act.side.code} {act.words}"
    )
    expected = act.engine()
    world.latest[-1] += f" → {expected}"
    world.answers[expected] += 1
    chance = world.draw.random()
    if chance < DIES:
        answer, how = _die(world, act), "again after a death"
    elif chance < DIES + TWICE:
        answer, how = act.product(False), "once"
        assert answer == expected, f"{act.words}: {answer}, not {expected} ({how})"
        answer, how = _same(act.product(True), expected), "twice"
    else:
        answer, how = act.product(False), "once"
    world.latest[-1] += f": {answer} ({how})"
    assert answer == expected, f"{act.words}: {answer}, not {expected} ({how})"


def _die(world: World, act: Act) -> str:
    death, answer = drawn(world.draw), ""
    passes = (
        world.draw.random() < 0.5
    )  # a worker, before anybody asks again; drawn whether it dies or not
    with dying(death):
        answer = act.product(False)
    if not death.came:
        return answer
    world.deaths[death.moment] += 1
    directory.forget()
    if passes:
        for side in world.sides:
            with contexts.tenant(side.schema):
                acts.exchange(side, world)
    return act.product(True)


def _same(answer: str, expected: str) -> str:
    """A card that was granted at the first click is said to be granted at the second."""
    return "done" if (answer, expected) == ("PASSPLUS_CARD_GRANTED", "done") else answer


def _end(world: World) -> None:
    """All days pass: nothing is left in purses nor on tickets."""
    world.at = max(world.at, ENDS)
    for side in world.sides:
        with contexts.tenant(side.schema):
            act = acts.beat(world, side)
            act.engine()
            act.product(False)
    check(world, is_whole=True)
    for side in world.sides:
        with contexts.tenant(side.schema):
            for other in world.sides:
                if other is not side:
                    standing = standing_with(other.schema)
                    assert standing.is_agreed, f"books and shared rows differ: {standing}"
        found = side.life.whereabouts()
        assert (found.purses, found.held) == (0, 0), f"something is left: {found}"
