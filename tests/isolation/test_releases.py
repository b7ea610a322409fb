"""Shared figures: everybody reads them; a département writes its own, once, whole, and nothing secret.

What operations refuse is tested with them; here SQL and the ORM go past them, and PostgreSQL refuses.
"""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from federation.releases import queries
from federation.releases.models import Figure, Release
from federation.secrecy.tables import TOTAL
from tenants.registry import contexts
from tests.factories.releases import OCTOBER, make_release, told

pytestmark = pytest.mark.usefixtures("committed_tenant_db")
TABLES = ("releases_release", "releases_figure")
RELEASE = """INSERT INTO releases_release (public_id, published_by, indicator, indicator_version, period_kind,
                 period_start, revision, published_at, manifest)
             VALUES (gen_random_uuid(), %s, 'pirate', 1, 'MONTH', '2026-10-01', 1, now(), '{}')"""
FIGURE = """INSERT INTO releases_figure (release_id, measure, codes, value, mark)
            SELECT id, 'numerator', %s::jsonb, %s, %s FROM releases_release WHERE published_by = %s"""


def refusal(statement: str, *parameters: object) -> str:
    """What PostgreSQL says to a statement of the current tenant."""
    with (
        pytest.raises(DatabaseError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, parameters)
    return str(refused.value)


def test_nobody_publishes_in_anothers_name():
    make_release()
    said = json.dumps({"college": "0920009Z"})
    with contexts.tenant("d94"):
        assert "row-level security" in refusal(RELEASE, "d92")
        assert "row-level security" in refusal(FIGURE, said, 1, "TOLD", "d92")
        with pytest.raises(DatabaseError, match="row-level security"):
            Release.objects.create(
                published_by="d92", indicator="pirate", indicator_version=1, period_kind="MONTH",
                period_start=OCTOBER, revision=1, published_at=timezone.now(),
            )  # fmt: skip
    with contexts.public():
        assert "permission denied" in refusal(RELEASE, "d92")
        assert (Release.objects.count(), Figure.objects.count()) == (1, 6)


def test_what_was_released_is_never_rewritten():
    release = make_release()
    for schema in ("d92", "d94"):
        with contexts.tenant(schema):
            for table in TABLES:
                assert "permission denied" in refusal(f"DELETE FROM {table}"), table
                assert "permission denied" in refusal(f"UPDATE {table} SET id = id"), table
    release.manifest = {}
    with pytest.raises(DatabaseError, match="permission denied"):
        release.save(update_fields=["manifest"])
    with pytest.raises(DatabaseError, match="permission denied"):
        Figure.objects.filter(release=release).delete()
    assert Figure.objects.count() == 6


def test_no_figure_joins_a_release_that_was_already_read():
    make_release()
    said = json.dumps({"college": "0920009Z"})

    assert "row-level security" in refusal(FIGURE, said, 1, "TOLD", "d92")
    assert Figure.objects.count() == 6


@pytest.mark.parametrize(("value", "mark"), [(7, "SECRET"), (None, "TOLD"), (7, "OTHER")])
def test_a_cell_that_is_not_told_bears_no_value_whoever_writes_it(value, mark):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(RELEASE, ["d92"])
        said = json.dumps({"college": "0920009Z"})
        assert "check constraint" in refusal(FIGURE, said, value, mark, "d92")
        transaction.set_rollback(True)
    assert not Release.objects.exists()


def test_a_revision_is_released_once():
    make_release()
    with pytest.raises(DatabaseError, match="releases_one_revision_at_a_time"):
        make_release()
    assert Release.objects.count() == 1


def test_every_departement_and_the_public_host_read_what_one_released():
    make_release()
    with contexts.tenant("d94"):
        make_release(cells={"numerator": {(TOTAL,): told(0)}, "denominator": {(TOTAL,): told(8)}})
        there = [(one.published_by, one.rate.value) for one in queries.series("canteen-take-up")]
        assert queries.publishers() == ["d92", "d94"]
    with contexts.public():
        here = [(one.published_by, one.rate.value) for one in queries.series("canteen-take-up")]
    assert there == here == [("d92", 0.61), ("d94", 0.0)]
