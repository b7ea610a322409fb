"""Tariffs for tests: schedules in force and resources of a household."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from billing.tariffs import operations
from billing.tariffs.models import HouseholdResources, TariffVersion
from billing.tariffs.schedule_files import published_schedule
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


def make_resources(household: Household, **traits: Any) -> HouseholdResources:
    """Resources of a household: a tax notice of quotient 600.00, unless traits say otherwise."""
    others = {"quotient_familial", "monthly_income_cents", "choose_maximum", "statuses"}
    if not traits.keys() & others:
        traits = {"reference_tax_income_cents": 18_000_00, "tax_parts": Decimal("2.5"), **traits}
    if not traits.get("choose_maximum"):
        traits = {"basis": "FISCAL_QF", "proof_kind": "TAX_NOTICE", **traits}
    return operations.record_resources(
        household=household, **{"valid_from": RENTREE, "actor": ACTOR, "at": AT, **traits}
    )
