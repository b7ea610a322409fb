"""A population priced at once pays what the engine decides of each household, to the cent."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tariffs.batch import UNKNOWN, Population, price_all
from billing.tariffs.batch.pricing import times_half_up
from billing.tariffs.engine import (
    Aid,
    Basis,
    Brackets,
    BracketsByChildren,
    Definition,
    InvalidResources,
    Linear,
    MaximumNotOffered,
    Multiple,
    Rule,
    Situation,
    Unit,
    decide,
)
from billing.tariffs.engine.quotients import HIGHEST_QUOTIENT
from billing.tariffs.schedule_files import SCHEDULES_FOLDER, load_schedule
from tests.billing.tariffs.strategies import DAY, any_definitions, definitions, situations

CENT = Decimal("0.01")
SHIPPED = sorted(SCHEDULES_FOLDER.glob("*.yaml"))


def decided(definition: Definition, situation: Situation, *, day: datetime.date = DAY) -> int:
    """What the engine decides when nobody is there to be asked for another choice."""
    try:
        return decide(definition, situation, day=day).unit_price_cents
    except MaximumNotOffered:
        return decide(definition, Situation(), day=day).unit_price_cents


def assert_same(definition: Definition, households: Sequence[Situation]) -> None:
    prices = price_all(definition, Population.of(households), day=DAY)

    assert prices.dtype == np.int64
    assert prices.tolist() == [decided(definition, household) for household in households]


def grids_of(rule: Rule) -> list[Brackets]:
    inner = rule.grid if isinstance(rule, Aid) else rule
    if isinstance(inner, BracketsByChildren):
        return [family.brackets for family in inner.grids]
    return [inner] if isinstance(inner, Brackets) else []


def around_the_bounds(definition: Definition) -> Iterator[Situation]:
    """Households on each bound of a definition and a cent away, of every basis and status."""
    uppers = {line.upper for grid in grids_of(definition.rule) for line in grid.lines}
    if isinstance(definition.rule, Linear):
        rule = definition.rule
        for cents in (rule.minimum_cents, rule.maximum_cents):
            reached = (Decimal(cents).scaleb(-2) / rule.coefficient).quantize(CENT)
            uppers |= {min(reached, HIGHEST_QUOTIENT)}
    figures = {Decimal(0), CENT} | {
        upper + change for upper in uppers if upper is not None for change in (-CENT, 0, CENT)
    }
    for figure, children in itertools.product(sorted(figures), (None, 1, 4, 20)):
        income_cents = int(figure.scaleb(2))
        known = {"children": children, "source": "TAX_NOTICE"}
        yield Situation(basis=Basis.RFR, reference_tax_income_cents=max(0, income_cents), **known)
        for basis in (Basis.FISCAL_QF, Basis.CAF_QF):
            stated = min(max(Decimal(0), figure), HIGHEST_QUOTIENT)
            yield Situation(basis=basis, stated_quotient=stated, **known)
    for statuses, full_price in itertools.product(((), ("RSA",), ("ASE",)), (None, 0, 700)):
        for chooses in (False, True):
            yield Situation(
                statuses=frozenset(statuses), chooses_maximum=chooses, full_price_cents=full_price
            )


@given(st.data())
def test_any_kind_prices_random_households_as_the_engine_does(data: st.DataObject) -> None:
    definition = data.draw(any_definitions())

    assert_same(definition, data.draw(st.lists(situations(definition), min_size=1, max_size=6)))


@given(any_definitions())
def test_any_kind_prices_households_on_its_bounds_as_the_engine_does(
    definition: Definition,
) -> None:
    assert_same(definition, list(around_the_bounds(definition)))


@given(
    definitions(),
    st.decimals("0.000000000001", "9.999999999999", places=12),
    st.decimals("0.0001", "20", places=4),
    st.lists(st.integers(0, int(HIGHEST_QUOTIENT.scaleb(2))), min_size=1, max_size=20),
)
def test_the_finest_rates_and_factors_are_exact_up_to_the_highest_quotient(
    definition: Definition, coefficient: Decimal, factor: Decimal, cents: list[int]
) -> None:
    rule = Linear(coefficient=coefficient, minimum_cents=0, maximum_cents=99_999_999_99)
    finest = dataclasses.replace(
        definition, rule=rule, cost_cents=None, multiple=Multiple(of="half_board", factor=factor)
    )
    households = [
        Situation(basis=definition.basis, stated_quotient=Decimal(one).scaleb(-2), source="API")
        for one in cents
    ]

    assert_same(finest, households)


@given(
    st.lists(st.integers(0, 10**12), min_size=1, max_size=20),
    st.fractions(0, 10**6, max_denominator=10**12),
)
def test_a_rounded_product_is_exact_in_64_bits_and_beyond(
    cents: list[int], factor: Fraction
) -> None:
    rounded = times_half_up(np.array([min(one, 10**9) for one in cents]), min(factor, Fraction(9)))

    exact = [min(one, 10**9) * min(factor, Fraction(9)) for one in cents]
    assert rounded.tolist() == [int(product + Fraction(1, 2)) for product in exact]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_schedule_prices_households_on_its_bounds_as_the_engine_does(path) -> None:
    for definition in load_schedule(path).services.values():
        assert_same(definition, list(around_the_bounds(definition)))


def test_a_modifier_counts_on_its_days_only() -> None:
    (definition,) = load_schedule(SCHEDULES_FOLDER / "91-2019.yaml").services.values()
    (modifier, *_others) = definition.modifiers
    households = list(around_the_bounds(definition))
    population = Population.of(households)
    days = [modifier.starts_on - datetime.timedelta(days=1), modifier.starts_on, modifier.ends_on]

    for day in days:
        expected = [decided(definition, household, day=day) for household in households]
        assert price_all(definition, population, day=day).tolist() == expected
    prices = [price_all(definition, population, day=day).tolist() for day in days]
    assert prices[0] != prices[1] != prices[2] == prices[0]
    assert price_all(definition, population).tolist() == prices[0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("children", 21),
        ("children", 0),
        ("full_price_cents", -2),
        ("FISCAL_QF", 10**9),
        ("RFR", 10**10 + 1),
        ("CAF_QF", -2),
    ],
)
def test_an_impossible_household_is_refused(field: str, value: int) -> None:
    one = Population.of([Situation()])
    changed = np.array([value], dtype=np.int64)
    traits = {field: changed}
    if field in list(Basis):
        traits = {"figures": {**one.figures, Basis(field): changed}}

    with pytest.raises(InvalidResources) as refusal:
        dataclasses.replace(one, **traits)
    assert refusal.value.details["field"] == field


@pytest.mark.parametrize(
    "traits",
    [
        {"children": np.array([1.0])},
        {"children": np.array([1, 2])},
        {"chooses_maximum": np.array([1])},
        {"statuses": {"RSA": np.array([True, False])}},
        {"figures": {}},
    ],
)
def test_arrays_of_another_kind_are_refused(traits: dict[str, object]) -> None:
    one = Population.of([Situation(children=2)])

    with pytest.raises(ValueError, match="must be"):
        dataclasses.replace(one, **traits)


def test_nobody_is_priced_as_nobody() -> None:
    definition = Definition(
        unit=Unit.MEAL,
        basis=Basis.CAF_QF,
        rule=Linear(coefficient=Decimal("0.005"), minimum_cents=64, maximum_cents=700),
    )

    assert price_all(definition, Population.of([])).tolist() == []
    assert UNKNOWN < 0
