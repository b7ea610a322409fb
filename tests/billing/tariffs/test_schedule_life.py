"""A schedule around its prices: refused when its parts do not agree, written again, compared, indexed."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing.rule_files import InvalidRule
from billing.tariffs.engine import (
    Brackets,
    Definition,
    Linear,
    Situation,
    decide,
    parse_definition,
)
from billing.tariffs.engine.indexing import IndexationRefused, indexed
from billing.tariffs.engine.policies import PROOFS, Indexation, Policy
from billing.tariffs.models import HouseholdResources
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    ScheduleFile,
    ServiceName,
    indexed_schedule,
    load_schedule,
    load_schedule_text,
    overlapping,
    parse_schedule,
    published_schedule,
)
from billing.tariffs.schedule_texts import Change, differences, schedule_text
from tests.billing.tariffs.strategies import any_definitions

NEW_YEAR = datetime.date(2024, 1, 1)
GRID: dict[str, Any] = {
    "kind": "BRACKETS",
    "upper_inclusive": True,
    "brackets": [
        {"from": "0", "to": "400", "price": "1.00"},
        {"from": "400.01", "to": None, "price": "2.00"},
    ],
}
PLAIN: dict[str, Any] = {
    "basis": "CAF_QF",
    "without_proof": "MAXIMUM",
    "may_choose_maximum": True,
    "rule": GRID,
}
BY_CHILDREN = {
    "kind": "BRACKETS_BY_CHILDREN",
    "upper_inclusive": True,
    "grids": [
        {"children": 2, "brackets": GRID["brackets"]},
        {"children": 1, "brackets": GRID["brackets"]},
    ],
}
AID = {**GRID, "kind": "SUBSIDY_PER_MEAL"}
RATE = {"kind": "LINEAR", "coefficient": "0.005", "min": "0.64", "max": "7.00"}
SPRING = {"label": "Baisse", "from": "2024-05-01", "until": "2024-07-01", "change": "-0.50"}


@pytest.mark.parametrize(
    ("changed", "code", "place"),
    [
        ({"rule": BY_CHILDREN}, "CHILDREN_NOT_RISING", "rule.grids[1].children"),
        ({"rule": {**AID, "full_price": "5", "cap": "4"}, "may_choose_maximum": False},
         "FULL_PRICE_ABOVE_CAP", "rule.full_price"),
        ({"rule": AID}, "MAXIMUM_UNKNOWN", "may_choose_maximum"),
        ({"rule": {**AID, "kind": "SUBSIDY_PER_YEAR", "full_price": "5"}}, "UNIT_OTHER", "unit"),
        ({"rule": {**AID, "full_price": "5"}, "unit": "year"}, "UNIT_OTHER", "unit"),
        ({"rule": RATE, "basis": "RFR"}, "RATE_ON_INCOME", "basis"),
        ({"accepts": ["RFR"]}, "BASES_MIXED", "accepts"),
        ({"accepts": ["CAF_QF"]}, "BASIS_TWICE", "accepts"),
        ({"accepts": ["FISCAL_QF", "FISCAL_QF"]}, "NOT_A_CHOICE", "accepts"),
        ({"without_proof": "FIXED"}, "WITHOUT_PROOF_PRICE", "without_proof"),
        ({"without_proof_price": "1"}, "WITHOUT_PROOF_PRICE", "without_proof"),
        ({"multiple": {"of": "half_board", "factor": "0"}}, "FACTOR_OUT_OF_RANGE",
         "multiple.factor"),
        ({"multiple": {"of": "half_board", "factor": "21"}}, "FACTOR_OUT_OF_RANGE",
         "multiple.factor"),
        ({"statuses": [{"status": "ASE", "bracket": 3}]}, "OUT_OF_RANGE", "statuses[0].bracket"),
        ({"statuses": [{"status": "ASE", "bracket": 1}], "rule": RATE}, "BRACKET_WITHOUT_GRID",
         "statuses[0].bracket"),
        ({"modifiers": [{**SPRING, "change": "0"}]}, "MODIFIER_IDLE", "modifiers[0].change"),
        ({"modifiers": [{**SPRING, "until": "2024-05-01"}]}, "PERIOD_EMPTY", "modifiers[0].until"),
        ({"modifiers": [SPRING, SPRING]}, "MODIFIERS_OVERLAP", "modifiers[1].from"),
        ({"cost": "2.00", "modifiers": [{**SPRING, "change": "0.01"}]}, "PRICE_ABOVE_COST",
         "modifiers[0].change"),
        ({"cost": "4.99", "multiple": {"of": "half_board", "factor": "2.5"}}, "PRICE_ABOVE_COST",
         "rule.brackets[1].price"),
        ({"policy": {"effect": "NEXT_TERM"}}, "TERMS_MISSING", "policy.terms"),
        ({"policy": {"terms": ["02-30"]}}, "NOT_A_DAY_OF_YEAR", "policy.terms"),
        ({"policy": {"proof_months": {"COUPON": 3}}}, "FIELD_UNKNOWN",
         "policy.proof_months.COUPON"),
        ({"policy": {"indexation": {"index": "INSEE", "on": "04-31"}}}, "NOT_A_DAY_OF_YEAR",
         "policy.indexation.on"),
        ({"policy": {"indexation": {"index": "INSEE", "on": "01-01", "rounding": "0"}}},
         "OUT_OF_RANGE", "policy.indexation.rounding"),
    ],
)  # fmt: skip
def test_parts_that_do_not_go_together_are_refused_where_they_stand(
    changed: dict[str, Any], code: str, place: str
) -> None:
    with pytest.raises(InvalidRule) as refusal:
        parse_definition({**PLAIN, **changed})

    assert [(problem.code, problem.place) for problem in refusal.value.problems] == [(code, place)]


def with_services(**services: Any) -> ScheduleFile:
    data = {**published_schedule("94").as_dict(), "valid_until": "2026-01-01"}
    return parse_schedule({**data, "services": services})


@pytest.mark.parametrize(
    "base",
    [
        {"boarder": {"multiple": {"of": "half_board", "factor": "2.5"}}},
        {"half_board": {"multiple": 1}},
    ],
    ids=["missing", "itself a multiple"],
)
def test_a_multiple_of_nothing_is_refused(base: dict[str, Any]) -> None:
    with pytest.raises(InvalidRule) as refusal:
        with_services(**base, guest={"multiple": {"of": "half_board", "factor": "2"}})

    places = [(problem.code, problem.place) for problem in refusal.value.problems]
    assert ("MULTIPLE_OF_NOTHING", "services.guest.multiple") in places


def test_a_multiple_follows_statuses_the_maximum_and_the_policy_of_what_it_multiplies() -> None:
    boarder = {"multiple": {"of": "half_board", "factor": "2.5"}, "cost": "20.00"}
    half_board = {
        **PLAIN,
        "cost": "8.00",
        "statuses": [{"status": "RSA", "price": "0.41"}],
        "policy": {"effect": "NEXT_DAY"},
    }

    schedule = with_services(half_board=half_board, boarder=boarder)

    definition = schedule.services[ServiceName.BOARDER]
    rsa = Situation(statuses=frozenset({"RSA"}), source="CAF_CERTIFICATE")
    assert decide(definition, rsa).unit_price_cents == 103
    assert decide(definition, Situation()).unit_price_cents == 500
    assert definition.cost_cents == 2000
    assert definition.policy == schedule.services[ServiceName.HALF_BOARD].policy != Policy()
    assert schedule.as_dict()["services"]["boarder"] == {
        "multiple": {"of": "half_board", "factor": "2.5"},
        "cost": "20.00",
    }


@pytest.mark.parametrize(
    ("start", "end"), [("2024-12-31", "2025-02-01"), ("2025-12-01", "2026-01-02")]
)
def test_a_modifier_outside_the_days_of_the_schedule_is_refused(start: str, end: str) -> None:
    with pytest.raises(InvalidRule) as refusal:
        with_services(half_board={**PLAIN, "modifiers": [{**SPRING, "from": start, "until": end}]})

    assert [problem.code for problem in refusal.value.problems] == ["MODIFIER_OUTSIDE"]


def test_the_policy_of_a_file_is_that_of_each_service_without_its_own() -> None:
    own = {**PLAIN, "policy": {"effect": "NEXT_MONTH"}}
    data = {**published_schedule("94").as_dict(), "policy": {"effect": "NEXT_DAY"}}

    schedule = parse_schedule({**data, "services": {"half_board": PLAIN, "guest": own}})

    effects = [str(definition.policy.effect) for definition in schedule.services.values()]
    assert effects == ["NEXT_DAY", "NEXT_MONTH"]
    assert parse_schedule(schedule.as_dict()) == schedule


@pytest.mark.parametrize(
    "path", sorted(SCHEDULES_FOLDER.glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_shipped_schedule_written_and_read_again_is_the_same(path: Any) -> None:
    schedule = load_schedule(path)

    text = schedule_text(schedule)

    assert load_schedule_text(text) == schedule
    assert differences(schedule, load_schedule_text(text)) == ()


@given(any_definitions())
def test_any_schedule_written_and_read_again_is_the_same(definition: Definition) -> None:
    bare = dataclasses.replace(definition, modifiers=(), multiple=None)
    schedule = dataclasses.replace(
        published_schedule("94"),
        label="12.50",
        source_note="Deux lignes\net « deux-points » : oui",
        services={ServiceName.GUEST: bare},
    )

    assert load_schedule_text(schedule_text(schedule)) == schedule


def test_the_lines_of_a_grid_stand_on_one_line_without_quotes() -> None:
    text = schedule_text(published_schedule("94"))

    assert "- {from: 600.01, to: 840.00, price: 1.55}" in text
    assert "cost: 12.00" in text


def test_what_differs_is_told_line_by_line() -> None:
    before = load_schedule(SCHEDULES_FOLDER / "94-2025.yaml")
    text = schedule_text(before).replace("price: 2.10", "price: 2.20").replace("RSA", "AAH")

    changes = differences(before, load_schedule_text(text))

    half_board = "services.half_board"
    assert changes == (
        Change(f"{half_board}.statuses[0].status", "RSA", "AAH"),
        Change(f"{half_board}.rule.brackets[2].price", "2.10", "2.20"),
    )


def test_schedules_of_one_code_that_price_the_same_days_are_found() -> None:
    older = dataclasses.replace(
        published_schedule("94"), valid_from=datetime.date(2024, 1, 1), valid_until=None
    )
    closed = dataclasses.replace(older, valid_until=datetime.date(2025, 1, 1))
    other = dataclasses.replace(older, code="94-essai")

    assert overlapping([older, published_schedule("94")]) == [
        (older, published_schedule("94"), ServiceName.HALF_BOARD)
    ]
    assert overlapping([closed, published_schedule("94"), other]) == []


def test_prices_follow_the_index_to_the_cent_and_bounds_do_not_move() -> None:
    schedule = published_schedule("93")

    following = indexed_schedule(schedule, factor=Decimal("1.031"), on=NEW_YEAR)

    before = schedule.services[ServiceName.HALF_BOARD].rule
    after = following.services[ServiceName.HALF_BOARD].rule
    assert isinstance(before, Brackets)
    assert isinstance(after, Brackets)
    # 0.32 × 1.031 = 0.32992; 5.70 × 1.031 = 5.8767
    assert (after.lowest_cents, after.highest_cents) == (33, 588)
    assert [line.upper for line in after.lines] == [line.upper for line in before.lines]
    assert following.valid_from == NEW_YEAR
    assert following.services[ServiceName.HALF_BOARD].policy.indexation is not None


def test_an_index_rounds_to_the_step_that_the_schedule_says_and_moves_a_rate() -> None:
    rule = Linear(coefficient=Decimal("0.005"), minimum_cents=64, maximum_cents=700)
    followed = Policy(indexation=Indexation(index="INSEE", on="01-01", rounding_cents=5))
    definition = dataclasses.replace(parse_definition(PLAIN), rule=rule, policy=followed)

    moved = indexed(definition, factor=Decimal("1.02"), on=NEW_YEAR).rule

    # 0.64 × 1.02 = 0.6528 → 0.65; 7.00 × 1.02 = 7.14 → 7.15
    assert moved == Linear(Decimal("0.0051"), 65, 715)


@pytest.mark.parametrize(
    ("on", "factor", "reason"),
    [
        (datetime.date(2023, 1, 1), "1.02", "SUSPENDED"),
        (datetime.date(2024, 1, 2), "1.02", "OTHER_DAY"),
        (NEW_YEAR, "0.4", "FACTOR"),
        (NEW_YEAR, "2.1", "FACTOR"),
    ],
)
def test_an_index_that_does_not_apply_is_refused(
    on: datetime.date, factor: str, reason: str
) -> None:
    definition = published_schedule("93").services[ServiceName.HALF_BOARD]

    with pytest.raises(IndexationRefused) as refusal:
        indexed(definition, factor=Decimal(factor), on=on)

    assert refusal.value.details["reason"] == reason


def test_a_schedule_without_an_index_follows_none() -> None:
    with pytest.raises(IndexationRefused) as refusal:
        indexed_schedule(published_schedule("94"), factor=Decimal("1.02"), on=NEW_YEAR)

    assert refusal.value.details["reason"] == "NO_INDEX"


@given(any_definitions(), st.decimals("0.9", "1.2", places=3))
def test_any_schedule_that_followed_its_index_can_be_applied(
    definition: Definition, factor: Decimal
) -> None:
    followed = Policy(indexation=Indexation(index="INSEE", on="01-01"))
    definition = dataclasses.replace(definition, policy=followed, cost_cents=None)

    moved = indexed(definition, factor=factor, on=NEW_YEAR)

    # A minimum and a maximum one cent apart may meet: such a schedule is refused when it is read.
    assume(
        not isinstance(moved.rule, Linear) or moved.rule.minimum_cents < moved.rule.maximum_cents
    )

    assert parse_definition(moved.as_dict()) == moved


def test_the_proofs_whose_age_is_bounded_are_those_that_households_give() -> None:
    assert set(PROOFS) == set(HouseholdResources.Proof.values) - {"NONE"}
