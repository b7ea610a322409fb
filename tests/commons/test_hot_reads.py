"""Hot reads: each tenant has its own statement, planned once, on a connection that changes tenant too."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from billing.family_reads import SQL_FOLDER
from billing.family_reads.home import family_home
from commons import hot_reads
from commons.tenancy import NoTenant
from tenants.accounts.models import User
from tenants.registry import contexts
from tests.factories.drawn_families import TODAY

HOPS = 8
HOME = SQL_FOLDER / "home.sql"


def plans() -> list[tuple[int, int]]:
    """How often the home statement of this tenant was planned for its values, and how often not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements"
            " WHERE starts_with(statement, %s)",
            [hot_reads.statement(HOME, connection.schema_name).partition("%(")[0]],
        )
        return list(cursor.fetchall())


def test_a_statement_stays_prepared_when_tenants_take_turns(tenant_db, in_tenant):
    for _hop in range(HOPS):
        for schema in ("d92", "d94"):
            with in_tenant(schema):
                family_home(User(pk=1), on=TODAY)

    for schema in ("d92", "d94"):
        with in_tenant(schema):
            ((custom, generic),) = plans()
            assert custom <= 5  # PostgreSQL tries five times, then keeps one
            assert custom + generic >= HOPS


def test_a_number_is_sent_the_same_way_whatever_its_size(tenant_db):
    for key in (1, 2**20, 2**40):
        family_home(User(pk=key), on=TODAY)

    assert len(plans()) == 1


@pytest.mark.parametrize("path", sorted(SQL_FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_every_table_is_of_the_tenant(path):
    text = hot_reads.statement(path, "d92")
    named = set(re.findall(r"\b(?:FROM|JOIN) ([\w.\"]+)", text))
    of_others = {name for name in named if not name.startswith('"d92".')}
    own = set(re.findall(r"(\w+) AS MATERIALIZED", text))

    assert of_others <= own | {"LATERAL"}
    assert "tenant." not in text


def test_there_is_no_hot_read_outside_a_tenant(tenant_db):
    with contexts.public(), pytest.raises(NoTenant):
        hot_reads.read_json(HOME, user_id=1, day=TODAY, school_year=2024)
