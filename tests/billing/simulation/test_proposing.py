"""A grid that keeps a budget and limits with the fewest losers: the best there is, and proved."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.simulation.proposing import (
    LAST_QUOTIENT_CENTS,
    Limits,
    LimitsUnfit,
    NoSuchGrid,
    ProofFailed,
    check_every_cent,
    propose,
    with_prices,
)
from billing.simulation.solving import Program, keeps, solved
from billing.simulation.trying import Asked, NotComparable, simulate
from billing.tariffs.engine import Definition, StatusPrice
from billing.tariffs.operations import publish_schedule
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    ScheduleFile,
    ServiceName,
    load_schedule,
    published_schedule,
)
from commons.periods import Period
from tests.factories.canteen import make_college, make_enrolment, make_family
from tests.factories.tariffs import ACTOR, AT, make_resources

MEAL = ServiceName.HALF_BOARD
AUTUMN = Period(datetime.date(2025, 9, 1), datetime.date(2026, 1, 1))
ASKED = Asked(service=MEAL, period=AUTUMN, proofs_on=AUTUMN.start)
GRID = load_schedule(SCHEDULES_FOLDER / "94-2025.yaml")


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A few brackets, a few candidates, some pupils of random prices."""
    brackets, count = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    prices = np.arange(count, dtype=np.int64) * 5 + draw(st.integers(0, 20))
    tables = np.zeros((3, brackets, count), dtype=np.int64)
    for bracket in range(brackets):
        pupils = draw(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=6))
        for rank, price in enumerate(prices.tolist()):
            for today, meals in pupils:
                rise = max(0, price - today)
                tables[:, bracket, rank] += [rise > 0, rise * meals, price * meals]
    highest = [draw(st.integers(0, count - 1)) for _bracket in range(brackets)]
    most = int(tables[2].max(axis=1).sum())
    at_least = draw(st.integers(0, most + 1))
    return Program(
        prices=prices,
        losers=tables[0],
        rises=tables[1],
        families=tables[2],
        highest=np.array(highest, dtype=np.int64),
        largest_step=draw(st.sampled_from([None, 1, 2])),
        at_least_cents=at_least,
        at_most_cents=draw(st.sampled_from([None, at_least + 20])),
    )


@settings(max_examples=60)
@given(programs())
def test_no_other_grid_has_fewer_losers_nor_milder_rises(program: Program) -> None:
    every = itertools.product(range(len(program.prices)), repeat=program.brackets)
    ways = [np.array(ranks, dtype=np.int64) for ranks in every]
    kept = [ranks for ranks in ways if keeps(program, ranks)]

    found = solved(program)

    assert (found is not None) == bool(kept)
    if found is not None:
        assert keeps(program, found.ranks)
        least = min(
            (program.total(program.losers, one), program.total(program.rises, one)) for one in kept
        )
        mine = (
            program.total(program.losers, found.ranks),
            program.total(program.rises, found.ranks),
        )
        assert mine == least
        assert found.fewest_losers == least[0]


def publish(schedule: ScheduleFile = GRID) -> None:
    publish_schedule(schedule=schedule, actor=ACTOR, at=AT)


def enrol(*quotients: int | None, **traits: Any) -> None:
    college = make_college()
    for quotient in quotients:
        family = make_family(college=college, school_year=2025)
        make_enrolment(family, school_year=2025, start_on=datetime.date(2025, 9, 1))
        if quotient is not None:
            make_resources(
                family.household,
                basis="CAF_QF",
                proof_kind="CAF_CERTIFICATE",
                quotient_familial=Decimal(quotient),
                **traits,
            )


def spent() -> int:
    """What families pay over the period today, in cents."""
    budget = simulate(asked=ASKED, schedule=GRID).outcome.budget
    assert budget is not None
    return budget.families_before_cents


def limits(**traits: Any) -> Limits:
    return Limits(**{"families_at_least_cents": 0, "highest_cents": 700, **traits})


@pytest.mark.usefixtures("tenant_db")
def test_today_is_the_best_grid_for_the_budget_of_today() -> None:
    publish()
    enrol(*[100] * 6, *[1000] * 6, *[2000] * 6, None)

    proposal = propose(asked=ASKED, schedule=GRID, limits=limits(families_at_least_cents=spent()))

    assert (proposal.losers, proposal.fewest_losers, proposal.is_best) == (0, 0, True)
    assert proposal.families_after_cents >= proposal.families_before_cents == spent()
    assert proposal.checked_quotients == LAST_QUOTIENT_CENTS + 1 == 300_001


