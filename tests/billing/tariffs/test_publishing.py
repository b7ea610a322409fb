"""Publishing versions: no overlap, no edit of what was used, a successor instead."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError

from billing.tariffs import operations, queries
from billing.tariffs.engine import Modifier
from billing.tariffs.models import PriceDecision, TariffVersion
from billing.tariffs.schedule_files import (
    SCHEDULES_FOLDER,
    ScheduleFile,
    ServiceName,
    load_schedule,
    published_schedule,
)
from commons.models import AuditEntry
from tests.factories.canteen import make_family
from tests.factories.tariffs import ACTOR, AT, dearer, make_version

pytestmark = pytest.mark.usefixtures("tenant_db")
NEXT_YEAR = datetime.date(2025, 9, 1)


def publish(schedule: ScheduleFile) -> TariffVersion:
    (version,) = operations.publish_schedule(schedule=schedule, actor=ACTOR, at=AT)
    return version


def decide_from(pupil: object, day: datetime.date) -> PriceDecision:
    return operations.decide_price(
        pupil=pupil,  # type: ignore[arg-type]
        service="HALF_BOARD",
        valid_from=day,
        actor=ACTOR,
        at=AT,
    )


def test_a_published_schedule_prices_from_its_first_day_with_its_legal_basis() -> None:
    version = make_version("92")

    assert queries.version_on("HALF_BOARD", datetime.date(2024, 8, 31)) is None
    assert queries.version_on("HALF_BOARD", datetime.date(2024, 9, 1)) == version
    assert "R.531-52" in version.legal_basis
    assert version.is_illustrative
    assert version.digest == queries.definition_of(version).digest
    assert AuditEntry.objects.filter(action="tariffs.version.published").count() == 1


def test_publishing_the_same_schedule_twice_changes_nothing() -> None:
    first = make_version("92")
    publish(dearer(NEXT_YEAR))

    assert make_version("92").pk == first.pk
    assert TariffVersion.objects.count() == 2


def test_a_new_version_closes_the_open_one_and_the_decisions_made_under_it() -> None:
    old = make_version("92")
    family = make_family()
    decide_from(family.pupil, datetime.date(2024, 9, 1))

    new = publish(dearer(NEXT_YEAR))

    old.refresh_from_db()
    assert (old.valid_until, new.valid_from) == (NEXT_YEAR, NEXT_YEAR)
    before = queries.price_on(family.pupil, "HALF_BOARD", datetime.date(2025, 8, 31))
    after = queries.price_on(family.pupil, "HALF_BOARD", NEXT_YEAR)
    assert before is not None
    assert after is not None
    assert (before.unit_price_cents, before.tariff_version_id) == (700, old.pk)
    assert (after.unit_price_cents, after.tariff_version_id) == (800, new.pk)


@pytest.mark.parametrize(
    ("valid_from", "valid_until"),
    [
        (datetime.date(2024, 1, 1), None),
        (datetime.date(2024, 1, 1), datetime.date(2024, 9, 2)),
        (datetime.date(2024, 9, 1), None),
    ],
)
def test_a_version_that_would_overlap_is_refused_and_changes_nothing(
    valid_from: datetime.date, valid_until: datetime.date | None
) -> None:
    standing = make_version("92")

    with pytest.raises(operations.TariffVersionsOverlap) as refusal:
        publish(dearer(valid_from, valid_until))

    assert refusal.value.details["valid_from"] == standing.valid_from
    standing.refresh_from_db()
    assert standing.valid_until is None
    assert TariffVersion.objects.count() == 1


def test_a_version_may_fill_the_time_before_another() -> None:
    make_version("92")

    earlier = publish(dearer(datetime.date(2023, 9, 1), datetime.date(2024, 9, 1)))

    assert queries.version_on("HALF_BOARD", datetime.date(2024, 8, 31)) == earlier


def test_a_version_whose_days_are_invoiced_is_not_cut(
    issue_until: Callable[[datetime.date], None],
) -> None:
    standing = make_version("92")
    family = make_family()
    decide_from(family.pupil, datetime.date(2024, 9, 1))
    issue_until(datetime.date(2025, 12, 1))

    with pytest.raises(operations.TariffVersionInUse) as refusal:
        publish(dearer(NEXT_YEAR))

    assert refusal.value.details["first_open_day"] == datetime.date(2025, 12, 1)
    standing.refresh_from_db()
    assert standing.valid_until is None
    assert publish(dearer(datetime.date(2026, 1, 1))).valid_from == datetime.date(2026, 1, 1)


def test_an_aid_without_the_price_it_is_taken_off_is_refused() -> None:
    schedule = load_schedule(SCHEDULES_FOLDER / "77-2020.yaml")

    with pytest.raises(operations.FullPriceMissing):
        operations.publish_schedule(schedule=schedule, actor=ACTOR, at=AT)

    assert not TariffVersion.objects.exists()


def test_a_discount_for_some_days_makes_a_price_for_those_days() -> None:
    family = make_family()
    schedule = published_schedule("92")
    definition = schedule.services[ServiceName.HALF_BOARD]
    spring = Modifier("Baisse", datetime.date(2025, 5, 1), datetime.date(2025, 7, 1), -50)
    changed = dataclasses.replace(definition, modifiers=(spring,))
    services = {ServiceName.HALF_BOARD: changed}
    operations.publish_schedule(
        schedule=dataclasses.replace(schedule, services=services), actor=ACTOR, at=AT
    )

    decide_from(family.pupil, datetime.date(2024, 9, 1))

    prices = queries.prices_since([family.pupil.pk], "HALF_BOARD", NEXT_YEAR.replace(year=2024))
    assert [
        (row.valid_from.isoformat(), row.unit_price_cents) for row in prices[family.pupil.pk]
    ] == [
        ("2024-09-01", 700),
        ("2025-05-01", 650),
        ("2025-07-01", 700),
    ]


def test_the_database_itself_refuses_two_versions_at_once() -> None:
    version = make_version("92")

    overlap = "tariff_versions_do_not_overlap"
    with pytest.raises(IntegrityError, match=overlap), transaction.atomic():
        TariffVersion.objects.create(
            schedule_id=version.schedule_id,
            valid_from=NEXT_YEAR,
            legal_basis="",
            definition=version.definition,
            digest=version.digest,
        )


def test_the_tenant_has_no_right_to_edit_or_delete_a_version_or_a_decision() -> None:
    version = make_version("92")
    family = make_family()
    decision = decide_from(family.pupil, datetime.date(2024, 9, 1))

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        TariffVersion.objects.filter(pk=version.pk).update(definition={})
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        PriceDecision.objects.filter(pk=decision.pk).update(unit_price_cents=1)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        PriceDecision.objects.filter(pk=decision.pk)._raw_delete("default")

    decision.refresh_from_db()
    assert decision.unit_price_cents == 700


def test_two_departements_price_apart(in_tenant) -> None:  # type: ignore[no-untyped-def]
    make_version("92")

    with in_tenant("d94"):
        assert queries.version_on("HALF_BOARD", NEXT_YEAR) is None
        make_version("94")
        priced = queries.version_on("HALF_BOARD", NEXT_YEAR)
        assert priced is not None
        assert queries.definition_of(priced).lowest_cents == 40
