"""A world drawn from a seed, lived to the end of its campaign: `simulation`.

`SOCLE_SEEDS=4:5 SOCLE_EVENTS=300` lives given seeds again; `make soak` lives a hundred of 10,000 events.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.federation.passplus.simulation.living import live

FEW = 150
MANY = 10_000


def seeds() -> list[int | None]:
    """Those asked for, or one that nobody has seen: the test draws it."""
    asked = os.environ.get("SOCLE_SEEDS")
    if not asked:
        return [None]
    first, _, last = asked.partition(":")
    return list(range(int(first), int(last)))


@pytest.mark.parametrize("seed", seeds())
def test_a_world_drawn_from_a_seed_never_loses_a_cent(committed_tenant_db, capsys, seed):
    events = int(os.environ.get("SOCLE_EVENTS", FEW if seed is None else MANY))
    start = time.monotonic()

    world = live(random.randrange(10**6) if seed is None else seed, events)

    taken = time.monotonic() - start
    assert world.done["capture"]
    if seed is not None:
        with capsys.disabled():
            deaths = ", ".join(
                f"{count} {moment}" for moment, count in sorted(world.deaths.items())
            )
            print(f"\nseed {seed}: {events} events, {events / taken:.0f} a second; died: {deaths}")
