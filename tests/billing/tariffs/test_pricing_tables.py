"""The worked tables of docs/pricing.md, computed again to the cent."""

from __future__ import annotations

import datetime
import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from click.testing import CliRunner

from billing.tariffs.engine import (
    Basis,
    Definition,
    Effect,
    Multiple,
    Policy,
    Situation,
    Step,
    caf_quotient,
    decide,
    fiscal_quotient,
    recompute,
    replay,
)
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    ServiceName,
    load_schedule,
    published_schedule,
)
from socle.commands.tariffs import quote
from tests.pricing_tables import cents, names, table

# What is known of the grids that were not found: how many brackets, and the cost of a meal.
BRACKETS = {"77": 14, "78": 6, "91": 9, "93": 13, "95": 6}
COSTS = {"78": 800, "93": 1200, "95": 800}
QUOTES = table("quotes")
ILLUSTRATIVE = table("illustrative")


def half_board(departement: str) -> Definition:
    return published_schedule(departement).services[ServiceName.HALF_BOARD]


def situation(row: dict[str, str], basis: Basis) -> Situation:
    quotient, status = row.get("quotient", ""), row.get("status", "")
    proven: dict[str, Any] = {"source": "DOCUMENT"} if quotient or status else {}
    return Situation(
        basis=basis if quotient else None,
        stated_quotient=Decimal(quotient) if quotient else None,
        statuses=frozenset({status} if status else ()),
        **proven,
    )


@pytest.mark.parametrize("row", table("fiscal_quotient"), ids=names(table("fiscal_quotient")))
def test_fiscal_quotient_is_the_one_worked_by_hand(row: dict[str, str]) -> None:
    quotient = fiscal_quotient(
        reference_tax_income_cents=cents(row["reference tax income"]),
        tax_parts=Decimal(row["parts"]),
    )

    assert quotient == Decimal(row["quotient"])
    assert str(quotient) == row["quotient"]


@pytest.mark.parametrize("row", table("caf_quotient"), ids=names(table("caf_quotient")))
def test_caf_quotient_is_the_one_worked_by_hand(row: dict[str, str]) -> None:
    quotient = caf_quotient(
        monthly_income_cents=cents(row["monthly income"]),
        monthly_benefits_cents=cents(row["monthly benefits"]),
        parts=Decimal(row["parts"]),
    )

    assert str(quotient) == row["quotient"]


@pytest.mark.parametrize("row", table("92-2024"), ids=names(table("92-2024")))
def test_hauts_de_seine_prices_as_worked_by_hand(row: dict[str, str]) -> None:
    income = row["reference tax income"]
    if income == "maximum":
        given = Situation(chooses_maximum=True)
    elif income == "no proof":
        given = Situation()
    else:
        given = Situation(
            basis=Basis.FISCAL_QF,
            reference_tax_income_cents=cents(income),
            parts=Decimal(row["parts"]),
            source="TAX_NOTICE",
        )

    decision = decide(half_board("92"), given)

    assert decision.unit_price_cents == cents(row["price"])
    assert [step.code for step in decision.steps] == row["steps"].split()
    assert recompute(decision) == decision.unit_price_cents


@pytest.mark.parametrize("row", table("94-2025"), ids=names(table("94-2025")))
def test_val_de_marne_prices_as_worked_by_hand(row: dict[str, str]) -> None:
    decision = decide(half_board("94"), situation(row, Basis.CAF_QF))

    assert decision.unit_price_cents == cents(row["price"])
    assert decision.borne_cents == cents(row["borne"])
    assert recompute(decision) == decision.unit_price_cents


@pytest.mark.parametrize("row", table("94-month"), ids=names(table("94-month")))
def test_a_month_of_meals_adds_up_as_worked_by_hand(row: dict[str, str]) -> None:
    decision = decide(half_board("94"), situation(row, Basis.CAF_QF))
    quantity = int(row["meals"])

    assert quantity * decision.unit_price_cents == cents(row["family pays"])
    assert decision.borne_cents is not None
    assert quantity * decision.borne_cents == cents(row["Département bears"])


@pytest.mark.parametrize("row", QUOTES, ids=names(QUOTES))
def test_the_command_line_prices_as_worked_by_hand(row: dict[str, str]) -> None:
    service, day, *options = row["service, day, options"].split()
    path = SCHEDULES_FOLDER / f"{row['file']}.yaml"

    result = CliRunner().invoke(
        quote, [str(path), "--on", day, "--service", service, *options, "--json"]
    )

    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["amount_cents"] == cents(row["amount"])
    assert answer["nature"] == row["nature"]
    steps = [Step.from_dict(step) for step in answer["steps"]]
    last = row["last steps"].split()
    assert [step.code for step in steps][-len(last) :] == last
    assert replay(steps) == answer["amount_cents"]
    definition = load_schedule(path).services[ServiceName(service.upper())]
    assert answer["unit"] == definition.unit
    assert answer["version_from"] <= day


