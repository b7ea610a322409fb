"""What the points need, tried in every run: places that exist, draws that repeat, checks that see."""

from __future__ import annotations

import pytest
from django.db import connection

from billing.invoicing.models import DraftInvoice
from tests.factories.invoicing import issue, make_billed_family, make_regie, prepare
from tests.kill import checks
from tests.kill.points import PLACES, point

pytestmark = pytest.mark.usefixtures("tenant_db")


def rows(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, None)
        return list(cursor.fetchall())


def found() -> set[str]:
    """The checks that find something now."""
    return {
        name for name, query in checks.QUERIES.items() if rows(query.format(month="2024-09-01"))
    }


def test_a_point_is_the_same_whenever_it_is_played():
    for number in range(3 * len(PLACES)):
        first, again = point(number), point(number)
        assert first == again
        assert first.draw.random() == again.draw.random()
        assert first.victims


@pytest.mark.parametrize("table", sorted({place.table for place in PLACES if place.table}))
def test_a_place_is_before_a_table_of_ours(table):
    assert rows(f"SELECT to_regclass('d92.{table}') IS NOT NULL") == [(True,)]


@pytest.mark.parametrize(("table", "columns"), checks.KEPT)
def test_what_is_kept_can_be_read(table, columns):
    assert rows(f"SELECT count(*) FROM (SELECT {columns} FROM {table}) AS row") == [(0,)]


def test_checks_see_what_waits_and_nothing_else():
    make_billed_family()
    issue(prepare(make_regie()))

    assert found() == {"events that were given up or wait"}


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (
            "UPDATE invoicing_invoicecounter SET latest_number = latest_number + 1",
            "a counter that is not at its latest number",
        ),
        (
            "UPDATE invoicing_billingrun SET state = 'REVIEWED', issued_at = NULL",
            "the month not issued, or issued twice",
        ),
        (
            "UPDATE invoicing_draftinvoice SET total_cents = total_cents + 1",
            "drafts that are not one invoice, or another amount",
        ),
        (
            "UPDATE invoicing_draftinvoice SET total_cents = total_cents + 1",
            "drafts whose total is not the sum of their lines",
        ),
    ],
)
def test_checks_see_damage(damage, name):
    make_billed_family()
    issue(prepare(make_regie()))
    assert name not in found()

    with connection.cursor() as cursor:
        cursor.execute(damage)

    assert name in found()
    assert DraftInvoice.objects.exists()
