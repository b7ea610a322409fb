"""Tariffs for tests: schedules in force and resources of a household."""

from __future__ import annotations

import dataclasses
import datetime
from decimal import Decimal
from typing import Any

from billing.tariffs import operations
from billing.tariffs.models import HouseholdResources, TariffVersion
from billing.tariffs.schedule_files import ScheduleFile, ServiceName, published_schedule
from commons.actors import Actor
from tenants.people.models import Household

ACTOR = Actor.system("tests")
AT = datetime.datetime(2024, 9, 2, 10, 0, tzinfo=datetime.UTC)
RENTREE = datetime.date(2024, 9, 1)


def make_version(departement: str = "92") -> TariffVersion:
    """The published half-board version of a département, in force in the current tenant."""
    (version,) = operations.publish_schedule(
        schedule=published_schedule(departement), actor=ACTOR, at=AT
    )
    return version


def dearer(valid_from: datetime.date, valid_until: datetime.date | None = None) -> ScheduleFile:
    """The schedule of Hauts-de-Seine with a maximum of 8.00 €."""
    schedule = published_schedule("92")
    definition = schedule.services[ServiceName.HALF_BOARD]
    rule = dataclasses.replace(definition.rule, maximum_cents=800)  # type: ignore[type-var]
    return dataclasses.replace(
        schedule,
        valid_from=valid_from,
        valid_until=valid_until,
        services={ServiceName.HALF_BOARD: dataclasses.replace(definition, rule=rule)},
    )


def make_resources(household: Household, **traits: Any) -> HouseholdResources:
    """Resources of a household: a tax notice of quotient 600.00, unless traits say otherwise.

    A status comes with the certificate that proves it.
    """
    others = {"quotient_familial", "monthly_income_cents", "choose_maximum", "statuses"}
    if not traits.keys() & others:
        traits = {"reference_tax_income_cents": 18_000_00, "tax_parts": Decimal("2.5"), **traits}
    if traits.get("statuses"):
        traits = {"proof_kind": "STATUS_CERTIFICATE", **traits}
    if not traits.get("choose_maximum"):
        traits = {"basis": "FISCAL_QF", "proof_kind": "TAX_NOTICE", **traits}
    return operations.record_resources(
        household=household, **{"valid_from": RENTREE, "actor": ACTOR, "at": AT, **traits}
    )
