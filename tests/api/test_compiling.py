"""What a compiled statement keeps, and what it must never keep."""

from __future__ import annotations

import datetime
import re
import uuid

import pytest
from graphql import get_operation_ast, parse

from api import plans
from api.compiling.making import Compiled
from api.compiling.slots import DAY, WHO, Slots
from api.schema import schema
from commons.hot_reads import in_schema
from tenants.accounts.capabilities import Role
from tests.factories.drawn_families import AT, draw_families

EVERYTHING = """query($n: Int, $id: ID!) { viewer { fullName pupil { id }
  children(first: $n) { passCards { id } price { id } enrolment { payers { fullName } }
    invoices(first: $n) { nodes { lines { dispute { id } credited { cents } } } } }
  payments { edges { node { receiptUrl parts { refunded { cents } } } } } }
  child(id: $id) { firstName } }"""


def compiled(text: str, **how: object) -> Compiled:
    document = parse(text)
    plan = plans.plan_of(schema.graphql_schema, document, get_operation_ast(document))
    assert plan is not None
    found = plan.compiled({"n": 2, "id": "x"}, **how)
    assert found is not None
    return found


def test_a_day_that_is_of_no_slot_is_refused():
    slots = Slots()

    kept = slots.statement("SELECT %s, %s", (DAY, WHO))
    assert kept.text == "SELECT %(s0)s, %(s1)s"
    for fixed in (datetime.date(2026, 11, 29), AT):
        with pytest.raises(ValueError, match="fixed day"):
            slots.statement("SELECT %s", (fixed,))


def test_a_slot_is_one_parameter_wherever_it_stands():
    slots = Slots()
    size, key = slots.number(lambda *_: 20), slots.identifier(lambda *_: uuid.UUID(int=1))

    kept = slots.statement(f"SELECT '%%' WHERE a = %s AND b < {size} LIMIT {size}", (key,))

    assert kept.text == "SELECT '%%' WHERE a = %(s0)s AND b < %(s1)s LIMIT %(s1)s"
    assert kept.fixed == {}
    assert kept.parameters(None, {}) == {"s0": uuid.UUID(int=1), "s1": 20}  # type: ignore[arg-type]


@pytest.mark.parametrize("roles", [frozenset(), frozenset({Role.REGISSEUR})])
def test_a_statement_names_every_table_of_the_tenant_and_nobody_of_it(tenant_db, roles):
    draw_families(1)

    statement = compiled(EVERYTHING, roles=roles).statement
    text = in_schema(statement.text, "d92")

    named = set(re.findall(r'\b(?:FROM|JOIN) ([\w."]+)', text))
    assert {name for name in named if not name.startswith('"d92".')} == set()
    assert not re.search(r"\d{4,}", text)  # no number of somebody, nor a sign
    for value in statement.fixed.values():
        assert not isinstance(value, uuid.UUID)
        assert not isinstance(value, int) or value in (0, 1)


def test_one_statement_serves_another_person_another_day(tenant_db):
    draw_families(2)
    first, second = compiled(EVERYTHING), compiled(EVERYTHING)

    assert first.statement.text == second.statement.text
    assert dict(first.statement.fixed) == dict(second.statement.fixed)
