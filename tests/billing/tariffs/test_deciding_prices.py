"""Deciding prices: the resources and the version of the day, closed periods, no way back."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import pytest

from billing.tariffs import operations, queries
from billing.tariffs.decisions import NoTariffInForce
from billing.tariffs.engine import InvalidResources, Situation, Step, decide, replay
from billing.tariffs.issued_months import AlreadyBilled
from billing.tariffs.models import HouseholdResources, PriceDecision
from billing.tariffs.schedule_files import published_schedule
from commons.models import AuditEntry, OutboxEvent
from tests.factories.canteen import Family, make_family
from tests.factories.tariffs import ACTOR, AT, RENTREE, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
OCTOBER = datetime.date(2024, 10, 1)
NOTICE_DAY = datetime.date(2024, 11, 20)
INCOME = {"reference_tax_income_cents": 100, "tax_parts": Decimal(2)}
ONE = {"quotient_familial": Decimal(1)}


def decided(family: Family, valid_from: datetime.date = RENTREE) -> PriceDecision:
    return operations.decide_price(
        pupil=family.pupil, service="HALF_BOARD", valid_from=valid_from, actor=ACTOR, at=AT
    )


def periods(family: Family) -> list[tuple[int, str, str | None]]:
    rows = queries.price_history(family.pupil, "HALF_BOARD").order_by("valid_from")
    return [
        (
            row.unit_price_cents,
            row.valid_from.isoformat(),
            row.valid_until and row.valid_until.isoformat(),
        )
        for row in rows
    ]


def test_without_a_proof_the_price_is_the_maximum_and_a_notice_lowers_it_from_its_day_on() -> None:
    """Case 7 of the domain sheet: October stays as it was."""
    make_version("92")
    family = make_family()

    first = decided(family)
    make_resources(family.household, valid_from=NOTICE_DAY)
    second = decided(family, NOTICE_DAY)

    assert (first.unit_price_cents, first.source) == (700, "NONE")
    assert (second.unit_price_cents, second.source) == (300, "TAX_NOTICE")
    assert periods(family) == [(700, "2024-09-01", "2024-11-20"), (300, "2024-11-20", None)]
    october = queries.price_on(family.pupil, "HALF_BOARD", OCTOBER)
    assert october is not None
    assert october.unit_price_cents == 700


def test_a_stored_decision_recomputes_to_its_amount_from_its_steps_and_from_its_inputs() -> None:
    version = make_version("92")
    family = make_family()
    make_resources(family.household)

    decision = PriceDecision.objects.get(pk=decided(family).pk)

    assert decision.unit_price_cents == 300
    assert replay([Step.from_dict(step) for step in decision.steps]) == 300
    again = decide(queries.definition_of(version), Situation.from_inputs(decision.inputs))
    assert again.unit_price_cents == 300
    assert [step.as_dict() for step in again.steps] == decision.steps


def test_a_decision_is_told_and_written_down() -> None:
    make_version("92")
    family = make_family()

    decision = decided(family)

    event = OutboxEvent.objects.get(name="tariffs.price.decided")
    assert event.payload == {
        "decision": str(decision.public_id),
        "pupil": str(family.pupil.public_id),
    }
    entry = AuditEntry.objects.get(action="tariffs.price.decided")
    assert entry.subject_id == str(decision.public_id)
    assert entry.details["unit_price_cents"] == 700


def test_deciding_again_from_the_same_facts_changes_nothing() -> None:
    make_version("92")
    family = make_family()

    first = decided(family)
    second = decided(family)

    assert second.pk == first.pk
    assert PriceDecision.objects.count() == 1
    assert OutboxEvent.objects.filter(name="tariffs.price.decided").count() == 1


def test_a_second_decision_on_the_same_day_replaces_the_first_and_keeps_it() -> None:
    make_version("92")
    family = make_family()

    decided(family)
    make_resources(family.household)
    decided(family)

    assert periods(family) == [(300, "2024-09-01", None)]
    assert PriceDecision.objects.count() == 2


def test_an_earlier_decision_stops_where_the_later_one_starts() -> None:
    make_version("92")
    family = make_family()

    make_resources(family.household, valid_from=NOTICE_DAY)
    decided(family, NOTICE_DAY)
    decided(family)

    assert periods(family) == [(700, "2024-09-01", "2024-11-20"), (300, "2024-11-20", None)]


def test_a_decision_ends_with_the_proof_it_rests_on() -> None:
    make_version("92")
    family = make_family()
    make_resources(family.household, valid_until=datetime.date(2025, 9, 1))

    assert decided(family).valid_until == datetime.date(2025, 9, 1)


def test_the_rsa_price_of_val_de_marne_comes_before_any_quotient() -> None:
    make_version("94")
    family = make_family()
    make_resources(
        family.household,
        basis="CAF_QF",
        quotient_familial=Decimal("2400.00"),
        statuses=["RSA"],
        proof_kind="STATUS_CERTIFICATE",
    )

    decision = decided(family, datetime.date(2025, 1, 6))

    assert decision.unit_price_cents == 40
    explained = queries.explained_price(decision)
    assert explained.borne_cents == 1160
    assert [step.code for step in explained.steps] == ["STATUS_APPLIED", "COST_SHARED"]


def test_each_pupil_of_a_household_is_priced_at_once() -> None:
    make_version("92")
    family = make_family()
    sibling = make_family(college=family.college)
    sibling.pupil.household = family.household
    sibling.pupil.save(update_fields=["household"])
    make_resources(family.household)

    made = operations.decide_household_prices(
        household=family.household, service="HALF_BOARD", valid_from=RENTREE, actor=ACTOR, at=AT
    )

    assert {decision.pupil_id for decision in made} == {family.pupil.pk, sibling.pupil.pk}
    assert {decision.unit_price_cents for decision in made} == {300}


def test_a_pupil_without_a_household_pays_the_maximum() -> None:
    make_version("92")
    family = make_family()
    family.pupil.household = None
    family.pupil.save(update_fields=["household"])

    assert decided(family).unit_price_cents == 700


def test_no_version_in_force_is_refused_and_leaves_no_trace() -> None:
    make_version("92")
    family = make_family()

    with pytest.raises(NoTariffInForce) as refusal:
        decided(family, datetime.date(2024, 8, 31))

    assert refusal.value.details["day"] == datetime.date(2024, 8, 31)
    assert not PriceDecision.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_a_decision_never_reaches_back_into_an_issued_month(
    issue_until: Callable[[datetime.date], None],
) -> None:
    issue_until(datetime.date(2024, 11, 1))
    make_version("92")
    family = make_family()

    with pytest.raises(AlreadyBilled) as refusal:
        decided(family, datetime.date(2024, 10, 31))

    assert refusal.value.details["first_open_day"] == datetime.date(2024, 11, 1)
    assert not PriceDecision.objects.exists()
    assert decided(family, datetime.date(2024, 11, 1)).unit_price_cents == 700


@pytest.mark.parametrize(
    ("traits", "field", "reason"),
    [
        ({**INCOME, "reference_tax_income_cents": -1}, "reference_tax_income_cents", "NEGATIVE"),
        (
            {**INCOME, "reference_tax_income_cents": 10**13},
            "reference_tax_income_cents",
            "TOO_HIGH",
        ),
        ({"reference_tax_income_cents": 100, "tax_parts": Decimal(0)}, "tax_parts", "TOO_LOW"),
        ({"reference_tax_income_cents": 100, "tax_parts": None}, "tax_parts", "MISSING"),
        ({"quotient_familial": Decimal("-0.01")}, "quotient_familial", "NEGATIVE"),
        ({"quotient_familial": Decimal("NaN")}, "quotient_familial", "NOT_A_NUMBER"),
        ({"quotient_familial": Decimal(10**9)}, "quotient_familial", "TOO_HIGH"),
        ({**INCOME, **ONE}, "quotient_familial", "GIVEN_TWICE"),
        ({"quotient_familial": Decimal(1), "basis": ""}, "basis", "MISSING"),
        ({"quotient_familial": Decimal(1), "basis": "OTHER"}, "basis", "UNKNOWN"),
        (
            {**ONE, "choose_maximum": True, "proof_kind": "TAX_NOTICE"},
            "choose_maximum",
            "WITH_FIGURES",
        ),
        ({"statuses": []}, "quotient_familial", "MISSING"),
        ({"valid_until": RENTREE}, "valid_until", "TOO_LOW"),
    ],
)  # fmt: skip
def test_impossible_resources_are_refused_and_leave_no_trace(
    traits: dict[str, object], field: str, reason: str
) -> None:
    family = make_family()

    with pytest.raises(InvalidResources) as refusal:
        make_resources(family.household, **traits)

    assert refusal.value.details["field"] == field
    assert refusal.value.details["reason"] == reason
    assert not HouseholdResources.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "traits", [{"quotient_familial": Decimal(100)}, {"statuses": ["RSA"], "basis": ""}]
)
def test_resources_without_a_proof_are_refused(traits: dict[str, object]) -> None:
    family = make_family()

    with pytest.raises(operations.ProofMissing):
        make_resources(family.household, proof_kind="NONE", **traits)

    assert not HouseholdResources.objects.exists()


def test_new_resources_end_those_before_and_keep_the_quotient() -> None:
    family = make_family()

    make_resources(family.household)
    make_resources(family.household, quotient_familial=Decimal("812.345"), valid_from=NOTICE_DAY)

    rows = HouseholdResources.objects.order_by("valid_from")
    assert [(row.quotient_familial, row.valid_until) for row in rows] == [
        (Decimal("600.00"), NOTICE_DAY),
        (Decimal("812.35"), None),
    ]


def test_resources_that_start_before_known_later_ones_need_an_end() -> None:
    family = make_family()
    make_resources(family.household, valid_from=NOTICE_DAY)

    with pytest.raises(operations.ResourcesOverlap):
        make_resources(family.household, valid_from=OCTOBER)
    make_resources(family.household, valid_from=OCTOBER, valid_until=NOTICE_DAY)

    assert HouseholdResources.objects.count() == 2


def test_the_prices_of_several_pupils_are_read_together() -> None:
    make_version("92")
    families = [make_family(), make_family()]
    made = {family.pupil.pk: decided(family) for family in families}
    unpriced = make_family()

    read = queries.prices_on([*made, unpriced.pupil.pk], "HALF_BOARD", OCTOBER)

    assert {pupil_id: decision.pk for pupil_id, decision in read.items()} == {
        pupil_id: decision.pk for pupil_id, decision in made.items()
    }


@pytest.mark.parametrize(
    ("dated", "reason"),
    [(None, "MISSING"), (AT.date() + datetime.timedelta(days=1), "TOO_HIGH")],
)
def test_a_proof_whose_age_is_bounded_says_its_date(
    dated: datetime.date | None, reason: str
) -> None:
    make_version("95")

    with pytest.raises(InvalidResources) as refusal:
        certificate(make_family(), dated)

    assert refusal.value.details == {"field": "proof_dated_on", "reason": reason}


def test_a_proof_older_than_the_tariff_lets_it_be_is_refused() -> None:
    make_version("95")
    three_months = datetime.date(2024, 6, 2)

    recorded = certificate(make_family(), three_months)
    with pytest.raises(operations.ProofTooOld) as refusal:
        certificate(make_family(), three_months - datetime.timedelta(days=1))

    assert recorded.proof_dated_on == three_months
    assert refusal.value.details["months"] == 3


def certificate(family: Family, dated: datetime.date | None) -> HouseholdResources:
    return make_resources(
        family.household,
        basis="CAF_QF",
        proof_kind="CAF_CERTIFICATE",
        proof_dated_on=dated,
        **ONE,
    )


def test_a_new_situation_counts_from_the_day_the_tariff_says() -> None:
    assert queries.effect_day("HALF_BOARD", OCTOBER) == OCTOBER  # no tariff yet

    operations.publish_schedule(schedule=published_schedule("77"), actor=ACTOR, at=AT)

    assert queries.effect_day("HALF_BOARD", OCTOBER) == datetime.date(2025, 1, 1)
