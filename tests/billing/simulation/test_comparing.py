"""Two prices of the same pupils, as figures that may be told."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from billing.simulation.bands import Band, BandKind, banded
from billing.simulation.comparing import Bin, Outcome, Prices, Row, compared
from billing.simulation.enrolled import EnrolledPupils
from billing.simulation.protection import FEWEST, is_small
from billing.tariffs.batch import UNKNOWN, Population
from billing.tariffs.engine import Basis, Bracket, Brackets, Definition, Linear, Situation, Unit
from tests.billing.tariffs.strategies import grids, linear_rules


def definition(rule: Linear | Brackets, **traits: object) -> Definition:
    return Definition(unit=Unit.MEAL, basis=Basis.CAF_QF, rule=rule, **traits)  # type: ignore[arg-type]


def grid(*bounds_and_prices: tuple[int, int]) -> Brackets:
    """Brackets of (first quotient in euros, price in cents)."""
    starts = [Decimal(start).quantize(Decimal("0.01")) for start, _price in bounds_and_prices]
    lines = [
        Bracket(lower, upper, price)
        for lower, upper, (_start, price) in zip(
            starts, [*starts[1:], None], bounds_and_prices, strict=True
        )
    ]
    return Brackets(upper_inclusive=False, lines=tuple(lines))


STANDING = definition(grid((0, 100), (500, 200), (1000, 400)), cost_cents=1000)


def pupils_of(
    quotients: list[int], *, colleges: list[int] | None = None, meals: int = 100
) -> EnrolledPupils:
    count = len(quotients)
    nobody = Population.of([])
    population = Population.of([Situation()] * count)
    figures = {**population.figures, Basis.CAF_QF: np.array(quotients, dtype=np.int64)}
    return EnrolledPupils(
        population=dataclasses.replace(population, figures=figures),
        others=nobody,
        other_pupils=np.array([], dtype=np.int64),
        meals=np.full(count, meals, dtype=np.int64),
        colleges=np.array(colleges or [0] * count, dtype=np.int64),
        college_names=("Sisley", "Curie", "Zay"),
        levels=np.zeros(count, dtype=np.int64),
        level_names=("6E", "5E"),
    )


def outcome_of(before: Definition, after: Definition, pupils: EnrolledPupils) -> Outcome:
    prices = Prices(
        before=pupils.prices(before, day=None),  # type: ignore[arg-type]
        after=pupils.prices(after, day=None),  # type: ignore[arg-type]
        cost_before_cents=before.cost_cents,
        cost_after_cents=after.cost_cents,
    )
    return compared(prices, pupils, banded(before, after, pupils.population))


def test_a_budget_is_what_families_and_the_departement_pay() -> None:
    pupils = pupils_of([100_00] * 20 + [700_00] * 30 + [UNKNOWN] * 12)
    dearer = definition(grid((0, 100), (500, 250), (1000, 450)), cost_cents=1000)

    outcome = outcome_of(STANDING, dearer, pupils)

    budget = outcome.budget
    assert budget is not None
    assert (budget.pupils, budget.meals) == (62, 6200)
    assert budget.families_before_cents == 100 * (20 * 100 + 30 * 200 + 12 * 400)
    assert budget.families_after_cents == 100 * (20 * 100 + 30 * 250 + 12 * 450)
    assert budget.departement_before_cents == 6200 * 1000 - budget.families_before_cents
    assert budget.departement_after_cents == 6200 * 1000 - budget.families_after_cents
    assert outcome.total is not None
    assert (outcome.total.losers, outcome.total.winners, outcome.total.unchanged) == (42, 0, 20)
    assert (outcome.total.mean_rise_cents, outcome.total.shared_rise_cents) == (50, 50)
    assert outcome.total.families_change_cents == 42 * 50 * 100


def test_pupils_are_told_by_the_brackets_of_the_schedule_that_is_tried() -> None:
    pupils = pupils_of([100_00] * 20 + [700_00] * 30 + [UNKNOWN] * 12)
    cheaper = definition(grid((0, 100), (600, 150), (1000, 400)))

    outcome = outcome_of(STANDING, cheaper, pupils)

    assert [(row.key, row.pupils) for row in outcome.by_band] == [
        (Band(BandKind.QUOTIENT, 0, 600_00), 20),
        (Band(BandKind.QUOTIENT, 600_00, 1000_00), 30),
        (Band(BandKind.NO_PROOF), 12),
    ]
    winners = outcome.by_band[1].breakdown
    assert winners is not None
    assert (winners.winners, winners.mean_fall_cents) == (30, -50)
    assert outcome.distribution == (Bin(-1, 20, 50, 30), Bin(0, 0, 0, 32))
    (profile,) = outcome.profiles
    assert (profile.before_cents, profile.after_cents, profile.at_least) == (200, 150, 11)
    assert profile.period_change_cents == -50 * 100


def test_nothing_is_told_of_a_change_for_ten_pupils() -> None:
    pupils = pupils_of([100_00] * 50 + [700_00] * 10)
    dearer = definition(grid((0, 100), (500, 250), (1000, 400)))

    outcome = outcome_of(STANDING, dearer, pupils)

    assert outcome.is_withheld
    assert outcome.budget is not None
    assert outcome.budget.families_after_cents is None
    assert outcome.total is None
    assert not outcome.by_band
    assert not outcome.profiles


def test_ten_who_pay_less_beside_many_who_pay_more_are_not_told_apart() -> None:
    pupils = pupils_of([100_00] * 50 + [700_00] * 10)
    turned = definition(grid((0, 150), (500, 150), (1000, 400)))

    outcome = outcome_of(STANDING, turned, pupils)

    assert not outcome.is_withheld
    assert outcome.total is None
    assert not outcome.distribution
    assert outcome.budget is not None
    assert outcome.budget.families_after_cents == 60 * 150 * 100


def test_ten_enrolled_pupils_are_not_told_at_all() -> None:
    outcome = outcome_of(STANDING, STANDING, pupils_of([100_00] * 10))

    assert outcome.is_withheld
    assert outcome.budget is None


def test_a_small_college_is_told_with_another() -> None:
    pupils = pupils_of([700_00] * 60, colleges=[0] * 40 + [1] * 15 + [2] * 5)
    dearer = definition(grid((0, 100), (500, 250), (1000, 400)))

    outcome = outcome_of(STANDING, dearer, pupils)

    assert [(row.key, row.pupils) for row in outcome.by_college] == [("Sisley", 40), (None, 20)]


def told_counts(outcome: Outcome) -> list[int]:
    """Every number of pupils that is told, and what remains of a total once all told are taken off."""
    found: list[int] = []
    for rows in (outcome.by_band, outcome.by_college, outcome.by_level):
        found += [row.pupils for row in rows]
        found += _parts_and_remainders(outcome, rows)
    found += [bin_.pupils for bin_ in outcome.distribution]
    found += [profile.at_least for profile in outcome.profiles]
    if outcome.total is not None:
        found += [outcome.total.losers, outcome.total.winners, outcome.total.unchanged]
    return found


def _parts_and_remainders(outcome: Outcome, rows: tuple[Row, ...]) -> list[int]:
    names = ("losers", "winners", "unchanged")
    told = [row.breakdown for row in rows if row.breakdown is not None]
    if outcome.total is None:
        assert not told
        return []
    return [getattr(one, name) for one in told for name in names] + [
        getattr(outcome.total, name) - sum(getattr(one, name) for one in told) for name in names
    ]


@given(
    st.one_of(linear_rules(), grids()),
    st.one_of(linear_rules(), grids()),
    st.lists(st.integers(-1, 3000), max_size=8),
    st.integers(0, 2**32 - 1),
)
def test_no_figure_is_of_fewer_than_eleven_pupils(
    before: Linear | Brackets, after: Linear | Brackets, drawn: list[int], seed: int
) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.integers(0, 120))
    choices = [*drawn, 0, 900]
    quotients = [int(draw.choice(choices)) * 100 if choices else 0 for _ in range(count)]
    pupils = pupils_of(
        [UNKNOWN if one < 0 else one for one in quotients],
        colleges=draw.integers(0, 3, count).tolist(),
    )

    outcome = outcome_of(definition(before), definition(after), pupils)

    assert not any(is_small(number) for number in told_counts(outcome))
    if outcome.budget is None:
        assert count < FEWEST
