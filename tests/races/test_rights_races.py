"""Two agents on one request at the same moment, and two parents who begin one."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest

from billing.rights import deciding, operations, queries
from billing.rights.models import RightsRequest
from billing.rights.operations import Figures
from billing.tariffs.models import HouseholdResources
from tenants.people.models import Household
from tests.factories.rights import (
    AGENT,
    NOW,
    OTHER_AGENT,
    PARENT,
    make_asking_family,
    prices,
    to_inspect,
)
from tests.threads import run_in_threads, until_somebody_waits_for_us

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
FIGURES = Figures(basis="CAF_QF", quotient=Decimal(1100), proof_kind="CAF_CERTIFICATE")


def test_a_request_decided_and_refused_at_once_is_one_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    family = make_asking_family()
    request = to_inspect(family)
    settle = deciding.settle
    is_in = threading.Event()

    def slowly(*arguments: Any, **more: Any) -> None:
        settle(*arguments, **more)
        is_in.set()
        until_somebody_waits_for_us()

    def decide() -> str:
        return operations.decide_request(
            request=request, figures=FIGURES, actor=AGENT, at=NOW()
        ).state

    def refuse() -> str:
        assert is_in.wait(20)
        try:
            operations.refuse_request(request=request, words="Non.", actor=OTHER_AGENT, at=NOW())
        except operations.RequestOver:
            return "already over"
        return "refused"

    monkeypatch.setattr(deciding, "settle", slowly)

    assert run_in_threads([decide, refuse]) == ["DECIDED", "already over"]
    assert RightsRequest.objects.get().state == "DECIDED"
    assert HouseholdResources.objects.count() == 1
    assert [cents for cents, _ in prices(family)][:2] == [595, 280]


def test_two_parents_who_begin_at_once_have_one_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked, and found no request under way, when the first of them begins one."""
    family = make_asking_family()
    meet = threading.Barrier(2, timeout=20)
    look = queries.open_request_of

    def look_then_meet(household: Household) -> RightsRequest | None:
        found = look(household)
        meet.wait()
        return found

    def begin() -> int:
        return operations.begin_request(
            household=family.household, guardian=family.guardians[0], actor=PARENT, at=NOW()
        ).pk

    monkeypatch.setattr(queries, "open_request_of", look_then_meet)

    first, second = run_in_threads([begin, begin])

    assert first == second
    assert RightsRequest.objects.count() == 1
