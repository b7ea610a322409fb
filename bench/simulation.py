"""A population of 54,000 pupils priced at once, against its limit and against the scalar engine.

The limit is NumPy alone: one `searchsorted` and one `take` on int64 arrays for the whole grid of
Val-de-Marne, with nothing around it. Shipped schedules are priced whole: statuses, choices, missing
proofs. The scalar engine decides and explains each pupil; the amounts must be the same, one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np

from bench.billing import MONTH, _load, analyze
from bench.measures import Row, interleaved, seconds
from billing.simulation.proposing import Limits, Proposal, propose
from billing.simulation.trying import Asked, pupils_of, simulate
from billing.tariffs.batch import UNKNOWN, IntArray, Population, price_all
from billing.tariffs.engine import Basis, Definition, MaximumNotOffered, Situation, decide
from billing.tariffs.schedule_files import SCHEDULES_FOLDER, ServiceName, load_schedule
from commons.school_calendar import school_year_of

PUPILS = 54_000
ROUNDS = 15
_HOUSEHOLDS = (
    """INSERT INTO people_household (id, public_id, label)
       SELECT pupil.id, gen_random_uuid(), 'Foyer' FROM people_pupil AS pupil""",
    "UPDATE people_pupil SET household_id = id",
    """INSERT INTO tariffs_householdresources (public_id, household_id, basis, quotient_familial,
           statuses, proof_kind, proof_note, choose_maximum, valid_from, recorded_at)
       SELECT gen_random_uuid(), id, 'FISCAL_QF', (id * 7919 % 250000)::numeric / 100,
              CASE WHEN id % 20 = 0 THEN '["RSA"]' ELSE '[]' END::jsonb, 'TAX_NOTICE', '', false,
              '2026-09-01', now()
       FROM people_pupil WHERE id % 4 <> 0""",
)
LIMIT_SCHEDULE = "94-2025"
SCHEDULES = ("92-2024", "94-2025", "95-2024", "59-2023")


def _population(count: int) -> tuple[Population, list[Situation]]:
    """Households as drawn: quotients of both bases, incomes, children, a few of each other kind."""
    draw = np.random.default_rng(94)
    quotients = (draw.gamma(2.0, 45_000, count)).astype(np.int64)
    kinds = draw.integers(0, 20, count)  # 0 nothing proved, 1 the maximum chosen
    known = np.where(kinds < 2, UNKNOWN, quotients)
    is_caf = draw.random(count) < 0.5
    population = Population(
        figures={
            Basis.CAF_QF: np.where(is_caf, known, UNKNOWN),
            Basis.FISCAL_QF: np.where(is_caf, UNKNOWN, known),
            Basis.RFR: np.where(is_caf | (known == UNKNOWN), UNKNOWN, known * 30),
        },
        children=draw.integers(1, 6, count),
        statuses={"RSA": (kinds == 2) & (known < 40_000)},
        chooses_maximum=kinds == 1,
        full_price_cents=np.full(count, UNKNOWN, dtype=np.int64),
    )
    return population, [_situation(population, rank) for rank in range(count)]


def _situation(population: Population, rank: int) -> Situation:
    figures = {basis: int(cents[rank]) for basis, cents in population.figures.items()}
    bases = [basis for basis in (Basis.CAF_QF, Basis.FISCAL_QF) if figures[basis] != UNKNOWN]
    income = figures[Basis.RFR]
    return Situation(
        basis=bases[0] if bases else None,
        stated_quotient=Decimal(figures[bases[0]]).scaleb(-2) if bases else None,
        reference_tax_income_cents=None if income == UNKNOWN else income,
        children=int(population.children[rank]),
        statuses=frozenset(name for name, proved in population.statuses.items() if proved[rank]),
        chooses_maximum=bool(population.chooses_maximum[rank]),
    )


def _definition(stem: str) -> Definition:
    return load_schedule(SCHEDULES_FOLDER / f"{stem}.yaml").services[ServiceName.HALF_BOARD]


def _decided(definition: Definition, situation: Situation) -> int:
    try:
        return decide(definition, situation).unit_price_cents
    except MaximumNotOffered:
        return decide(definition, Situation()).unit_price_cents


def _limit(figures: IntArray) -> Callable[[], object]:
    """What the machine can do at best: the bounds and prices of a grid, looked up once."""
    rule = _definition(LIMIT_SCHEDULE).rule
    uppers = np.array([int(line.upper * 100) for line in rule.lines[:-1]])  # type: ignore[attr-defined]
    prices = np.array([line.price_cents for line in rule.lines])  # type: ignore[attr-defined]
    return lambda: prices.take(np.searchsorted(uppers, figures))


def _households() -> None:
    """A household for each pupil; three in four proved a quotient of the basis that is read."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _HOUSEHOLDS:
            cursor.execute(statement)
    analyze()


