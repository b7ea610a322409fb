"""A price from its first day to the day something ends it, and what holds from then on."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from billing.canteen.models import Enrolment
from billing.invoicing.models import DraftLine
from billing.tariffs import operations, queries, repricing
from billing.tariffs.engine import parse_definition
from billing.tariffs.models import HouseholdResources, PriceDecision, TariffVersion
from billing.tariffs.schedule_files import published_schedule
from commons.models import AuditEntry, OutboxEvent
from tests.factories.canteen import Family, make_enrolment, make_family
from tests.factories.invoicing import prepare
from tests.factories.tariffs import ACTOR, AT, RENTREE, make_resources, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
OCTOBER = datetime.date(2024, 10, 1)
MIDDLE = datetime.date(2024, 10, 14)
NOTICE_DAY = datetime.date(2024, 11, 20)
JANUARY = datetime.date(2025, 1, 1)


def decide(family: Family, day: datetime.date = RENTREE) -> PriceDecision:
    return operations.decide_price(
        pupil=family.pupil, service="HALF_BOARD", valid_from=day, actor=ACTOR, at=AT
    )


def publish(
    valid_from: datetime.date, valid_until: datetime.date | None = None, **changes: Any
) -> TariffVersion:
    """The rule of Hauts-de-Seine with a coefficient of 0.006: 3.60 for a quotient of 600.00."""
    definition = published_schedule("92").services["HALF_BOARD"].as_dict()  # type: ignore[index]
    definition["rule"] = {**definition["rule"], "coefficient": "0.006", "max": "8.00"}
    return operations.publish_tariff_version(
        code="92-restauration",
        service="HALF_BOARD",
        label="Restauration",
        definition=parse_definition({**definition, **changes}),
        valid_from=valid_from,
        valid_until=valid_until,
        legal_basis="Délibération",
        actor=ACTOR,
        at=AT,
    )


def prices(family: Family) -> list[tuple[int, str, str | None]]:
    rows = queries.price_history(family.pupil, "HALF_BOARD").order_by("valid_from")
    return [
        (
            row.unit_price_cents,
            row.valid_from.isoformat(),
            row.valid_until and row.valid_until.isoformat(),
        )
        for row in rows
    ]


class TestAProofThatEnds:
    def test_the_maximum_holds_from_that_day(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household, valid_until=NOTICE_DAY)

        decide(family)

        assert prices(family) == [(300, "2024-09-01", "2024-11-20"), (700, "2024-11-20", None)]
        sources = [row.source for row in PriceDecision.objects.order_by("valid_from")]
        assert sources == ["TAX_NOTICE", "NONE"]
        assert OutboxEvent.objects.filter(name="tariffs.price.decided").count() == 2

    def test_the_month_it_ends_in_is_billed_at_both_prices(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household, valid_until=datetime.date(2024, 9, 16))
        make_enrolment(family)

        prepare()

        lines = DraftLine.objects.order_by("days")
        assert [(line.quantity, line.unit_price_cents) for line in lines] == [(4, 300), (5, 700)]

    def test_a_new_proof_brought_in_time_takes_over_for_good(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household, valid_until=JANUARY)
        decide(family)
        make_resources(family.household, quotient_familial=Decimal(1000), valid_from=NOTICE_DAY)

        decide(family, NOTICE_DAY)

        assert prices(family) == [(300, "2024-09-01", "2024-11-20"), (500, "2024-11-20", None)]

    def test_a_proof_already_known_for_later_follows(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household, valid_until=NOTICE_DAY)
        make_resources(family.household, quotient_familial=Decimal(1000), valid_from=JANUARY)

        decide(family)

        assert prices(family) == [
            (300, "2024-09-01", "2024-11-20"),
            (700, "2024-11-20", "2025-01-01"),
            (500, "2025-01-01", None),
        ]

    def test_deciding_again_from_the_same_facts_changes_nothing(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household, valid_until=NOTICE_DAY)
        decide(family)
        before = list(PriceDecision.objects.order_by("pk").values())

        decide(family)
        decide(family, OCTOBER)

        assert list(PriceDecision.objects.order_by("pk").values()) == before

    def test_a_day_an_agent_decided_for_stays_when_an_earlier_day_is_decided(self) -> None:
        """The proof counts since September; the agent gave it effect from the 20th of November."""
        make_version("92")
        family = make_family()
        decide(family)
        make_resources(family.household)
        decide(family, NOTICE_DAY)
        HouseholdResources.objects.update(valid_until=JANUARY)

        decide(family, OCTOBER)

        assert prices(family) == [
            (700, "2024-09-01", "2024-10-01"),
            (300, "2024-10-01", "2024-11-20"),
            (300, "2024-11-20", None),
        ]


class TestANewVersion:
    def test_prices_are_decided_again_from_its_first_day(self) -> None:
        old = make_version("92")
        family, other = make_family(), make_family()
        make_resources(family.household)
        decide(family)
        decide(other)

        new = publish(JANUARY)

        assert prices(family) == [(300, "2024-09-01", "2025-01-01"), (360, "2025-01-01", None)]
        assert prices(other) == [(700, "2024-09-01", "2025-01-01"), (800, "2025-01-01", None)]
        versions = PriceDecision.objects.filter(pupil=family.pupil).order_by("valid_from")
        assert [row.tariff_version_id for row in versions] == [old.pk, new.pk]
        entry = AuditEntry.objects.get(action="tariffs.prices.decided_again")
        assert (entry.subject_id, entry.details) == (str(new.public_id), {"decisions": 2})
        told = OutboxEvent.objects.filter(name="tariffs.price.decided").order_by("pk")
        assert told.count() == 4
        assert told[2].payload == {
            "decision": str(versions[1].public_id),
            "pupil": str(family.pupil.public_id),
        }

    def test_each_day_decided_for_keeps_its_own_proof(self) -> None:
        make_version("92")
        family = make_family()
        decide(family)
        make_resources(family.household)
        decide(family, NOTICE_DAY)

        publish(OCTOBER)

        assert prices(family) == [
            (700, "2024-09-01", "2024-10-01"),
            (800, "2024-10-01", "2024-11-20"),
            (360, "2024-11-20", None),
        ]
        decide(family, MIDDLE)
        assert prices(family)[1:] == [
            (800, "2024-10-01", "2024-10-14"),
            (360, "2024-10-14", "2024-11-20"),
            (360, "2024-11-20", None),
        ]

    def test_a_proof_brought_before_it_starts_counts_on_both_sides(self) -> None:
        make_version("92")
        family = make_family()
        decide(family)
        publish(JANUARY)
        make_resources(family.household, valid_from=NOTICE_DAY)

        decide(family, NOTICE_DAY)

        assert prices(family) == [
            (700, "2024-09-01", "2024-11-20"),
            (300, "2024-11-20", "2025-01-01"),
            (360, "2025-01-01", None),
        ]

    def test_who_chose_the_maximum_pays_it_where_the_choice_is_no_longer_offered(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household, choose_maximum=True)
        decide(family)

        publish(JANUARY, may_choose_maximum=False)

        assert prices(family) == [(700, "2024-09-01", "2025-01-01"), (800, "2025-01-01", None)]

    def test_a_month_is_billed_at_the_price_of_each_day(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household)
        make_enrolment(family)
        publish(datetime.date(2024, 9, 16))

        prepare()

        lines = DraftLine.objects.order_by("days")
        assert [(line.quantity, line.unit_price_cents) for line in lines] == [(4, 300), (5, 360)]

    def test_an_issued_month_is_never_touched(
        self, issue_until: Callable[[datetime.date], None]
    ) -> None:
        make_version("92")
        family = make_family()
        decide(family)
        issue_until(OCTOBER)

        with pytest.raises(operations.TariffVersionInUse):
            publish(datetime.date(2024, 9, 16))
        assert prices(family) == [(700, "2024-09-01", None)]
        publish(OCTOBER)
        assert prices(family) == [(700, "2024-09-01", "2024-10-01"), (800, "2024-10-01", None)]

    def test_many_are_decided_in_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(repricing, "BATCH", 2)
        make_version("92")
        families = [make_family() for _ in range(5)]
        for family in families:
            decide(family)

        publish(JANUARY)

        assert [prices(family)[-1] for family in families] == [(800, "2025-01-01", None)] * 5

    def test_a_version_that_ends_leaves_no_price_and_the_next_one_fills_the_days(self) -> None:
        make_version("92")
        family = make_family()
        make_resources(family.household)
        make_enrolment(family)
        publish(JANUARY, datetime.date(2025, 4, 1))
        assert prices(family)[-1] == (360, "2025-01-01", "2025-04-01")

        publish(datetime.date(2025, 4, 1))

        assert prices(family)[1:] == [
            (360, "2025-01-01", "2025-04-01"),
            (360, "2025-04-01", None),
        ]


class TestEnrolledBeforeTheTariff:
    def test_publishing_prices_those_enrolled_without_a_price(self) -> None:
        family, ended, draftless = make_family(), make_family(), make_family()
        make_resources(family.household)
        make_enrolment(family)
        make_enrolment(ended)
        Enrolment.objects.filter(pupil=ended.pupil).update(
            valid_until=datetime.date(2024, 12, 1), state="ENDED"
        )
        assert not PriceDecision.objects.exists()

        publish(JANUARY)

        assert prices(family) == [(360, "2025-01-01", None)]
        assert prices(ended) == prices(draftless) == []

    def test_it_prices_from_the_first_enrolled_day(self) -> None:
        family = make_family()
        make_enrolment(family, start_on=MIDDLE)

        publish(RENTREE)

        assert prices(family) == [(800, "2024-10-14", None)]

    def test_it_prices_no_day_of_an_issued_month(
        self, issue_until: Callable[[datetime.date], None]
    ) -> None:
        family = make_family()
        make_enrolment(family)
        issue_until(OCTOBER)

        publish(RENTREE)

        assert prices(family) == [(800, "2024-10-01", None)]

    def test_it_fills_the_days_around_a_price_already_decided(self) -> None:
        family = make_family()
        make_enrolment(family)
        publish(JANUARY)
        publish(RENTREE, JANUARY)

        assert prices(family) == [(800, "2024-09-02", "2025-01-01"), (800, "2025-01-01", None)]

    def test_enrolling_before_a_published_tariff_starts_decides_its_price(self) -> None:
        publish(JANUARY)
        family = make_family()
        make_resources(family.household)

        make_enrolment(family)

        assert prices(family) == [(360, "2025-01-01", None)]

    def test_another_service_is_left_alone(self) -> None:
        family = make_family()
        make_enrolment(family, service="OCCASIONAL")

        publish(RENTREE)

        assert not PriceDecision.objects.exists()


class TestAStatus:
    @pytest.mark.parametrize("proof", ["API_PARTICULIER", "API_IMPOT", "TAX_NOTICE", "PAYSLIPS"])
    def test_needs_a_proof_of_its_own(self, proof: str) -> None:
        """DOMAIN §2.0: in this use, API Particulier may not be asked for it."""
        family = make_family()

        with pytest.raises(operations.ProofMissing) as refusal:
            make_resources(
                family.household,
                basis="CAF_QF",
                quotient_familial=Decimal(2400),
                statuses=["RSA"],
                proof_kind=proof,
            )

        assert refusal.value.details == {"reason": "STATUS", "source": proof}
        assert not HouseholdResources.objects.exists()

    @pytest.mark.parametrize("proof", ["STATUS_CERTIFICATE", "CAF_CERTIFICATE"])
    def test_with_one_comes_before_any_quotient(self, proof: str) -> None:
        make_version("94")
        family = make_family()
        make_resources(family.household, basis="", statuses=["RSA"], proof_kind=proof)

        assert decide(family, JANUARY).unit_price_cents == 40