@pytest.mark.usefixtures("tenant_db")
def test_more_money_comes_from_the_fewest_and_within_every_limit() -> None:
    publish()
    enrol(*[100] * 9, *[1000] * 4, *[2000] * 6)
    more = spent() * 102 // 100
    asked_limits = limits(
        families_at_least_cents=more,
        largest_step_cents=120,
        largest_rise_cents=60,
        kept_brackets=2,
        multiple_cents=10,
    )

    proposal = propose(asked=ASKED, schedule=GRID, limits=asked_limits)

    # Four pupils of 1,000 euros pay 2.10: 60 cents more of each is enough.
    assert proposal.losers == 4
    assert proposal.is_best
    assert proposal.families_after_cents >= more
    prices = proposal.prices_cents
    assert not any(price % 10 for price in prices)
    assert all(0 <= after - before <= 120 for before, after in itertools.pairwise(prices))
    assert prices[0] <= 115
    assert prices[1] <= 155
    tried = simulate(asked=ASKED, schedule=proposal.schedule).outcome.budget
    assert tried is not None
    assert tried.families_after_cents == proposal.families_after_cents


@pytest.mark.usefixtures("tenant_db")
@pytest.mark.parametrize(
    ("traits", "loosen"),
    [
        ({"families_at_least_cents": 10**9}, {"BUDGET", "HIGHEST"}),
        ({"largest_rise_cents": 0, "more": 1}, {"BUDGET", "RISE"}),
        ({"kept_brackets": 10, "more": 1}, {"BUDGET", "KEPT_BRACKETS"}),
    ],
)
def test_limits_that_cannot_all_hold_are_named(traits: dict[str, int], loosen: set[str]) -> None:
    publish()
    enrol(*[100] * 6, *[1000] * 6)
    more = traits.pop("more", 0)
    if more:
        traits["families_at_least_cents"] = spent() + more

    with pytest.raises(NoSuchGrid) as refusal:
        propose(asked=ASKED, schedule=GRID, limits=limits(**traits))

    named = set(refusal.value.details["loosen"])
    assert loosen <= named
    assert refusal.value.details["reachable_cents"] < limits(**traits).families_at_least_cents


@pytest.mark.usefixtures("tenant_db")
def test_what_is_no_grid_for_a_meal_is_refused() -> None:
    publish()
    rate = published_schedule("92")
    passager = dataclasses.replace(GRID, services={ServiceName.PASSAGER: GRID.services[MEAL]})

    for schedule, reason in ((rate, "GRID"), (passager, "SERVICE")):
        with pytest.raises(NotComparable) as refusal:
            propose(asked=ASKED, schedule=schedule, limits=limits())
        assert refusal.value.details["reason"] == reason


@pytest.mark.usefixtures("tenant_db")
@pytest.mark.parametrize(
    ("traits", "reason"),
    [
        ({"lowest_cents": 800}, "PRICES"),
        ({"multiple_cents": 3}, "PRICES"),
        ({"highest_cents": 1200, "multiple_cents": 1, "lowest_cents": -1}, "PRICES"),
    ],
)
def test_limits_that_contradict_themselves_are_refused(traits: dict[str, int], reason: str) -> None:
    publish()

    with pytest.raises(LimitsUnfit) as refusal:
        propose(asked=ASKED, schedule=GRID, limits=limits(**traits))

    assert refusal.value.details["reason"] == reason


def half_board() -> Definition:
    return GRID.services[MEAL]


def test_a_status_that_pays_a_bracket_follows_it() -> None:
    linked = dataclasses.replace(half_board(), statuses=(StatusPrice("RSA", 115, bracket=1),))

    moved = with_prices(linked, range(10, 20))

    assert moved.statuses == (StatusPrice("RSA", 10, bracket=1),)


@pytest.mark.parametrize(
    ("prices", "traits"),
    [
        ([100, 90, *[200] * 8], {}),
        ([100] * 5 + [300] * 5, {"largest_step_cents": 150}),
        ([100] * 10, {"lowest_cents": 105}),
        ([100] * 9 + [705], {}),
        ([101] * 10, {}),
    ],
)
def test_the_proof_fails_on_a_grid_that_breaks_a_limit(
    prices: list[int], traits: dict[str, int]
) -> None:
    with pytest.raises(ProofFailed):
        check_every_cent(with_prices(half_board(), prices), limits(**traits))
