"""Killed at any point, a month of invoices and its payments end right: nothing missing, doubled, misnumbered.

`make kill` plays them all; each takes half a minute or more, so a run of the tests plays none. A point is
told by its number, and can be played again alone: `KILLS=6:7 make kill`. Numbers beyond the list are the
same places with other victims.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from socle.places import base_dir
from tests.kill import checks
from tests.kill.apps import LONG
from tests.kill.house import House, house_of_its_own, make_template, stamp, wait_for
from tests.kill.people import Agent, Errand, Parent
from tests.kill.points import ISSUE, PREPARE, Point, Strike, falling, point
from tests.kill.seed import PAYERS
from tests.plugin import locked

PARENTS = 4
CROWD = ThreadPoolExecutor(PARENTS + 1)


def numbers() -> tuple[int, ...]:
    """Which points: those asked for."""
    first, _, last = os.environ.get("SOCLE_KILLS", "0:0").partition(":")
    return tuple(range(int(first), int(last)))


@pytest.fixture(scope="session")
def template() -> Path:
    """What every point begins with: made once, kept until the schema or the seeds change."""
    folder = base_dir() / f"kill-{stamp()}"
    with locked(base_dir() / "kill.lock"):
        if not (folder / "made").exists():
            for old in base_dir().glob("kill-*"):
                shutil.rmtree(old, ignore_errors=True)
            folder.mkdir(parents=True)
            folder.chmod(0o755)
            make_template(folder)
            (folder / "made").touch()
    return folder


@pytest.fixture
def house(template: Path, number: int) -> Iterator[House]:
    variables = {LONG: "1"} if point(number).place.is_long else {}
    with house_of_its_own(template, **variables) as found:
        yield found


def errands(house: House, draw: random.Random) -> list[Errand]:
    """What each parent is to do. The first pays by card and never comes back from the bank."""
    waiting = house.rows(
        """SELECT account.email, invoice.public_id::text FROM invoicing_invoice AS invoice
           JOIN people_guardian AS payer ON payer.id = invoice.payer_id
           JOIN accounts_user AS account ON account.id = payer.user_id
           ORDER BY invoice.number"""
    )
    assert len(waiting) >= PAYERS
    chosen = draw.sample(waiting, PARENTS)
    first = Errand(*chosen[0], how=("card",), comes_back=False)
    ways = (("card",), ("declined", "card"), ("debit",))
    others = [
        Errand(*one, how=draw.choice(ways), comes_back=draw.random() < 0.5) for one in chosen[1:]
    ]
    return [first, *others]


def strike_an_act(house: House, struck: Point, strike: Strike, agent: Agent) -> Future[None]:
    """Kill in an act of the console, or in what the worker does after it."""
    agent.watched = struck.place.act
    first = CROWD.submit(agent.issue_the_month)
    wait_for(f"{struck.place.name}: the act", agent.begins.is_set)
    if struck.is_worker_held:
        house.freeze("worker")
        agent.may_go_on.set()
        first.result()
        strike.hold()
        house.freeze("worker", again=True)
    else:
        strike.hold()
        agent.may_go_on.set()
    strike.fall()
    return first


def strike_a_payment(house: House, struck: Point, strike: Strike, parent: Parent) -> Future[None]:
    """Kill in what a parent asks, or in what is heard of it."""
    if struck.place.act == "unheard":
        house.lose_notices()
    if struck.is_worker_held:
        house.freeze("worker")
    else:
        strike.hold()
    first = CROWD.submit(parent.pay)
    if struck.is_worker_held or not struck.place.table:
        wait_for(f"{struck.place.name}: the payment", parent.has_paid.is_set)
    if struck.is_worker_held:
        strike.hold()
        house.freeze("worker", again=True)
    strike.fall()
    return first


@pytest.mark.parametrize("number", numbers())
def test_nothing_is_missing_doubled_or_misnumbered(number: int, house: House) -> None:
    struck = point(number)
    agent = Agent(house)
    parents = [Parent(house, errand) for errand in errands(house, struck.draw)]

    is_console = struck.place.act in (PREPARE, ISSUE)
    with falling(house, struck) as strike:
        if is_console:
            first = strike_an_act(house, struck, strike, agent)
        else:
            first = strike_a_payment(house, struck, strike, parents[0])
    rest = [one.pay for one in parents] if is_console else [one.pay for one in parents[1:]]
    rest += [] if is_console else [agent.issue_the_month]
    for done in [first, *(CROWD.submit(one) for one in rest)]:
        done.result()
    wait_for("quiet", lambda: checks.is_quiet(house))

    assert house.check_alive()
    assert checks.everything(house) == []
    _again_changes_nothing(house, agent)


def _again_changes_nothing(house: House, agent: Agent) -> None:
    """Every event told once more, every payment asked about, the month asked for again."""
    before = checks.as_it_stands(house)
    house.rows("UPDATE payments_payment SET checked_at = NULL RETURNING id")
    house.rows("UPDATE commons_outboxevent SET delivered_at = NULL, attempts = 0 RETURNING id")

    assert "déjà" in agent.ask_to_issue_again()
    wait_for("quiet again", lambda: checks.is_quiet(house))

    assert checks.as_it_stands(house) == before
    assert checks.everything(house) == []
