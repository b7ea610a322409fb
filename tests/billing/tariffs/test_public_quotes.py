"""What a meal would cost, for anybody: the engine's own answer, or a refusal that names the field."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal

import pytest

from billing.tariffs import operations
from billing.tariffs.decisions import NoTariffInForce
from billing.tariffs.engine import Definition, InvalidResources, replay
from billing.tariffs.models import (
    HouseholdResources,
    PriceDecision,
    TariffSchedule,
    TariffVersion,
)
from billing.tariffs.public_quotes import (
    Answers,
    PricedService,
    priced_services,
    questions,
    quote,
    quoted_price,
)
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    ServiceName,
    load_schedule,
    published_schedule,
)
from commons.models import AuditEntry, OutboxEvent
from tests.factories.tariffs import ACTOR, AT, make_version
from ui.price_story import price_story

TODAY = datetime.date(2024, 10, 8)
NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
IN_2025 = datetime.datetime(2025, 3, 3, 10, 0, tzinfo=datetime.UTC)


def quoted(answers: Answers, *, at: datetime.datetime = NOW) -> int:
    return quoted_price("HALF_BOARD", answers, at=at).unit_price_cents


def test_a_fiscal_schedule_reads_the_notice_or_the_quotient(tenant_db):
    make_version("92")

    by_notice = Answers(reference_tax_income_cents=18_000_00, tax_parts=Decimal("2.5"))
    assert quoted(by_notice) == quoted(Answers(quotient_familial=Decimal(600))) == 300


def test_a_schedule_of_the_caf_reads_a_month(tenant_db):
    make_version("94")
    month = Answers(
        monthly_income_cents=2_400_00, monthly_benefits_cents=163_00, tax_parts=Decimal("2.5")
    )

    assert quoted(month, at=IN_2025) == 280  # (2,400 + 163) ÷ 2.5 = 1,025.20: DOMAIN.md §8, case 16
    assert quoted(Answers(quotient_familial=Decimal(1025)), at=IN_2025) == 210
    assert quoted(Answers(statuses=frozenset({"RSA"})), at=IN_2025) == 40


def test_saying_nothing_gives_the_maximum_and_how_to_pay_less(tenant_db):
    make_version("92")

    price = quoted_price("HALF_BOARD", Answers(), at=NOW)

    assert (price.unit_price_cents, price.source) == (700, "NONE")
    assert [step.code for step in price.steps] == ["MAXIMUM_WITHOUT_PROOF"]


def test_a_quote_explains_itself_and_keeps_nothing(tenant_db):
    version = make_version("92")
    known = AuditEntry.objects.count(), OutboxEvent.objects.count()

    price = quoted_price("HALF_BOARD", Answers(quotient_familial=Decimal(600)), at=NOW)

    assert replay(price.steps) == price.unit_price_cents == 300
    assert price.quotient == Decimal("600.00")
    assert (price.valid_from, price.is_illustrative) == (version.valid_from, True)
    assert not PriceDecision.objects.exists()
    assert not HouseholdResources.objects.exists()
    assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == known


@pytest.mark.parametrize(
    ("answers", "field", "reason"),
    [
        ({"quotient_familial": Decimal(-1)}, "quotient_familial", "NEGATIVE"),
        ({"quotient_familial": Decimal(99999999)}, "quotient_familial", "TOO_HIGH"),
        ({"quotient_familial": Decimal("NaN")}, "quotient_familial", "NOT_A_NUMBER"),
        ({"reference_tax_income_cents": 100}, "tax_parts", "MISSING"),
        ({"tax_parts": Decimal(2)}, "reference_tax_income_cents", "MISSING"),
        (
            {"reference_tax_income_cents": 100, "tax_parts": Decimal("0.5")},
            "tax_parts",
            "TOO_LOW",
        ),
        (
            {"reference_tax_income_cents": 100, "tax_parts": Decimal("2.1")},
            "tax_parts",
            "NOT_A_QUARTER",
        ),
        (
            {
                "quotient_familial": Decimal(600),
                "reference_tax_income_cents": 100,
                "tax_parts": Decimal(2),
            },
            "quotient_familial",
            "TWICE",
        ),
        (
            {"quotient_familial": Decimal(600), "tax_parts": Decimal(2)},
            "quotient_familial",
            "TWICE",
        ),
        ({"monthly_income_cents": 100}, "monthly_income_cents", "NOT_ASKED"),
        ({"monthly_benefits_cents": 0}, "monthly_benefits_cents", "NOT_ASKED"),
        ({"statuses": frozenset({"RSA"})}, "statuses", "NOT_ASKED"),
    ],
)
def test_a_figure_that_cannot_be_is_named(tenant_db, answers, field, reason):
    make_version("92")

    with pytest.raises(InvalidResources) as caught:
        quoted(Answers(**answers))

    assert (caught.value.details["field"], caught.value.details["reason"]) == (field, reason)


def test_the_version_of_today_prices(tenant_db):
    make_version("92")
    before = datetime.datetime(2020, 1, 6, 10, 0, tzinfo=datetime.UTC)

    with pytest.raises(NoTariffInForce):
        quoted(Answers(), at=before)
    with pytest.raises(NoTariffInForce):
        quoted_price("BOARDER", Answers(), at=NOW)
    assert priced_services(before.date()) == ()


def test_services_come_with_the_most_asked_first(tenant_db):
    operations.publish_schedule(schedule=published_schedule("77"), actor=ACTOR, at=AT)

    services = priced_services(TODAY)

    assert [one.service for one in services] == ["HALF_BOARD", "BOARDER"]
    assert TariffVersion.objects.count() == 2


def test_an_aid_by_income_and_children_asks_both(tenant_db):
    schedule = published_schedule("59")
    definition = schedule.services[ServiceName.HALF_BOARD]
    rule = dataclasses.replace(definition.rule, full_price_cents=400)
    services = {ServiceName.HALF_BOARD: dataclasses.replace(definition, rule=rule)}
    operations.publish_schedule(
        schedule=dataclasses.replace(schedule, services=services), actor=ACTOR, at=AT
    )
    income = {"reference_tax_income_cents": 16_000_00}

    assert questions(priced_services(TODAY)[0].definition) == (
        "reference_tax_income_cents",
        "children",
    )
    assert quoted(Answers(**income, children=1)) == 400 - 89
    assert quoted(Answers(**income, children=2)) == 400 - 144
    assert quoted(Answers()) == 400
    for field, answers in (
        ("children", income),
        ("children", income | {"children": 0}),
        ("quotient_familial", income | {"children": 1, "quotient_familial": Decimal(600)}),
    ):
        with pytest.raises(InvalidResources) as caught:
            quoted(Answers(**answers))
        assert caught.value.details["field"] == field


@pytest.mark.parametrize(
    "path", sorted(SCHEDULES_FOLDER.glob("*.yaml")), ids=lambda path: path.stem
)
def test_every_schedule_of_the_repository_is_asked_drawn_and_told(path):
    """Whatever the kind of its rule: what it asks is what it reads, and its story ends on the price."""
    for definition in load_schedule(path).services.values():
        asked = questions(definition)
        answers = {
            "quotient_familial": Decimal(600),
            "reference_tax_income_cents": 16_000_00,
            "children": 2,
        }
        if "quotient_familial" in asked:
            del answers["reference_tax_income_cents"]
        said = Answers(**{name: value for name, value in answers.items() if name in asked})

        price = quote(priced(definition), said, at=NOW)
        told = price_story(price)

        assert replay(price.steps) == price.unit_price_cents
        assert told.price_text in told.sentences[2]
        assert told.picture.mark.across or not definition.rule.reads_quotient
        assert (sum(line.is_here for line in told.picture.lines) == 1) is (
            definition.rule.reads_quotient
        )


def priced(definition: Definition) -> PricedService:
    """A definition as a version that was never stored."""
    version = TariffVersion(
        schedule=TariffSchedule(service="HALF_BOARD"),
        valid_from=TODAY,
        definition=definition.as_dict(),
        legal_basis="Délibération",
    )
    return PricedService(version, definition)
