"""Following an index: every price of a definition times a factor, once a year (Seine-Saint-Denis).

The factor is that of the index the schedule names; nobody knows it before it is published, so that
it is given. What comes out is a new definition, for a version that follows: the one that stands is
never edited. Bounds of quotients do not move.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from billing.tariffs.engine.aids import Aid
from billing.tariffs.engine.definition import Definition
from billing.tariffs.engine.kinds import Brackets, BracketsByChildren, Flat, Linear, Rule
from commons.errors import DomainError

LOWEST_FACTOR = Decimal("0.5")
HIGHEST_FACTOR = Decimal(2)
FINEST_COEFFICIENT = Decimal("0.000000000001")


class IndexationRefused(DomainError):
    """The schedule follows no index, not on that day, not that year, or not by such a factor."""

    code = "TARIFF_INDEXATION_REFUSED"


def indexed(definition: Definition, *, factor: Decimal, on: datetime.date) -> Definition:
    """The definition from a day on, once its prices have followed the index.

    :raises IndexationRefused: if the schedule does not allow it
    """
    rule = definition.policy.indexation
    if rule is None:
        raise IndexationRefused(reason="NO_INDEX")
    if f"{on:%m-%d}" != rule.on:
        raise IndexationRefused(reason="OTHER_DAY", day=rule.on)
    if on.year in rule.suspended:
        raise IndexationRefused(reason="SUSPENDED", year=on.year)
    if not LOWEST_FACTOR <= factor <= HIGHEST_FACTOR:
        raise IndexationRefused(reason="FACTOR", factor=str(factor))

    def follow(cents: int) -> int:
        steps = Decimal(cents) * factor / rule.rounding_cents
        return int(steps.quantize(Decimal(1), ROUND_HALF_UP)) * rule.rounding_cents

    without_proof = definition.without_proof_cents
    moved = dataclasses.replace(
        definition,
        without_proof_cents=None if without_proof is None else follow(without_proof),
        statuses=tuple(
            dataclasses.replace(status, price_cents=follow(status.price_cents))
            for status in definition.statuses
        ),
    )
    return moved.with_rule(_moved(definition.rule, factor, follow))


def _moved(rule: Rule, factor: Decimal, follow: Callable[[int], int]) -> Rule:
    if isinstance(rule, Linear):
        return dataclasses.replace(
            rule,
            coefficient=(rule.coefficient * factor).quantize(FINEST_COEFFICIENT, ROUND_HALF_UP),
            minimum_cents=follow(rule.minimum_cents),
            maximum_cents=follow(rule.maximum_cents),
        )
    if isinstance(rule, Flat):
        return Flat(price_cents=follow(rule.price_cents))
    if isinstance(rule, Brackets):
        return _moved_grid(rule, follow)
    if isinstance(rule, BracketsByChildren):
        return _moved_family_grids(rule, follow)
    if isinstance(rule, Aid):
        full, cap = rule.full_price_cents, rule.cap_cents
        return dataclasses.replace(
            rule,
            grid=_moved_grid(rule.grid, follow)
            if isinstance(rule.grid, Brackets)
            else _moved_family_grids(rule.grid, follow),
            full_price_cents=None if full is None else follow(full),
            cap_cents=None if cap is None else follow(cap),
        )
    raise TypeError(rule.kind)


def _moved_grid(grid: Brackets, follow: Callable[[int], int]) -> Brackets:
    lines = (dataclasses.replace(line, price_cents=follow(line.price_cents)) for line in grid.lines)
    return dataclasses.replace(grid, lines=tuple(lines))


def _moved_family_grids(
    grid: BracketsByChildren, follow: Callable[[int], int]
) -> BracketsByChildren:
    grids = (
        dataclasses.replace(family, brackets=_moved_grid(family.brackets, follow))
        for family in grid.grids
    )
    return dataclasses.replace(grid, grids=tuple(grids))
