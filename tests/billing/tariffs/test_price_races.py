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
from tests.factories.tariffs import ACTOR, AT, dearer, make_resources, make_version
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

    replace = decisions.replace

    def replace_then_meet(*arguments: object) -> None:
        replace(*arguments)  # type: ignore[arg-type]
        meet.wait()

    monkeypatch.setattr(decisions, "lock_pupil", no_lock)
    monkeypatch.setattr(decisions, "replace", replace_then_meet)

    assert _decide_at_once(family) == ["decided", "refused"]
    assert PriceDecision.objects.filter(valid_from=NOVEMBER).count() == 1


def _publish_while_deciding(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, object]]:
    """A price is decided, and not committed, while a dearer version is published from November."""
    make_version("92")
    family = make_family()
    is_decided, is_published = threading.Event(), threading.Event()
    tell = decisions._tell

    def tell_then_wait(*arguments: object, **named: object) -> None:
        tell(*arguments, **named)  # type: ignore[arg-type]
        is_decided.set()
        is_published.wait(2)

    def decide() -> str:
        operations.decide_price(
            pupil=family.pupil, service="HALF_BOARD", valid_from=SEPTEMBER, actor=ACTOR, at=AT
        )
        return "decided"

    def publish() -> str:
        assert is_decided.wait(20)
        operations.publish_schedule(schedule=dearer(NOVEMBER), actor=ACTOR, at=AT)
        is_published.set()
        return "published"

    monkeypatch.setattr(decisions, "_tell", tell_then_wait)
    assert run_in_threads([decide, publish]) == ["decided", "published"]
    rows = queries.price_history(family.pupil, "HALF_BOARD").order_by("valid_from")
    return [(row.unit_price_cents, row.valid_until) for row in rows]


def test_a_price_decided_while_a_version_is_published_follows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _publish_while_deciding(monkeypatch) == [(700, NOVEMBER), (800, None)]


def test_a_price_misses_the_version_without_the_lock_of_the_schedule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If this fails, the test above proves nothing."""
    monkeypatch.setattr(decisions, "share_schedule", lambda _service: None)

    assert _publish_while_deciding(monkeypatch) == [(700, None)]