@pytest.mark.parametrize("row", table("quantities"), ids=names(table("quantities")))
def test_a_quantity_of_units_adds_up(row: dict[str, str]) -> None:
    assert cents(row["unit price"]) * int(row["quantity"]) == cents(row["amount"])


@pytest.mark.parametrize("row", table("effects"), ids=names(table("effects")))
def test_a_new_situation_counts_from_the_day_the_policy_says(row: dict[str, str]) -> None:
    policy = Policy(effect=Effect(row["effect"]), terms=tuple(row["terms"].split()))

    effective = policy.effective_on(datetime.date.fromisoformat(row["made known"]))

    assert effective.isoformat() == row["counts from"]


@pytest.mark.parametrize("row", table("proof-ages"), ids=names(table("proof-ages")))
def test_a_proof_is_too_old_on_the_day_the_policy_says(row: dict[str, str]) -> None:
    policy = Policy(proof_months={"CAF_CERTIFICATE": int(row["months"])})
    dated, given = (datetime.date.fromisoformat(row[name]) for name in ("dated", "given"))

    assert policy.is_too_old("CAF_CERTIFICATE", dated=dated, on=given) is (row["too old"] == "yes")
    assert not policy.is_too_old("TAX_NOTICE", dated=dated, on=given)


@pytest.mark.parametrize("row", ILLUSTRATIVE, ids=names(ILLUSTRATIVE))
def test_the_figures_that_are_known_are_in_the_examples(row: dict[str, str]) -> None:
    schedule = published_schedule(row["departement"])
    definition = schedule.services[ServiceName(row["service"].upper())]
    known = {"basis": definition.basis, "source": "TAX_NOTICE"}
    given = {
        "lowest": Situation(stated_quotient=Decimal(0), **known),
        "highest": Situation(stated_quotient=Decimal(99_999), **known),
        "maximum": Situation(chooses_maximum=True),
        "no proof": Situation(),
    }

    decision = decide(definition, given[row["choice"]])

    assert decision.unit_price_cents == cents(row["price"])
    assert recompute(decision) == decision.unit_price_cents


@pytest.mark.parametrize("departement", sorted(BRACKETS))
def test_an_example_has_the_brackets_and_the_cost_that_are_known(departement: str) -> None:
    definition = half_board(departement)
    prices = [line.amount_cents for line in definition.priced_lines()]

    assert len(prices) == BRACKETS[departement]
    assert prices == sorted(set(prices))
    assert definition.cost_cents == COSTS.get(departement)


def test_a_boarder_of_seine_et_marne_pays_two_meals_and_a_half() -> None:
    services = published_schedule("77").services

    half_board, boarder = (
        [Decimal(line.amount_cents) for line in services[name].priced_lines()]
        for name in (ServiceName.HALF_BOARD, ServiceName.BOARDER)
    )
    assert services[ServiceName.BOARDER].multiple == Multiple(
        of="half_board", factor=Decimal("2.5")
    )

    assert boarder == [
        (price * Decimal("2.5")).quantize(Decimal(1), ROUND_HALF_UP) for price in half_board
    ]


def test_a_family_that_chooses_the_maximum_needs_no_proof() -> None:
    decision = decide(half_board("95"), Situation(chooses_maximum=True))

    assert decision.source == "CHOICE"


def test_every_share_of_the_val_de_marne_grid_is_the_published_percentage() -> None:
    published = [
        "3.33",
        "9.58",
        "12.92",
        "17.50",
        "23.33",
        "29.17",
        "35.00",
        "39.17",
        "45.00",
        "47.50",
        "49.58",
    ]
    definition = half_board("94")
    assert definition.cost_cents == 1200

    shares = [
        (Decimal(line.amount_cents) * 100 / definition.cost_cents).quantize(Decimal("0.01"))
        for line in definition.priced_lines()
    ]

    assert [str(share) for share in shares] == published


@pytest.mark.parametrize("departement", ["77", "78", "91", "92", "93", "95"])
def test_a_schedule_with_an_unfound_figure_is_illustrative_and_says_which(
    departement: str,
) -> None:
    schedule = published_schedule(departement)

    assert schedule.is_illustrative
    assert re.search("valeurs? d'essai", schedule.source_note)


def test_the_whole_grid_of_val_de_marne_is_its_own() -> None:
    assert not published_schedule("94").is_illustrative
