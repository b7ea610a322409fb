"""Trying a schedule: what a definition would make the enrolled pupils pay, beside the one in force.

The pupils are those of the tenant; the definition may be a draft's, or another département's published
schedule: policy moves, data does not. Prices are those of `tariffs.batch`, equal to the engine's.
"""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np

from billing.simulation.bands import banded
from billing.simulation.comparing import Outcome, Prices, compared
from billing.simulation.enrolled import EnrolledPupils, enrolled_pupils
from billing.simulation.protection import is_small
from billing.tariffs.batch import UNKNOWN, Population
from billing.tariffs.batch.pricing import figures_read
from billing.tariffs.decisions import NoTariffInForce
from billing.tariffs.engine import Definition, Unit
from billing.tariffs.models import TariffVersion
from billing.tariffs.operations import FullPriceMissing
from billing.tariffs.queries import definition_of, version_on
from billing.tariffs.schedule_files import ScheduleFile, ServiceName
from commons.errors import DomainError
from commons.periods import Period


class NotComparable(DomainError):
    """The schedule does not price the service, or not by the meal: there is nothing to compare."""

    code = "SIMULATION_NOT_COMPARABLE"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What a simulation is over: a service, the meals of a period, the proofs that hold on a day.

    `is_alike`: the quotient of one basis stands in for the other where that one is not known.
    """

    service: ServiceName
    period: Period
    proofs_on: datetime.date
    is_alike: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Simulation:
    """What may be told of a schedule that is tried.

    `unread` counts the pupils whose household proved a figure that the rule in force reads and the
    schedule tried does not: they pay as without proof. None when they are too few to be told.
    """

    asked: Asked
    standing: TariffVersion
    before: Definition
    after: Definition
    is_illustrative: bool
    outcome: Outcome
    unread: int | None


def simulate(*, asked: Asked, schedule: ScheduleFile) -> Simulation:
    """
    Price everybody enrolled by a schedule and by the version in force on the first day of the period.

    :raises NoTariffInForce: if no version prices the service that day
    :raises NotComparable: if the schedule does not price the service, or one of them not by the meal
    :raises FullPriceMissing: if the schedule gives an aid without the price it is taken off
    """
    standing, before = standing_definition(asked)
    after = schedule.services.get(asked.service)
    if after is None:
        raise NotComparable(reason="SERVICE", service=asked.service)
    check_comparable(before, after, service=asked.service)
    pupils = pupils_of(asked)
    population = pupils.population
    first_day = max(asked.period.start, schedule.valid_from)
    stated = [cents for cents in (after.cost_cents, before.cost_cents) if cents is not None]
    prices = Prices(
        before=pupils.prices(before, day=asked.period.start),
        after=pupils.prices(after, day=first_day),
        cost_before_cents=stated[-1] if stated else None,
        cost_after_cents=stated[0] if stated else None,
    )
    return Simulation(
        asked=asked,
        standing=standing,
        before=before,
        after=after,
        is_illustrative=schedule.is_illustrative or standing.is_illustrative,
        outcome=compared(prices, pupils, banded(before, after, population)),
        unread=_unread(before, after, population),
    )


def standing_definition(asked: Asked) -> tuple[TariffVersion, Definition]:
    """The version in force on the first day of the period, and its rule.

    :raises NoTariffInForce: if there is none
    """
    version = version_on(asked.service, asked.period.start)
    if version is None:
        raise NoTariffInForce(service=asked.service, day=asked.period.start)
    return version, definition_of(version)


def pupils_of(asked: Asked) -> EnrolledPupils:
    """Everybody a simulation is about."""
    pupils = enrolled_pupils(service=asked.service, period=asked.period, proofs_on=asked.proofs_on)
    return pupils.with_quotients_alike() if asked.is_alike else pupils


def check_comparable(*definitions: Definition, service: ServiceName) -> None:
    """Refuse what is not a price of one meal.

    :raises NotComparable: if a price is by the term or the year
    :raises FullPriceMissing: if it is an aid, and not what it is taken off
    """
    for definition in definitions:
        if definition.unit is not Unit.MEAL:
            raise NotComparable(reason="UNIT", service=service, unit=str(definition.unit))
        if definition.is_aid:
            raise FullPriceMissing(service=service)


def _unread(before: Definition, after: Definition, population: Population) -> int | None:
    if not after.rule.reads_quotient or not before.rule.reads_quotient:
        return 0
    was_read = figures_read(before, population) != UNKNOWN
    is_read = figures_read(after, population) != UNKNOWN
    count = int(np.count_nonzero(was_read & ~is_read))
    return None if is_small(count) else count
