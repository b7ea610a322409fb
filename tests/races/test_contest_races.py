"""Two answers to one contested price, at once."""

from __future__ import annotations

import datetime
import threading
from decimal import Decimal
from typing import Any

import pytest

from billing.tariffs import contesting, operations
from billing.tariffs.models import PriceContest, PriceDecision
from commons.models import OutboxEvent
from tests.factories.invoicing import make_billed_family
from tests.factories.tariffs import ACTOR, make_resources
from tests.threads import run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
AT = datetime.datetime(2024, 10, 7, 10, tzinfo=datetime.UTC)
MONDAY = datetime.date(2024, 10, 14)


def test_a_contest_accepted_and_refused_at_once_is_one_of_them(monkeypatch):
    family = make_billed_family()
    contest = operations.contest_price(
        decision=PriceDecision.objects.get(),
        guardian=family.guardians[0],
        text="Trop cher",
        actor=ACTOR,
        at=AT,
    )
    make_resources(
        family.household,
        reference_tax_income_cents=9_000_00,
        tax_parts=Decimal("2.5"),
        valid_from=MONDAY,
    )
    make_decision = contesting.make_decision
    is_in = threading.Event()

    def slowly(**options: Any) -> Any:
        made = make_decision(**options)
        is_in.set()
        until_somebody_waits_for_us()
        return made

    def accept() -> str:
        return operations.accept_contest(
            contest=contest, valid_from=MONDAY, answer="Oui", actor=ACTOR, at=AT
        ).state

    def refuse() -> str:
        assert is_in.wait(20)
        try:
            operations.refuse_contest(contest=contest, answer="Non", actor=ACTOR, at=AT)
        except operations.ContestAlreadyAnswered:
            return "already answered"
        return "refused"

    monkeypatch.setattr(contesting, "make_decision", slowly)

    assert run_in_threads([accept, refuse]) == ["ACCEPTED", "already answered"]
    assert PriceContest.objects.get().new_decision.unit_price_cents == 150
    assert OutboxEvent.objects.filter(name="tariffs.contest.answered").count() == 1
