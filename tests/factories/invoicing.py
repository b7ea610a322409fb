"""Billing for tests: a régie, runs prepared, reviewed and issued by the operations."""

from __future__ import annotations

import datetime
from typing import Any

from billing.invoicing import operations
from billing.invoicing.models import Anomaly, BillingRun, Invoice, Regie
from tests.factories.canteen import Family, make_enrolment, make_family
from tests.factories.tariffs import ACTOR, make_resources, make_version

SEPTEMBER = datetime.date(2024, 9, 1)
OCTOBER = datetime.date(2024, 10, 1)
ISSUE_AT = datetime.datetime(2024, 10, 2, 10, 0, tzinfo=datetime.UTC)
DUE_ON = datetime.date(2024, 11, 1)


def make_regie(code: str = "restauration") -> Regie:
    return operations.open_regie(
        code=code, name="Régie de restauration", siret="", actor=ACTOR, at=ISSUE_AT
    )


def make_billed_family(departement: str = "92", **traits: Any) -> Family:
    """A family with a tax notice (600.00 a month: 3.00 euros), enrolled on Mondays and Thursdays.

    Nine meals in September 2024: 2, 5, 9, 12, 16, 19, 23, 26 and 30.
    """
    family = make_family(**traits)
    for guardian in family.guardians:
        guardian.email = f"payeur{guardian.pk}@exemple.fr"
        guardian.save(update_fields=["email"])
    make_version(departement)
    make_resources(family.household)
    make_enrolment(family)
    return family


def prepare(
    regie: Regie | None = None,
    month: datetime.date = SEPTEMBER,
    at: datetime.datetime = ISSUE_AT,
) -> BillingRun:
    return operations.prepare_run(regie=regie or make_regie(), month=month, actor=ACTOR, at=at)


def review(run: BillingRun, at: datetime.datetime = ISSUE_AT) -> BillingRun:
    return operations.review_run(run=run, actor=ACTOR, at=at)


def issue(run: BillingRun, at: datetime.datetime = ISSUE_AT, **traits: Any) -> list[Invoice]:
    """Review, answer what blocks, issue; the invoices in the order of their numbers."""
    run = review(run, at)
    for anomaly in run.anomalies.filter(severity=Anomaly.Severity.BLOCKING):
        operations.answer_anomaly(anomaly=anomaly, answer="Vérifié.", actor=ACTOR, at=at)
    operations.issue_run(run=run, **{"due_on": DUE_ON, "actor": ACTOR, "at": at, **traits})
    return list(Invoice.objects.filter(run=run).order_by("number"))
