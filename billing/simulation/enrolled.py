"""Whom a simulation is about: the pupils enrolled in a service over a period, read in one statement.

No name and no identifier of a pupil is read: what a simulation does not know, it cannot tell.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from django.db import connection, transaction

from billing.tariffs.batch import UNKNOWN, BoolArray, IntArray, Population, price_all
from billing.tariffs.engine import Basis, Definition, SharedCustody
from commons.periods import Period
from tenants.people.models import College, Level

_STATEMENT = Path(__file__).with_name("sql") / "population.sql"
# The planner's guess of what is enrolled is wrong by thousands of rows, and its loops take minutes.
_NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"
_NESTED_LOOPS = "SET LOCAL enable_nestloop = on"
Column = tuple[object, ...]
COLUMNS = 11


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class EnrolledPupils:
    """A place of each array is a pupil. `colleges` and `levels` are ranks in their tuples of names.

    `others` are the households of other legal guardians, and `other_pupils` the place of the pupil of
    each: where a schedule looks at both, the lower price holds.
    """

    population: Population
    others: Population
    other_pupils: IntArray
    meals: IntArray
    colleges: IntArray
    college_names: tuple[str, ...]
    levels: IntArray
    level_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.meals)

    def with_quotients_alike(self) -> EnrolledPupils:
        """The same, the quotient of one basis standing in for the other where it is not known."""
        return dataclasses.replace(
            self,
            population=self.population.with_quotients_alike(),
            others=self.others.with_quotients_alike(),
        )

    def prices(self, definition: Definition, *, day: datetime.date) -> IntArray:
        """What each pupil pays for one unit on a day, in cents."""
        prices = price_all(definition, self.population, day=day)
        if definition.policy.shared_custody is SharedCustody.BEST_QF_SINGLE_BILL:
            np.minimum.at(prices, self.other_pupils, price_all(definition, self.others, day=day))
        return prices


def enrolled_pupils(*, service: str, period: Period, proofs_on: datetime.date) -> EnrolledPupils:
    """
    The pupils enrolled in a service on some day of a closed period.

    Each with the meals expected of them (the weekdays of the enrolment on the open days of the collège)
    and with what their households proved that holds on a day.

    :raises ValueError: if the period is open
    """
    if period.end is None:
        raise ValueError("a simulation is over a closed period")
    asked: dict[str, str | datetime.date] = {
        "service": service,
        "first_day": period.start,
        "end_day": period.end,
        "proof_day": proofs_on,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NO_NESTED_LOOPS)
        cursor.execute(_statement(), asked)
        rows = cursor.fetchall()
        cursor.execute(_NESTED_LOOPS)
    own = [row for row in rows if row[0]]
    other = [row for row in rows if not row[0]]
    _is_own, pupils, meals, college_ids, levels, *_proofs = _columns(own)
    colleges = list(
        College.objects.filter(pk__in=set(college_ids))
        .order_by("name", "pk")
        .values_list("pk", "name")
    )
    level_names = tuple(level.value for level in Level)
    return EnrolledPupils(
        population=_population(own),
        others=_population(other),
        other_pupils=_ranks(_columns(other)[1], pupils),
        meals=_integers(meals),
        colleges=_ranks(college_ids, [pk for pk, _name in colleges]),
        college_names=tuple(name for _pk, name in colleges),
        levels=_ranks(levels, level_names, default=level_names.index(Level.OTHER)),
        level_names=level_names,
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> list[Column]:
    return list(zip(*rows, strict=True)) or [()] * COLUMNS


def _population(rows: Sequence[tuple[object, ...]]) -> Population:
    bases, quotients, incomes, children, statuses, choices = _columns(rows)[5:]
    return Population(
        figures=_figures(bases, _integers(quotients), _integers(incomes)),
        children=_integers(children),
        statuses=_statuses(statuses),
        chooses_maximum=np.array(choices, dtype=np.bool_),
        full_price_cents=np.full(len(rows), UNKNOWN, dtype=np.int64),
    )


def _figures(bases: Column, quotients: IntArray, incomes: IntArray) -> dict[Basis, IntArray]:
    """Each figure under its own basis; a tax notice gives an income too, as `Situation` reads it."""
    is_fiscal = np.array([basis == Basis.FISCAL_QF for basis in bases], dtype=np.bool_)
    is_caf = np.array([basis == Basis.CAF_QF for basis in bases], dtype=np.bool_)
    return {
        Basis.FISCAL_QF: np.where(is_fiscal, quotients, UNKNOWN),
        Basis.CAF_QF: np.where(is_caf, quotients, UNKNOWN),
        Basis.RFR: np.where(is_caf, UNKNOWN, incomes),
    }


def _statuses(column: Column) -> dict[str, BoolArray]:
    texts = {
        text: frozenset(json.loads(str(text))) if text else frozenset() for text in set(column)
    }
    names = sorted({str(name) for proved in texts.values() for name in proved})
    return {
        name: np.array([name in texts[text] for text in column], dtype=np.bool_) for name in names
    }


def _integers(column: Column) -> IntArray:
    return np.array(column, dtype=np.int64)


def _ranks(column: Column, names: Sequence[object], *, default: int = 0) -> IntArray:
    ranks = {name: rank for rank, name in enumerate(names)}
    return np.array([ranks.get(value, default) for value in column], dtype=np.int64)


@cache
def _statement() -> str:
    return _STATEMENT.read_text(encoding="utf-8")
