"""Issuing at the same moment: once per month, and no hole in the numbers."""

from __future__ import annotations

import datetime

from billing.invoicing import operations
from billing.invoicing.models import Invoice
from billing.ledger import queries as ledger
from billing.ledger.models import Transfer
from tests.factories.invoicing import (
    DUE_ON,
    ISSUE_AT,
    OCTOBER,
    make_billed_family,
    make_regie,
    prepare,
    review,
)
from tests.factories.tariffs import ACTOR
from tests.threads import run_in_threads

IN_NOVEMBER = datetime.datetime(2024, 11, 4, 10, tzinfo=datetime.UTC)


def issuing(run, at=ISSUE_AT, due_on=DUE_ON):
    def act() -> str:
        try:
            operations.issue_run(run=run, due_on=due_on, actor=ACTOR, at=at)
        except operations.RunAlreadyIssued:
            return "already issued"
        return "issued"

    return act


def test_one_month_issued_by_two_at_once_is_issued_once(committed_tenant_db):
    for _ in range(4):
        make_billed_family()
    run = review(prepare())

    results = run_in_threads([issuing(run), issuing(run)])

    assert sorted(map(str, results)) == ["already issued", "issued"]
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == [f"2024-{rank:06d}" for rank in range(1, 5)]
    assert Transfer.objects.count() == 4
    assert ledger.trial_balance().is_balanced


def test_two_months_issued_at_once_share_the_numbers_without_a_hole(committed_tenant_db):
    for _ in range(4):
        make_billed_family()
    regie = make_regie()
    september = review(prepare(regie))
    october = review(prepare(regie, OCTOBER, IN_NOVEMBER), IN_NOVEMBER)
    due_on = datetime.date(2024, 12, 4)

    results = run_in_threads(
        [issuing(september, IN_NOVEMBER, due_on), issuing(october, IN_NOVEMBER, due_on)]
    )

    assert results == ["issued", "issued"]
    numbers = list(Invoice.objects.order_by("number").values_list("number", flat=True))
    assert numbers == [f"2024-{rank:06d}" for rank in range(1, 9)]
