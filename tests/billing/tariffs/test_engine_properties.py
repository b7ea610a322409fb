"""What holds for every quotient and every schedule, searched by Hypothesis."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.tariffs.engine import (
    Aid,
    AidKind,
    Basis,
    Brackets,
    BracketsByChildren,
    Definition,
    ExplanationBroken,
    InvalidResources,
    Linear,
    MaximumNotOffered,
    Nature,
    Situation,
    Step,
    Unit,
    WithoutProof,
    caf_quotient,
    decide,
    fiscal_quotient,
    parse_definition,
    recompute,
)
from billing.tariffs.schedule_files import SCHEMA_PATH
from tests.billing.tariffs.strategies import (
    DAY,
    aids,
    any_definitions,
    definitions,
    grids_by_children,
    quotients,
    rising_grids,
    situations,
)

SCHEMA = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(
    {**SCHEMA["$defs"]["definition"], "$defs": SCHEMA["$defs"]}
)


def proven(definition: Definition, quotient: Decimal) -> Situation:
    return Situation(basis=definition.basis, stated_quotient=quotient, source="TAX_NOTICE")


@given(definitions(), quotients, quotients)
def test_a_higher_quotient_never_pays_less(
    definition: Definition, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))

    cheap = decide(definition, proven(definition, low))
    dear = decide(definition, proven(definition, high))

    assert cheap.unit_price_cents <= dear.unit_price_cents


@given(
    st.one_of(aids(AidKind.SUBSIDY_PER_MEAL), grids_by_children()),
    st.integers(0, 2000),
    st.integers(1, 10),
    st.integers(0, 10_000_000),
    st.integers(0, 10_000_000),
)
def test_a_higher_income_is_never_helped_more(
    rule: Aid | BracketsByChildren, full_price: int, children: int, one: int, other: int
) -> None:
    definition = Definition(unit=Unit.MEAL, basis=Basis.RFR, rule=rule, may_choose_maximum=False)
    poorer, richer = (
        Situation(
            basis=Basis.FISCAL_QF,
            reference_tax_income_cents=income,
            parts=Decimal(2),
            children=children,
            full_price_cents=full_price,
            source="TAX_NOTICE",
        )
        for income in sorted((one, other))
    )

    cheap, dear = decide(definition, poorer), decide(definition, richer)

    assert cheap.nature is dear.nature is Nature.PRICE
    assert cheap.unit_price_cents <= dear.unit_price_cents


@given(definitions(), quotients)
def test_a_price_stays_within_the_bounds(definition: Definition, quotient: Decimal) -> None:
    price = decide(definition, proven(definition, quotient)).unit_price_cents

    assert definition.rule.lowest_cents <= price <= definition.highest_cents


@given(definitions(), st.one_of(st.none(), quotients), st.booleans(), st.booleans())
def test_the_explanation_gives_the_price_back(
    definition: Definition, quotient: Decimal | None, has_rsa: bool, chooses: bool
) -> None:
    situation = Situation(
        basis=None if quotient is None else definition.basis,
        stated_quotient=quotient,
        statuses=frozenset({"RSA"} if has_rsa else ()),
        chooses_maximum=chooses,
        source="NONE" if quotient is None else "CAF_CERTIFICATE",
    )

    decision = decide(definition, situation)
    stored = [Step.from_dict(step.as_dict()) for step in decision.steps]

    read = dataclasses.replace(decision, steps=tuple(stored))
    assert recompute(read) == decision.unit_price_cents
    assert decide(definition, Situation.from_inputs(decision.inputs)) == decision


@given(definitions())
def test_a_definition_written_and_read_again_is_the_same(definition: Definition) -> None:
    read = parse_definition(definition.as_dict())

    assert read == definition
    assert read.digest == definition.digest


@given(st.data())
def test_any_kind_explains_itself_and_gives_the_price_back(data: st.DataObject) -> None:
    definition = data.draw(any_definitions())
    situation = data.draw(situations(definition))

    decision = decide(definition, situation, day=DAY)

    stored = tuple(Step.from_dict(step.as_dict()) for step in decision.steps)
    read = dataclasses.replace(decision, steps=stored)
    assert recompute(read) == decision.unit_price_cents >= 0
    assert decide(definition, Situation.from_inputs(decision.inputs), day=DAY) == decision


@given(any_definitions())
def test_any_definition_written_and_read_again_is_the_same(definition: Definition) -> None:
    read = parse_definition(definition.as_dict())

    assert read == definition
    assert read.digest == definition.digest


@given(any_definitions())
def test_any_definition_is_what_the_published_schema_describes(definition: Definition) -> None:
    VALIDATOR.validate(definition.as_dict())


@given(st.data())
def test_a_price_of_any_kind_stays_within_its_bounds(data: st.DataObject) -> None:
    definition = dataclasses.replace(
        data.draw(any_definitions()), modifiers=(), without_proof=WithoutProof.MAXIMUM,
        without_proof_cents=None,
    )  # fmt: skip
    situation = dataclasses.replace(
        data.draw(situations(definition)), statuses=frozenset(), full_price_cents=None
    )

    price = decide(definition, situation, day=DAY).unit_price_cents

    lowest = 0 if definition.is_aid else definition.lowest_cents
    assert lowest <= price <= definition.highest_cents


@given(rising_grids(), quotients)
def test_every_quotient_falls_in_exactly_one_line(grid: Brackets, quotient: Decimal) -> None:
    holding = [
        rank
        for rank, line in enumerate(grid.lines)
        if line.lower <= quotient
        and (
            line.upper is None
            or quotient < line.upper
            or (grid.upper_inclusive and quotient == line.upper)
        )
    ]

    assert holding == [grid.rank_of(quotient)]


@given(st.integers(0, 10_000_000), st.integers(4, 40))
def test_a_fiscal_quotient_is_within_half_a_cent_of_exact(income: int, quarters: int) -> None:
    parts = Decimal(quarters) / 4

    quotient = fiscal_quotient(reference_tax_income_cents=income, tax_parts=parts)

    # 2 × |quotient × parts × 12 − income| ≤ parts × 12 × one cent, in exact arithmetic
    assert abs(quotient * 100 * parts * 12 - income) * 2 <= parts * 12


def test_an_altered_step_is_found_out() -> None:
    definition = Definition(
        unit=Unit.MEAL,
        basis=Basis.FISCAL_QF,
        rule=Linear(coefficient=Decimal("0.005"), minimum_cents=64, maximum_cents=700),
    )
    decision = decide(definition, proven(definition, Decimal(600)))
    quotient, rate, rounded = decision.steps
    forged = dataclasses.replace(rounded, given={"product": "2.00"}, gives={"amount_cents": 200})

    with pytest.raises(ExplanationBroken):
        recompute(dataclasses.replace(decision, steps=(quotient, rate, forged)))
    with pytest.raises(ExplanationBroken):
        recompute(dataclasses.replace(decision, inputs={"stated": "1.00", "source": "TAX_NOTICE"}))
    with pytest.raises(ExplanationBroken):
        recompute(dataclasses.replace(decision, steps=()))


@pytest.mark.parametrize(
    ("income_cents", "parts", "reason"),
    [
        (-1, "1", "NEGATIVE"),
        (100_000_000_01, "1", "TOO_HIGH"),
        (100, "0", "TOO_LOW"),
        (100, "0.75", "TOO_LOW"),
        (100, "30.25", "TOO_HIGH"),
        (100, "1.3", "NOT_A_QUARTER"),
        (100, "NaN", "NOT_A_NUMBER"),
        (100, "Infinity", "NOT_A_NUMBER"),
    ],
)
def test_impossible_tax_figures_are_refused(income_cents: int, parts: str, reason: str) -> None:
    with pytest.raises(InvalidResources) as refusal:
        fiscal_quotient(reference_tax_income_cents=income_cents, tax_parts=Decimal(parts))

    assert refusal.value.details["reason"] == reason


@pytest.mark.parametrize(("income_cents", "benefits_cents"), [(-1, 0), (0, -1), (10**12, 0)])
def test_impossible_monthly_figures_are_refused(income_cents: int, benefits_cents: int) -> None:
    with pytest.raises(InvalidResources):
        caf_quotient(
            monthly_income_cents=income_cents,
            monthly_benefits_cents=benefits_cents,
            parts=Decimal(2),
        )


@pytest.mark.parametrize("stated", ["-0.01", "10000000", "NaN"])
def test_an_impossible_quotient_is_refused(stated: str) -> None:
    definition = Definition(
        unit=Unit.MEAL,
        basis=Basis.CAF_QF,
        rule=Linear(coefficient=Decimal("0.005"), minimum_cents=64, maximum_cents=700),
    )

    with pytest.raises(InvalidResources):
        decide(definition, proven(definition, Decimal(stated)))


def test_a_quotient_of_the_other_basis_proves_nothing() -> None:
    definition = Definition(
        unit=Unit.MEAL,
        basis=Basis.FISCAL_QF,
        rule=Linear(coefficient=Decimal("0.005"), minimum_cents=64, maximum_cents=700),
    )
    caf = Situation(basis=Basis.CAF_QF, stated_quotient=Decimal(100), source="CAF_CERTIFICATE")

    decision = decide(definition, caf)

    assert decision.unit_price_cents == 700
    assert decision.source == "NONE"
    assert decision.steps[0].given["reason"] == "OTHER_BASIS"


def test_the_maximum_cannot_be_chosen_where_it_is_not_offered() -> None:
    definition = Definition(
        unit=Unit.MEAL,
        basis=Basis.FISCAL_QF,
        rule=Linear(coefficient=Decimal("0.005"), minimum_cents=64, maximum_cents=700),
        may_choose_maximum=False,
    )

    with pytest.raises(MaximumNotOffered):
        decide(definition, Situation(chooses_maximum=True))
