"""Arrays as text say what they hold, or refuse to."""

import uuid

import pytest
from django.db import connection

from commons.arrays import array_of
from commons.identifiers import new_public_ids


@pytest.mark.parametrize(
    ("kind", "values"),
    [("text", ["purse:1:sport", "a_b", "x-y"]), ("bigint", [1, -2, 2**62]), ("text", [])],
)
def test_postgresql_reads_the_same(tenant_db, kind, values):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [array_of(values)])
        assert cursor.fetchone() == (values,)


@pytest.mark.parametrize("value", ["", "a,b", '"', "{", "}", "\\", "a b", "é", "NULL", "null"])
def test_what_would_have_to_be_quoted_is_refused(value):
    with pytest.raises(ValueError, match="quoted"):
        array_of(["a", value])


def test_public_ids_of_one_moment_are_version_7_and_differ():
    made = [uuid.UUID(text) for text in new_public_ids(500)]

    assert len(set(made)) == 500
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
