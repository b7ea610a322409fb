"""The public set of the academic feed: scrambled, real in shape (STANDARDS §5.1)."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from pathlib import Path

import pytest

from commons.actors import Actor
from tenants.people.models import College, FeedImport, Guardian, Guardianship, Pupil
from tenants.people.operations import import_aaf

ROOT = Path(__file__).resolve().parents[3]
SPECS = Path(os.environ.get("SOCLE_SPECS", ROOT.parent / "shared" / "specs")) / "aaf"
AT = datetime.datetime(2013, 1, 17, 6, tzinfo=datetime.UTC)
READ = {
    "PUPIL": 642, "COLLEGE": 10, "GUARDIAN": 5334, "STAFF": 701, "SUBJECT": 718, "FORMATION": 2504
}  # fmt: skip

pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="the public AAF set is not here")


def read_set(*, apply: bool) -> FeedImport:
    return import_aaf(paths=[SPECS], apply=apply, actor=Actor.command("tests"), at=AT)


def reviews(imported: FeedImport) -> Counter[tuple[str, str]]:
    return Counter((row.record_kind, code) for row in imported.rows.all() for code in row.reviews)


def test_every_row_of_the_public_set_is_accounted_for(tenant_db):
    imported = read_set(apply=True)

    assert imported.counts["school_year"] == 2012
    assert imported.counts["read"] == READ
    assert imported.counts["become"] == {
        kind: {"CREATED": READ[kind]} for kind in ("PUPIL", "COLLEGE", "GUARDIAN")
    }
    assert (Pupil.objects.count(), College.objects.count()) == (642, 10)
    assert Guardian.objects.count() == READ["GUARDIAN"]


def test_the_financial_guardian_of_each_pupil_with_guardians_pays(tenant_db):
    read_set(apply=True)

    assert Guardianship.objects.count() == 1064
    links = Guardianship.objects.values_list("pupil_id", "is_financial", "payer_share_bp")
    payers = Counter(pupil for pupil, is_financial, _share in links if is_financial)
    assert len(payers) == 622  # 20 pupils have no guardian in the set
    assert set(payers.values()) == {1}
    assert {share for _pupil, is_financial, share in links if is_financial} == {10_000}
    assert {share for _pupil, is_financial, share in links if not is_financial} == {0}


def test_the_public_set_twice_changes_nothing(tenant_db):
    first = read_set(apply=True)
    before = Guardian.objects.count()

    again = read_set(apply=True)

    assert again.counts["become"] == {
        kind: {"UNCHANGED": READ[kind]} for kind in ("PUPIL", "COLLEGE", "GUARDIAN")
    }
    assert Guardian.objects.count() == before
    # What has to be looked at is told again, and nothing else is.
    assert reviews(again) == reviews(first)
    assert reviews(again)["PUPIL", "NO_GUARDIAN"] == 20
    assert reviews(again)["COLLEGE", "OTHER_DEPARTEMENT"] == 10
    assert {row.outcome for row in again.rows.all()} == {"UNCHANGED"}


def test_a_dry_run_of_the_public_set_writes_its_report_alone(tenant_db):
    imported = read_set(apply=False)

    assert imported.state == "DRY_RUN"
    assert imported.counts["become"]["PUPIL"] == {"CREATED": 642}
    assert imported.rows.count() == 642 + 10 + READ["GUARDIAN"]
    assert (Pupil.objects.count(), College.objects.count()) == (0, 0)
