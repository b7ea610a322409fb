"""A seed that lives: act after act, clicks that come twice, processes that die; checked by batches."""

from __future__ import annotations

from collections.abc import Callable

from federation.passplus.clearing import standing_with
from tenants.registry import contexts
from tests.federation.passplus.simulation import acts
from tests.federation.passplus.simulation.acts import Act
from tests.federation.passplus.simulation.checks import check
from tests.federation.passplus.simulation.deaths import drawn, dying
from tests.federation.passplus.simulation.world import ENDS, Side, World, build

BATCH = 250
DRAWN: dict[Callable[[World, Side], Act | None], int] = {
    acts.make: 34,
    acts.capture: 28,
    acts.capture_elsewhere: 10,
    acts.cancel: 9,
    acts.grant: 6,
    acts.prove: 3,
    acts.renew: 2,
    acts.beat: 5,
    acts.tell_again: 1,
    acts.settle_month: 2,
    acts.pay_partners: 2,
}


class Broken(AssertionError):
    """Something that must be true is not; says how to see it again."""


def live(seed: int, events: int) -> World:
    """
    Live a seed to the end of its campaign.

    :raises Broken: if the product and the engine answer otherwise, or an invariant does not hold
    """
    world = build(seed, events)
    try:
        while world.done.total() < events:
            _step(world)
            if world.done.total() % min(BATCH, events // 5) == 0:
                check(world)
        _end(world)
    except Exception as error:
        past = "\n  ".join(world.latest)
        again = (
            f"SOCLE_SEEDS={seed}:{seed + 1} SOCLE_EVENTS={events} "
            "make test ARGS=tests/federation/passplus/test_simulation.py"
        )
        raise Broken(f"{error}\n  {past}\nAgain: {again}") from error
    return world


def _step(world: World) -> None:
    world.goes_on()
    side = world.draw.choice(world.sides)
    kind = world.draw.choices(list(DRAWN), list(DRAWN.values()))[0]
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
    chance = world.draw.random()
    if chance < 0.06:
        answer, how = _die(world, act), "again after a death"
    elif chance < 0.10:
        answer, how = act.product(False), "once"
        assert answer == expected, f"{act.words}: {answer}, not {expected} ({how})"
        answer, how = _same(act.product(True), expected), "twice"
    else:
        answer, how = act.product(False), "once"
    world.latest[-1] += f": {answer} ({how})"
    assert answer == expected, f"{act.words}: {answer}, not {expected} ({how})"


def _die(world: World, act: Act) -> str:
    death, answer = drawn(world.draw), ""
    with dying(death):
        answer = act.product(False)
    if not death.came:
        return answer
    world.deaths[death.moment] += 1
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
    check(world)
    for side in world.sides:
        with contexts.tenant(side.schema):
            standing = standing_with(world.other(side).schema)
        assert standing.is_agreed, f"books and shared rows differ: {standing}"
        found = side.life.whereabouts()
        assert (found.purses, found.held) == (0, 0), f"something is left: {found}"
