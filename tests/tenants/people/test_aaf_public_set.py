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

pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="the public AAF set is not here")


def read_set(*, apply: bool) -> FeedImport:
    return import_aaf(
        paths=[SPECS], school_year=2012, apply=apply, actor=Actor.command("tests"), at=AT
    )


def test_every_row_of_the_public_set_is_accounted_for(tenant_db):
    imported = read_set(apply=True)

    read = imported.counts["read"]
    assert (read["PUPIL"], read["COLLEGE"]) == (642, 10)
    become = imported.counts["become"]
    assert {kind: sum(become[kind].values()) for kind in become} == {
        kind: number for kind, number in read.items() if kind in become
    }
    assert (become["PUPIL"], become["COLLEGE"]) == ({"CREATED": 642}, {"CREATED": 10})
    assert (Pupil.objects.count(), College.objects.count()) == (642, 10)


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
    read_set(apply=True)
    before = Guardian.objects.count()

    again = read_set(apply=True)

    outcomes = {outcome for kind in again.counts["become"].values() for outcome in kind}
    assert outcomes == {"UNCHANGED"}
    assert again.rows.count() == 0
    assert Guardian.objects.count() == before


def test_a_dry_run_of_the_public_set_writes_its_report_alone(tenant_db):
    imported = read_set(apply=False)

    assert imported.state == "DRY_RUN"
    assert imported.counts["become"]["PUPIL"] == {"CREATED": 642}
    assert (Pupil.objects.count(), College.objects.count()) == (0, 0)