def _tried() -> list[Row]:
    """The whole of it: the pupils read, two schedules compared, a grid proposed and proved."""
    year = school_year_of(MONTH).period
    asked = Asked(service=ServiceName.HALF_BOARD, period=year, proofs_on=MONTH, is_alike=True)
    schedule = load_schedule(SCHEDULES_FOLDER / f"{LIMIT_SCHEDULE}.yaml")
    medians = interleaved(
        {
            "read": lambda: pupils_of(asked),
            "simulate": lambda: simulate(asked=asked, schedule=schedule),
        },
        rounds=3,
    )
    budget = simulate(asked=asked, schedule=schedule).outcome.budget
    assert budget is not None
    rows = [
        Row("the pupils enrolled, in one statement", f"{medians['read']:.2f} s, {budget.pupils:,}"),
        Row(
            "a simulation, with its protected tables",
            f"{medians['simulate']:.2f} s",
            "< 2 s",
            medians["simulate"] < 2,
        ),
    ]
    for multiple, more in ((5, 100), (5, 102), (1, 102)):
        limits = Limits(
            families_at_least_cents=budget.families_before_cents * more // 100,
            highest_cents=700,
            largest_step_cents=200,
            largest_rise_cents=300,
            multiple_cents=multiple,
        )
        found: list[Proposal] = []
        taken = seconds(
            lambda limits=limits, found=found: found.append(
                propose(asked=asked, schedule=schedule, limits=limits)
            )
        )
        (proposal,) = found
        said = "no grid has fewer" if proposal.is_best else f"at least {proposal.fewest_losers:,}"
        rows.append(
            Row(
                f"a grid for {more} % of today's budget, prices of {multiple} c, proved",
                f"{taken:.2f} s, {proposal.losers:,} losers ({said})",
                "< 5 s",
                taken < 5,
            )
        )
    return rows


def run(scale: float) -> list[Row]:
    """The batch engine, its limit, the scalar engine; and whether they agree."""
    population, situations = _population(int(PUPILS * scale))
    definitions = {stem: _definition(stem) for stem in SCHEDULES}
    ways = {
        "limit": _limit(population.figures[Basis.CAF_QF]),
        **{
            stem: lambda definition=definition: price_all(definition, population)
            for stem, definition in definitions.items()
        },
    }
    medians = interleaved(ways, rounds=ROUNDS)
    limit = medians.pop("limit")
    rows = [Row("limit: searchsorted and take", f"{limit * 1000:.2f} ms")]
    for stem, median in medians.items():
        definition = definitions[stem]
        scalar: list[int] = []
        taken = seconds(
            lambda definition=definition, scalar=scalar: scalar.extend(
                _decided(definition, one) for one in situations
            )
        )
        batch = price_all(definition, population).tolist()
        rows += [
            Row(
                f"{stem} ({definition.rule.kind})",
                f"{median * 1000:.2f} ms (×{median / limit:.1f})",
                "< 1 s",
                median < 1,
            ),
            Row(
                "the same by the scalar engine",
                f"{taken:.2f} s (×{taken / median:,.0f})",
                "the same, pupil by pupil",
                batch == scalar,
            ),
        ]
    _load(int(PUPILS * scale))
    _households()
    return [*rows, *_tried()]
