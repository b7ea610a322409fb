"""Quotients by thousands: exactly what the acts of one household do, in a few statements."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.tariffs import operations, queries, refreshing
from billing.tariffs.engine import Basis
from billing.tariffs.issued_months import AlreadyBilled
from billing.tariffs.models import HouseholdResources, PriceDecision
from billing.tariffs.refreshing import Refresh, Refreshed, refresh_quotients
from billing.tariffs.schedule_files import published_schedule
from commons.models import AuditEntry, OutboxEvent
from socle.command_errors import Refused
from socle.commands.refresh import read_refreshes
from tests.factories.canteen import Family, make_family
from tests.factories.tariffs import ACTOR, AT, RENTREE, make_resources

pytestmark = pytest.mark.usefixtures("tenant_db")
MEAL = "HALF_BOARD"
OCTOBER = datetime.date(2024, 10, 1)
NOVEMBER = datetime.date(2024, 11, 1)
DATED = datetime.date(2024, 8, 20)
Proof = HouseholdResources.Proof
SOME = "0199c1f0-0000-7000-8000-000000000001"


@pytest.fixture(autouse=True)
def tariff(tenant_db: None) -> None:
    schedule = dataclasses.replace(published_schedule("94"), valid_from=RENTREE)
    operations.publish_schedule(schedule=schedule, actor=ACTOR, at=AT)


def certificate(family: Family, euros: str, **traits: Any) -> HouseholdResources:
    given = {"basis": "CAF_QF", "proof_kind": "CAF_CERTIFICATE", "proof_dated_on": DATED, **traits}
    return make_resources(family.household, quotient_familial=Decimal(euros), **given)


def priced(euros: str | None = "1100") -> Family:
    family = make_family()
    if euros is not None:
        certificate(family, euros)
    operations.decide_price(
        pupil=family.pupil, service=MEAL, valid_from=RENTREE, actor=ACTOR, at=AT
    )
    return family


def refresh(*lines: tuple[Family, str], day: datetime.date = OCTOBER) -> Refreshed:
    (done,) = refresh_quotients(
        refreshes=[
            Refresh(family.household.public_id, Decimal(euros), DATED) for family, euros in lines
        ],
        basis=Basis.CAF_QF,
        proof_kind=Proof.CAF_CERTIFICATE,
        service=MEAL,
        valid_from=day,
        actor=ACTOR,
        at=AT,
    )
    return done


def story(family: Family) -> list[tuple[Any, ...]]:
    """All that is known of a family's prices and proofs, without identifiers."""
    prices = PriceDecision.objects.filter(pupil=family.pupil, service=MEAL)
    proofs = HouseholdResources.objects.filter(household=family.household)
    return [
        *prices.order_by("valid_from", "pk").values_list(
            "valid_from", "valid_until", "unit_price_cents", "inputs", "steps", "source",
            "is_automatic",
        ),
        *proofs.order_by("valid_from", "pk").values_list(
            "valid_from", "valid_until", "basis", "quotient_familial", "statuses", "proof_kind",
            "proof_dated_on", "choose_maximum",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("known", [None, "1100", "600"])
@pytest.mark.parametrize("euros", ["599.99", "1025.005", "3000"])
def test_many_at_once_are_what_the_acts_of_each_would_be(known: str | None, euros: str) -> None:
    one, other = priced(known), priced(known)
    certificate(one, euros, valid_from=OCTOBER)
    operations.decide_household_prices(
        household=one.household, service=MEAL, valid_from=OCTOBER, actor=ACTOR, at=AT
    )

    refresh((other, euros))

    assert story(other) == story(one)


def test_a_quotient_that_is_known_changes_nothing_and_twice_is_once() -> None:
    family, same = priced("1100"), priced("600")
    before = story(same)

    first = refresh((family, "600"), (same, "600.00"))
    after = story(family)
    again = refresh((family, "600"), (same, "600"))

    assert (first.recorded, first.unchanged, first.prices) == (1, 1, 1)
    assert (again.recorded, again.unchanged, again.prices) == (0, 2, 0)
    assert story(same) == before
    assert story(family) == after
    (price,) = queries.prices_on([family.pupil.pk], MEAL, OCTOBER).values()
    assert price.unit_price_cents == 115


def test_a_pupil_without_a_price_gets_none_and_its_household_is_known_all_the_same() -> None:
    family = make_family()

    done = refresh((family, "600"))

    assert (done.recorded, done.prices) == (1, 0)
    assert not PriceDecision.objects.exists()
    assert queries.resources_on(family.household.pk, OCTOBER) is not None


def test_what_cannot_be_recorded_is_told_and_the_rest_goes_on() -> None:
    good, later, chose, poor, twice = (priced() for _ in range(5))
    certificate(later, "900", valid_from=NOVEMBER)
    operations.record_resources(
        household=chose.household, choose_maximum=True, valid_from=RENTREE, actor=ACTOR, at=AT
    )
    make_resources(poor.household, statuses=["RSA"])
    unknown = Refresh(uuid.uuid4(), Decimal(600), DATED)
    families = (good, later, chose, poor)
    lines = [Refresh(row.household.public_id, Decimal(600), DATED) for row in families]
    mad = [Refresh(twice.household.public_id, Decimal(value), DATED) for value in ("-1", "-2")]

    (done,) = refresh_quotients(
        refreshes=[*lines, lines[0], unknown, *mad],
        basis=Basis.CAF_QF, proof_kind=Proof.CAF_CERTIFICATE, service=MEAL,
        valid_from=OCTOBER, actor=ACTOR, at=AT,
    )  # fmt: skip

    told = {key: error.details["reason"] for key, error in done.refused.items()}
    assert told == {
        good.household.public_id: "TWICE",
        later.household.public_id: "LATER",
        chose.household.public_id: "MAXIMUM_CHOSEN",
        poor.household.public_id: "STATUS_PROVEN",
        unknown.household: "UNKNOWN",
        twice.household.public_id: "TWICE",
    }
    assert done.recorded == 1
    assert queries.prices_on([good.pupil.pk], MEAL, OCTOBER)[good.pupil.pk].unit_price_cents == 115


def test_a_billed_day_is_refused(issue_until: Callable[[datetime.date], None]) -> None:
    family = priced()
    issue_until(NOVEMBER)

    with pytest.raises(AlreadyBilled):
        refresh((family, "600"))


def test_each_price_has_its_event_and_the_batch_its_line_in_the_journal() -> None:
    families = [priced() for _ in range(3)]
    decided = OutboxEvent.objects.filter(name="tariffs.price.decided")
    before = decided.count()

    done = refresh(*((family, "600") for family in families))

    assert done.prices == 3
    assert decided.count() == before + 3
    entry = AuditEntry.objects.get(action="tariffs.resources.refreshed")
    assert (entry.details["recorded"], entry.details["prices"]) == (3, 3)


def test_ten_households_take_no_more_statements_than_two() -> None:
    def statements(count: int) -> int:
        families = [priced() for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            refresh(*((family, "600") for family in families))
        return len(seen)

    statements(1)  # what is read once per process

    assert statements(2) == statements(10)


def test_batches_are_cut_and_each_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing, "BATCH", 2)
    families = [priced() for _ in range(5)]

    done = list(
        refresh_quotients(
            refreshes=[
                Refresh(family.household.public_id, Decimal(600), DATED) for family in families
            ],
            basis=Basis.CAF_QF, proof_kind=Proof.CAF_CERTIFICATE, service=MEAL,
            valid_from=OCTOBER, actor=ACTOR, at=AT,
        )
    )  # fmt: skip

    assert [batch.recorded for batch in done] == [2, 2, 1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("foyer,quotient\n", "household,quotient,dated_on"),
        ("household,quotient,dated_on\nabc,600,2024-10-01\n", "Ligne 2"),
        (f"household,quotient,dated_on\n{SOME},beaucoup,2024-10-01\n", "Ligne 2"),
        (f"household,quotient,dated_on\n{SOME},600,01/10/2024\n", "Ligne 2"),
        (f"household,quotient,dated_on\n{SOME},600\n", "Ligne 2"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "quotients.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(Refused, match=says):
        read_refreshes(path)


def test_a_file_is_read_with_commas_and_points(tmp_path: Path) -> None:
    path = tmp_path / "quotients.csv"
    household = uuid.UUID(SOME)
    path.write_text(
        f'\ufeffhousehold,quotient,dated_on\n{household},"1025,50",2024-10-01\n', encoding="utf-8"
    )

    assert read_refreshes(path) == [
        Refresh(household, Decimal("1025.50"), datetime.date(2024, 10, 1))
    ]
