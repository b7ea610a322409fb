"""A world drawn from a seed, lived to the end of its campaign: `simulation`.

`SOCLE_SEEDS=4:5 SOCLE_EVENTS=300` lives given seeds again; `make soak` lives a hundred of 10,000 events.
"""

from __future__ import annotations

import os
import random
import time

import pytest

from federation.passplus import ticketing
from tests.federation.passplus.simulation.living import Broken, live

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


def test_a_world_in_which_a_key_is_not_looked_for_is_found(committed_tenant_db, monkeypatch):
    """If this fails, the test above proves nothing: nobody clicks twice, and nothing dies."""
    read = ticketing._made_before
    monkeypatch.setattr(ticketing, "_made_before", lambda *asked: (read(*asked)[0], None))

    with pytest.raises(Broken, match="SOCLE_SEEDS=1:2"):
        live(1, FEW)
