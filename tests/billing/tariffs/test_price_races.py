"""Two decisions at once: one after the other under the lock; refused by the database without it."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import IntegrityError, OperationalError

from billing.tariffs import decisions, operations, queries
from billing.tariffs.models import PriceDecision
from tenants.people.models import Pupil
from tests.factories.canteen import Family, make_family
from tests.factories.tariffs import ACTOR, AT, make_resources, make_version
from tests.threads import run_in_threads

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
SEPTEMBER = datetime.date(2024, 9, 1)
NOVEMBER = datetime.date(2024, 11, 20)


def _decide_at_once(family: Family) -> list[object]:
    def decide_from(day: datetime.date) -> str:
        try:
            operations.decide_price(
                pupil=family.pupil, service="HALF_BOARD", valid_from=day, actor=ACTOR, at=AT
            )
        except IntegrityError as error:
            is_ours = "price_decisions_do_not_overlap_half_board" in str(error)
            return "refused" if is_ours else str(error)
        except OperationalError as error:  # both insert at once: PostgreSQL breaks the tie
            return "refused" if "deadlock" in str(error) else str(error)
        return "decided"

    results = run_in_threads([lambda: decide_from(SEPTEMBER), lambda: decide_from(NOVEMBER)])
    return sorted(results, key=str)


def _family() -> Family:
    make_version("92")
    family = make_family()
    make_resources(family.household, valid_from=NOVEMBER)
    return family


def test_two_decisions_at_once_never_overlap() -> None:
    family = _family()

    assert _decide_at_once(family) == ["decided", "decided"]

    rows = list(queries.price_history(family.pupil, "HALF_BOARD").order_by("valid_from"))
    assert [(row.unit_price_cents, row.valid_from, row.valid_until) for row in rows] == [
        (700, SEPTEMBER, NOVEMBER),
        (300, NOVEMBER, None),
    ]


def test_the_race_is_real_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails, the test above proves nothing: it is then the constraint that refuses one."""
    family = _family()
    meet = threading.Barrier(2, timeout=20)

    def no_lock(public_id: object) -> Pupil:
        return Pupil.objects.get(public_id=public_id)

    close = decisions._close_at

    def close_then_meet(*arguments: object) -> None:
        close(*arguments)  # type: ignore[arg-type]
        meet.wait()

    monkeypatch.setattr(decisions, "lock_pupil", no_lock)
    monkeypatch.setattr(decisions, "_close_at", close_then_meet)

    assert _decide_at_once(family) == ["decided", "refused"]
    assert PriceDecision.objects.count() == 1
