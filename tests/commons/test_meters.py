"""What is counted: what is committed, where it was, under the attributes that were declared."""

from __future__ import annotations

import pytest
from django.db import transaction

from commons.meters import FRESH_SECONDS, Counter, Gauge
from tests.measures import Measures

BREAD = Counter(
    "tests.bread", unit="{loaf}", description="Loaves.", attributes={"kind": ("WHITE", "BROWN")}
)
D92, D94 = {"socle.tenant.schema": "d92"}, {"socle.tenant.schema": "d94"}


@pytest.mark.usefixtures("tenant_db")
class TestCounter:
    def test_counts_at_commit_in_the_tenant_of_the_act(self, measures: Measures, in_tenant) -> None:
        with transaction.atomic():
            BREAD.add(2, kind="BROWN")
            assert measures.of("tests.bread") == []
        with in_tenant("d94"):
            BREAD.add(kind="WHITE")

        assert measures.of("tests.bread") == [
            (D92 | {"kind": "BROWN"}, 2),
            (D94 | {"kind": "WHITE"}, 1),
        ]

    def test_what_is_rolled_back_counts_nothing(self, measures: Measures) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            BREAD.add(kind="WHITE")
            raise ZeroDivisionError

        assert measures.of("tests.bread") == []

    @pytest.mark.parametrize("given", [{"kind": "aminata.diallo@exemple.fr"}, {}])
    def test_a_value_that_was_not_declared_is_other(self, measures: Measures, given) -> None:
        BREAD.add(**given)

        assert measures.of("tests.bread") == [(D92 | {"kind": "OTHER"}, 1)]


def test_a_gauge_says_the_latest_figure_of_each_tenant(measures: Measures, tenant_db, in_tenant):
    gauge = Gauge("tests.oven", unit="Cel", description="Heat.")

    gauge.set(180)
    gauge.set(200)
    with in_tenant("d94"):
        gauge.set(20)

    assert measures.of("tests.oven") == [(D92, 200), (D94, 20)]
    assert measures.of("tests.oven") == [(D92, 200), (D94, 20)]  # still true when read again


def test_a_gauge_says_nothing_once_its_figure_is_old(measures: Measures, tenant_db):
    now = [1_000.0]
    gauge = Gauge("tests.fridge", unit="Cel", description="Cold.", clock=lambda: now[0])
    gauge.set(4)

    now[0] += FRESH_SECONDS
    assert measures.of("tests.fridge") == [(D92, 4)]
    now[0] += 1

    assert measures.of("tests.fridge") == []
