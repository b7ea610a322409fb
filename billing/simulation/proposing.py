"""The inverse of a simulation: from a budget and limits to the prices of a grid, proved by the engine.

The brackets are given, and their prices are looked for (`solving`). What comes out is checked as any
schedule is: every cent of quotient from 0 to 3,000 euros is priced, and the budget is that of the whole
population. A grid that does not pass is not proposed. When no grid can, the limits that stand in the
way are named: those without which, one at a time, there would be one.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from billing.simulation.enrolled import EnrolledPupils
from billing.simulation.protection import FEWEST
from billing.simulation.solving import Program, highest_ranks, keeps, solved
from billing.simulation.trying import Asked, NotComparable, pupils_of, standing_definition
from billing.tariffs.batch import UNKNOWN, IntArray, Population, price_all
from billing.tariffs.engine import Basis, Brackets, Definition, Reading, Unit, parse_definition
from billing.tariffs.schedule_files import ScheduleFile, parse_schedule
from commons.errors import DomainError

MULTIPLES = (1, 5, 10, 50)
MOST_CANDIDATES = 1_500
LAST_QUOTIENT_CENTS = 3_000_00
_EURO = 100
# Prices no grid has, by which the pupils who pay that of a bracket are known from all others.
_FAR = 10_000_000


class Limit(enum.StrEnum):
    """What a grid must keep."""

    BUDGET = "BUDGET"
    HIGHEST = "HIGHEST"
    LOWEST = "LOWEST"
    STEP = "STEP"
    KEPT_BRACKETS = "KEPT_BRACKETS"
    RISE = "RISE"


class NoSuchGrid(DomainError):
    """No grid keeps the budget and every limit; `loosen` says without which one there would be one."""

    code = "TARIFF_NO_SUCH_GRID"


class LimitsUnfit(DomainError):
    """The limits cannot be read: a lowest price above the highest, or too many prices to try."""

    code = "TARIFF_LIMITS_UNFIT"


class ProofFailed(RuntimeError):
    """The engine does not find what the solver answered. This is a bug."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the prices must keep, in cents for one meal; the budget is what families pay over the period.

    Prices climb from bracket to bracket, by `largest_step_cents` at most, and are multiples of
    `multiple_cents`. Nobody pays more than today in the first `kept_brackets`, and nobody more than
    `largest_rise_cents` above today's price. None is without limit.
    """

    families_at_least_cents: int
    families_at_most_cents: int | None = None
    lowest_cents: int = 0
    highest_cents: int
    largest_step_cents: int | None = None
    multiple_cents: int = 5
    kept_brackets: int = 0
    largest_rise_cents: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Proposal:
    """A schedule that keeps every limit, as the engine proves, and what it does to the pupils.

    `fewest_losers` is a number that no grid can go below: where it is `losers`, none does better.
    """

    schedule: ScheduleFile
    prices_cents: tuple[int, ...]
    pupils: int
    losers: int
    fewest_losers: int
    families_before_cents: int
    families_after_cents: int
    checked_quotients: int

    @property
    def is_best(self) -> bool:
        """Whether it is proved that no grid has fewer losers."""
        return self.fewest_losers >= self.losers


def propose(*, asked: Asked, schedule: ScheduleFile, limits: Limits) -> Proposal:
    """
    The prices of a schedule's grid that keep a budget and limits with the fewest losers.

    :raises NoTariffInForce: if no version prices the service on the first day
    :raises NotComparable: if the schedule has no grid over quotients for one meal of the service, or
        fewer than eleven pupils are enrolled
    :raises LimitsUnfit: if the limits contradict themselves, or leave too many prices to try
    :raises NoSuchGrid: if no grid keeps them all
    :raises InvalidDefinition: if a price would pass the cost of a meal
    """
    _standing, before = standing_definition(asked)
    template = _template(schedule, asked)
    pupils = pupils_of(asked)
    today = pupils.prices(before, day=asked.period.start)
    share = _Share(template, pupils, today, asked, limits)
    if len(pupils) < FEWEST:
        raise NotComparable(reason="TOO_FEW", fewest=FEWEST)
    starts = [share.ranks(before)]
    program = share.program(limits)
    found = solved(program, starts=[ranks for ranks in starts if ranks is not None])
    if found is None:
        raise NoSuchGrid(loosen=share.obstacles(limits), reachable_cents=share.reachable(limits))
    definition = parse_definition(
        with_prices(template, program.prices[found.ranks].tolist()).as_dict()
    )
    after = pupils.prices(definition, day=asked.period.start)
    proof = Proposal(
        schedule=parse_schedule(
            dataclasses.replace(
                schedule, services={**schedule.services, asked.service: definition}
            ).as_dict()
        ),
        prices_cents=tuple(program.prices[found.ranks].tolist()),
        pupils=len(pupils),
        losers=int((after > today).sum()),
        fewest_losers=found.fewest_losers + share.fixed_losers,
        families_before_cents=int((today * pupils.meals).sum()),
        families_after_cents=int((after * pupils.meals).sum()),
        checked_quotients=check_every_cent(definition, limits),
    )
    _check_population(proof, limits, share, after)
    return proof


def _template(schedule: ScheduleFile, asked: Asked) -> Definition:
    definition = schedule.services.get(asked.service)
    if definition is None:
        raise NotComparable(reason="SERVICE", service=asked.service)
    is_grid = isinstance(definition.rule, Brackets) and definition.basis is not Basis.RFR
    if not is_grid or definition.multiple is not None:
        raise NotComparable(reason="GRID", service=asked.service)
    if definition.unit is not Unit.MEAL:
        raise NotComparable(reason="UNIT", service=asked.service, unit=str(definition.unit))
    return dataclasses.replace(definition, modifiers=())


def with_prices(definition: Definition, prices: Sequence[int]) -> Definition:
    """The same grid with other prices; a status that pays that of a bracket follows it."""
    rule = definition.rule
    assert isinstance(rule, Brackets)
    lines = tuple(
        dataclasses.replace(line, price_cents=price)
        for line, price in zip(rule.lines, prices, strict=True)
    )
    return definition.with_rule(dataclasses.replace(rule, lines=lines))


class _Share:
    """The pupils by what they would pay: the price of a bracket, up to a ceiling, or a fixed one.

    A ceiling is that of a child of two households, one of which pays a fixed price.
    """

    def __init__(
        self,
        template: Definition,
        pupils: EnrolledPupils,
        today: IntArray,
        asked: Asked,
        limits: Limits,
    ) -> None:
        rule = template.rule
        assert isinstance(rule, Brackets)
        self.template, self.today, self.meals = template, today, pupils.meals
        self.count = len(rule.lines)
        day = asked.period.start
        low = pupils.prices(with_prices(template, range(-self.count, 0)), day=day)
        high = pupils.prices(with_prices(template, range(_FAR, _FAR + self.count)), day=day)
        self.slots = np.where(low < 0, low + self.count, UNKNOWN)
        self.ceilings = np.where(high >= _FAR, _FAR, high)
        multiple = limits.multiple_cents
        lowest = -(-limits.lowest_cents // multiple) * multiple
        cost = template.cost_cents
        highest = limits.highest_cents if cost is None else min(limits.highest_cents, cost)
        if multiple not in MULTIPLES or not 0 <= lowest <= highest:
            raise LimitsUnfit(reason="PRICES")
        self.prices = np.arange(lowest, highest + 1, multiple, dtype=np.int64)
        if len(self.prices) > MOST_CANDIDATES:
            raise LimitsUnfit(reason="TOO_MANY", most=MOST_CANDIDATES)

    def program(self, limits: Limits) -> Program:
        """The tables of what each price would do, and how high each bracket may go."""
        shape = (self.count, len(self.prices))
        losers, rises, families = (np.zeros(shape, dtype=np.int64) for _table in range(3))
        highest = np.full(self.count, len(self.prices) - 1, dtype=np.int64)
        for bracket in range(self.count):
            chosen = self.slots == bracket
            today, meals = self.today[chosen], self.meals[chosen]
            for rank, price in enumerate(self.prices.tolist()):
                paid = np.minimum(self.ceilings[chosen], price)
                rise = np.maximum(0, paid - today)
                losers[bracket, rank] = np.count_nonzero(rise)
                rises[bracket, rank] = (rise * meals).sum()
                families[bracket, rank] = (paid * meals).sum()
                is_too_high = (bracket < limits.kept_brackets and losers[bracket, rank]) or (
                    limits.largest_rise_cents is not None
                    and rise.size
                    and rise.max() > limits.largest_rise_cents
                )
                if is_too_high:
                    highest[bracket] = min(highest[bracket], rank - 1)
        fixed = self.slots == UNKNOWN
        elsewhere = int((self.ceilings * self.meals)[fixed].sum())
        step = limits.largest_step_cents
        at_most = limits.families_at_most_cents
        return Program(
            prices=self.prices,
            losers=losers,
            rises=rises,
            families=families,
            highest=highest,
            largest_step=None if step is None else step // limits.multiple_cents,
            at_least_cents=limits.families_at_least_cents - elsewhere,
            at_most_cents=None if at_most is None else at_most - elsewhere,
        )

    @property
    def fixed_losers(self) -> int:
        """Those who pay more than today whatever the prices of the brackets."""
        fixed = self.slots == UNKNOWN
        return int(np.count_nonzero(self.ceilings[fixed] > self.today[fixed]))

    def ranks(self, definition: Definition) -> IntArray | None:
        """The prices of a grid of the same brackets as candidates; None of another."""
        rule = definition.rule
        if not isinstance(rule, Brackets) or len(rule.lines) != self.count:
            return None
        prices = np.array([line.price_cents for line in rule.lines], dtype=np.int64)
        ranks = np.searchsorted(self.prices, prices)
        is_known = ranks < len(self.prices)
        if not is_known.all() or (self.prices[ranks] != prices).any():
            return None
        return ranks.astype(np.int64)

    def obstacles(self, limits: Limits) -> list[str]:
        """The limits without which, one at a time, a grid would be found."""
        loosened: dict[Limit, Callable[[], Limits]] = {
            Limit.BUDGET: lambda: dataclasses.replace(
                limits, families_at_least_cents=0, families_at_most_cents=None
            ),
            Limit.STEP: lambda: dataclasses.replace(limits, largest_step_cents=None),
            Limit.KEPT_BRACKETS: lambda: dataclasses.replace(limits, kept_brackets=0),
            Limit.RISE: lambda: dataclasses.replace(limits, largest_rise_cents=None),
        }
        found = [str(name) for name, freed in loosened.items() if self._may_hold(freed())]
        if self.reachable(limits) < limits.families_at_least_cents:
            found.append(str(Limit.HIGHEST))
        return found or [str(Limit.LOWEST)]

    def _may_hold(self, limits: Limits) -> bool:
        program = self.program(limits)
        return keeps(program, highest_ranks(program)) or solved(program) is not None

    def reachable(self, limits: Limits) -> int:
        """The most that families can pay under the limits, over the period, in cents; 0 if nothing holds."""
        program = self.program(limits)
        ranks = highest_ranks(program)
        if (ranks < 0).any():
            return 0
        elsewhere = limits.families_at_least_cents - program.at_least_cents
        return program.total(program.families, ranks) + elsewhere


def check_every_cent(definition: Definition, limits: Limits) -> int:
    """
    Price every cent of quotient from 0 to 3,000 euros; how many there are.

    All by the batch engine, and by the engine itself every euro and around each bound.

    :raises ProofFailed: if a price falls, steps too far, is out of bounds, or the engines differ
    """
    count = LAST_QUOTIENT_CENTS + 1
    cents = np.arange(count, dtype=np.int64)
    nobody = np.full(count, UNKNOWN, dtype=np.int64)
    figures = {basis: cents if basis is definition.basis else nobody for basis in Basis}
    prices = price_all(
        definition,
        Population(
            figures=figures,
            children=nobody,
            statuses={},
            chooses_maximum=np.zeros(count, dtype=np.bool_),
            full_price_cents=nobody,
        ),
    )
    steps = np.diff(prices)
    step = limits.largest_step_cents
    held = (
        bool((steps >= 0).all()),
        step is None or bool((steps <= step).all()),
        bool((prices >= limits.lowest_cents).all()),
        bool((prices <= limits.highest_cents).all()),
        not (prices % limits.multiple_cents).any(),
    )
    changes = np.flatnonzero(steps)
    looked_at = {*range(0, count, _EURO), *changes.tolist(), *(changes + 1).tolist()}
    agree = all(
        definition.price_at(Reading("quotient", Decimal(one).scaleb(-2))) == prices[one]
        for one in looked_at
    )
    if not all(held) or not agree:
        raise ProofFailed(f"limits held: {held}, engines agree: {agree}")
    return count


def _check_population(proposal: Proposal, limits: Limits, share: _Share, after: IntArray) -> None:
    """Each limit again, pupil by pupil, on what the batch engine prices."""
    rises = after - share.today
    kept = (share.slots >= 0) & (share.slots < limits.kept_brackets)
    at_most, largest = limits.families_at_most_cents, limits.largest_rise_cents
    paying = share.slots >= 0
    held = (
        proposal.families_after_cents >= limits.families_at_least_cents,
        at_most is None or proposal.families_after_cents <= at_most,
        not (rises[kept] > 0).any(),
        largest is None or not (rises[paying] > largest).any(),
    )
    if not all(held):
        raise ProofFailed(f"limits held on the population: {held}")
