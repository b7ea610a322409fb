"""A world drawn from a seed, lived to the end of its campaign: `simulation`.

`SOCLE_SEEDS=4:5 SOCLE_EVENTS=300` lives given seeds again; `make soak` lives twenty of 50,000. What broke is
written in `var/test/simulation`, with how to see it again; `SOCLE_BATCH=1` then finds after which event.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from federation.passplus import ticketing
from socle.places import default_data_dir
from tenants.registry.backend.base import close_kept
from tests.federation.passplus.simulation.living import Asked, Broken, live
from tests.federation.passplus.simulation.third import yvelines
from tests.fixtures import empty_tenants

SHORT = 120
FEW = 400
MANY = 10_000


def seeds() -> list[int | None]:
    """Those asked for, or one that nobody has seen: the test draws it."""
    asked = os.environ.get("SOCLE_SEEDS")
    if not asked:
        return [None]
    first, _, last = asked.partition(":")
    return list(range(int(first), int(last)))


@pytest.fixture
def three_departements(committed_tenant_db):
    """Hauts-de-Seine, Val-de-Marne and Yvelines."""
    with yvelines(os.environ["DATABASE_OWNER_URL"]):
        yield
        close_kept()


def say(line: str) -> None:
    """How far it is: to the file of SOCLE_LOG, for who follows a long life."""
    if path := os.environ.get("SOCLE_LOG"):
        with Path(path).open("a") as file:
            file.write(line + "\n")


def asked_for(seed: int, events: int) -> Asked:
    report = default_data_dir("test") / "simulation" / f"seed-{seed}-events-{events}.txt"
    batch = int(os.environ.get("SOCLE_BATCH", "0"))
    return Asked(seed, events, batch=batch, report=report, say=say)


@pytest.mark.parametrize("seed", seeds())
def test_a_world_drawn_from_a_seed_never_loses_a_cent(three_departements, capsys, seed):
    events = int(os.environ.get("SOCLE_EVENTS", FEW if seed is None else MANY))
    start = time.monotonic()

    world = live(asked_for(random.randrange(10**6) if seed is None else seed, events))

    taken = time.monotonic() - start
    assert world.done["capture"]
    if seed is not None:
        told = (
            f"seed {seed}: {events:,} events, {events / taken:.0f} a second\n"
            f"  asked: {dict(world.done.most_common())}\n"
            f"  answered: {dict(world.answers.most_common(25))}\n"
            f"  died: {dict(world.deaths)}"
        )
        say(told)
        with capsys.disabled():
            print(f"\n{told}")


def test_a_seed_lived_twice_is_one_life(committed_tenant_db):
    """The same acts and answers, whatever the identifiers, the hour and the moments of deaths."""
    lives: list[tuple[object, ...]] = []
    for _ in range(2):
        with yvelines(os.environ["DATABASE_OWNER_URL"]):
            world = live(Asked(11, SHORT))
            lives.append((list(world.latest), world.answers, world.at))
            close_kept()
            empty_tenants(os.environ["DATABASE_OWNER_URL"])

    for one, other in zip(*lives, strict=True):
        assert one == other


def test_a_world_in_which_a_key_is_not_looked_for_is_found(three_departements, monkeypatch):
    """If this fails, the test above proves nothing: nobody clicks twice, and nothing dies."""
    read = ticketing._made_before
    monkeypatch.setattr(ticketing, "_made_before", lambda *asked: (read(*asked)[0], None))

    with pytest.raises(Broken, match="SOCLE_SEEDS=1:2"):
        live(Asked(1, FEW))
