"""The prices of a population: the twin of `engine.deciding`, over arrays.

Every branch of `engine.decide` has its line here, and a property test holds the two together over
random schedules and households. Order matters as it does there: statuses, the chosen maximum, the
figure, what holds without proof; then the multiple, then what changes prices on that day.

Everything is an integer. A rate is a fraction: quotient × coefficient, rounded half up, is
(2 × quotient × numerator + denominator) ÷ (2 × denominator), rounded down, which is exact.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np

from billing.tariffs.batch.population import UNKNOWN, BoolArray, IntArray, Population
from billing.tariffs.engine.aids import Aid
from billing.tariffs.engine.definition import Definition, WithoutProof
from billing.tariffs.engine.kinds import Brackets, BracketsByChildren, Linear, Rule
from billing.tariffs.engine.quotients import Reading

_TOO_BIG = 2**63
_HIGHEST = _TOO_BIG - 1


def price_all(
    definition: Definition, population: Population, *, day: datetime.date | None = None
) -> IntArray:
    """What each household pays, in cents, on a day where the schedule has modifiers.

    For each it is `engine.decide(…).unit_price_cents`. Where a family chose the maximum and the
    schedule has no such choice, it pays what one pays without proof, as `timeline.decided` has it
    when nobody is there to be asked.
    """
    amounts, is_price = _found(definition, population)
    if definition.multiple is not None:
        amounts = times_half_up(amounts, Fraction(definition.multiple.factor))
    for modifier in definition.modifiers:
        if day is not None and modifier.holds_on(day):
            changed = np.maximum(modifier.floor_cents, amounts + modifier.change_cents)
            amounts = np.where(is_price, changed, amounts)
    return amounts


def times_half_up(cents: IntArray, factor: Fraction) -> IntArray:
    """Amounts that are not negative, times a factor, rounded half up to cents.

    In 64 bits where every product fits in them, else in integers without end.
    """
    numerator, denominator = factor.numerator, factor.denominator
    highest = max(1, int(cents.max(initial=0)))
    if 2 * highest * numerator + denominator < _TOO_BIG and 2 * denominator < _TOO_BIG:
        return (cents * (2 * numerator) + denominator) // (2 * denominator)
    exact = cents.astype(object)
    return ((exact * (2 * numerator) + denominator) // (2 * denominator)).astype(np.int64)


def _found(definition: Definition, population: Population) -> tuple[IntArray, BoolArray]:
    """What the rule, or what comes before it, makes of each; and whether it is a price, or an aid."""
    chooses = population.chooses_maximum
    amounts, is_price = _by_figures(definition, population)
    if definition.may_choose_maximum:
        amounts = np.where(chooses, definition.rule.highest_cents, amounts)
        is_price &= ~chooses | (not definition.is_aid)
    for status in reversed(definition.statuses):
        proved = population.statuses.get(status.status)
        if proved is not None:
            amounts = np.where(proved, status.price_cents, amounts)
            is_price |= proved
    return amounts, is_price


def _by_figures(definition: Definition, population: Population) -> tuple[IntArray, BoolArray]:
    """What the figures give; a family that chose the maximum is taken to have given none."""
    rule = definition.rule
    if not rule.reads_quotient:
        constant = rule.steps(Reading("quotient", Decimal(0)))[-1].cents("amount_cents")
        return np.full(len(population), constant, dtype=np.int64), _all(population)
    figures = figures_read(definition, population)
    is_read = figures != UNKNOWN
    if not isinstance(rule, Aid):
        fixed_cents = _fixed_cents(definition)
        without_cents = rule.highest_cents if fixed_cents is None else fixed_cents
        amounts = _applied(rule, figures, population.children)
        return np.where(is_read, amounts, without_cents), _all(population)
    aids = np.where(is_read, _applied(rule.grid, figures, population.children), 0)
    return _taken_off(definition, rule, aids, is_read, population)


def _fixed_cents(definition: Definition) -> int | None:
    """What is paid without proof, where the schedule states it."""
    is_fixed = definition.without_proof is WithoutProof.FIXED
    return definition.without_proof_cents if is_fixed else None


def _all(population: Population) -> BoolArray:
    return np.ones(len(population), dtype=np.bool_)


def figures_read(definition: Definition, population: Population) -> IntArray:
    """The figure the schedule reads of each, or `UNKNOWN`."""
    figures = population.figures[definition.basis]
    for basis in definition.accepts:
        figures = np.where(figures == UNKNOWN, population.figures[basis], figures)
    is_hidden = population.chooses_maximum
    if definition.rule.reads_children:
        is_hidden = is_hidden | (population.children == UNKNOWN)
    return np.where(is_hidden, UNKNOWN, figures)


def _applied(rule: Rule, figures: IntArray, children: IntArray) -> IntArray:
    """What a rule makes of each figure; anything where there is none."""
    if isinstance(rule, Linear):
        return _rate(rule, figures)
    if isinstance(rule, Brackets):
        return _grid(rule, figures)
    if isinstance(rule, BracketsByChildren):
        lasts = np.array([grid.last for grid in rule.grids[:-1]], dtype=np.int64)
        ranks = np.searchsorted(lasts, children, side="left")
        amounts = np.zeros(len(figures), dtype=np.int64)
        for rank, grid in enumerate(rule.grids):
            chosen = ranks == rank
            amounts[chosen] = _grid(grid.brackets, figures[chosen])
        return amounts
    raise TypeError(rule.kind)


def _rate(rule: Linear, figures: IntArray) -> IntArray:
    """A quotient past the one where the maximum is reached is brought back to it: products stay small."""
    rate = Fraction(rule.coefficient)
    known = np.maximum(figures, 0)
    if rate:
        reached = -((1 - 2 * rule.maximum_cents) * rate.denominator // (2 * rate.numerator))
        known = np.minimum(known, min(max(0, reached), _HIGHEST))
    return np.clip(times_half_up(known, rate), rule.minimum_cents, rule.maximum_cents)


def _grid(grid: Brackets, figures: IntArray) -> IntArray:
    uppers = np.array(
        [int(line.upper.scaleb(2)) for line in grid.lines if line.upper is not None], dtype=np.int64
    )
    prices = np.array([line.price_cents for line in grid.lines], dtype=np.int64)
    side: Literal["left", "right"] = "left" if grid.upper_inclusive else "right"
    return prices[np.searchsorted(uppers, figures, side=side)]


def _taken_off(
    definition: Definition, rule: Aid, aids: IntArray, is_read: BoolArray, population: Population
) -> tuple[IntArray, BoolArray]:
    """Each aid off the full price of the household, else of the schedule; itself without either."""
    stated = UNKNOWN if rule.full_price_cents is None else rule.full_price_cents
    given = np.where(population.chooses_maximum, UNKNOWN, population.full_price_cents)
    full = np.where(given == UNKNOWN, stated, given)
    is_known = full != UNKNOWN
    if rule.cap_cents is not None:
        full = np.minimum(full, rule.cap_cents)
    amounts = np.where(is_known, np.maximum(0, full - aids), aids)
    fixed_cents = _fixed_cents(definition)
    if fixed_cents is not None:
        amounts = np.where(is_read, amounts, fixed_cents)
        is_known = is_known & is_read
    return amounts, is_known | (not definition.is_aid)
