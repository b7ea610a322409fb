"""Imports at the same moment, and acts of agents while one is at work."""

from __future__ import annotations

import datetime
import threading

from django.db import IntegrityError

from tenants.people import families, feeding, locks, operations
from tenants.people.models import (
    FeedImport,
    Guardian,
    Guardianship,
    HouseholdMember,
    Pupil,
)
from tests.factories.feeds import ACTOR, FAMILY, FATHER, LATER, MOTHER, pupil, take, write
from tests.threads import run_in_threads

AT = datetime.datetime(2024, 11, 4, 8, tzinfo=datetime.UTC)
SECONDS = 10


def import_newer_during_older(tmp_path):
    """The newer feed comes while the older one is being read: what became of each, and whose
    first name the pupil has in the end."""
    older = write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER], givenName="Ancienne"))
    newer = write(tmp_path / "b", *FAMILY, pupil("1", [MOTHER], givenName="Nouvelle"), day=LATER)
    reading, done = threading.Event(), threading.Event()

    def take_older() -> str:
        def wait(_name: str) -> None:
            reading.set()
            done.wait(SECONDS)

        return take(older, say=wait).state

    def take_newer() -> str:
        reading.wait(SECONDS)
        try:
            return take(newer).state
        except operations.ImportRunning:
            return "RUNNING"
        finally:
            done.set()

    results = run_in_threads([take_older, take_newer])
    return [*map(str, results)], Pupil.objects.get().first_name


def test_a_feed_that_comes_during_another_is_refused(committed_tenant_db, tmp_path):
    assert import_newer_during_older(tmp_path) == (["APPLIED", "RUNNING"], "Ancienne")

    assert FeedImport.objects.count() == 1


def test_an_older_feed_is_taken_after_a_newer_without_the_lock(
    committed_tenant_db, tmp_path, monkeypatch
):
    """If this fails, the test above proves nothing."""
    monkeypatch.setattr(locks, "try_lock_feed", lambda: True)

    assert import_newer_during_older(tmp_path) == (["APPLIED", "APPLIED"], "Ancienne")


def share_while_importing(folder, monkeypatch, *, patience):
    """An agent shares a pupil's bills between the comparison and the taking of a feed."""
    keys = {one.jointure_id: one.pk for one in Guardian.objects.all()}
    child = Pupil.objects.get()
    compared, shared = threading.Event(), threading.Event()
    taking = feeding.Comparison.take

    def take_later(self):
        compared.set()
        shared.wait(patience)
        taking(self)

    def share() -> str:
        compared.wait(SECONDS)
        shares = {keys["10"]: 3000, keys["11"]: 7000}
        families.share_bills(pupil=child, shares=shares, actor=ACTOR, at=AT)
        shared.set()
        return "shared"

    monkeypatch.setattr(feeding.Comparison, "take", take_later)
    results = run_in_threads([lambda: take(folder).state, share])
    assert [str(result) for result in results] == ["APPLIED", "shared"]
    links = Guardianship.objects.filter(valid_until=None)
    return dict(links.values_list("guardian__jointure_id", "payer_share_bp"))


def changed_feed(tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER, FATHER])))
    changed = pupil("1", [MOTHER, FATHER], givenName="Mariam")
    return write(tmp_path / "b", *FAMILY, changed, day=LATER)


def test_shares_set_during_an_import_stand(committed_tenant_db, tmp_path, monkeypatch):
    folder = changed_feed(tmp_path)

    assert share_while_importing(folder, monkeypatch, patience=0.5) == {"10": 3000, "11": 7000}


def test_shares_set_during_an_import_are_lost_without_the_lock(
    committed_tenant_db, tmp_path, monkeypatch
):
    """If this fails, the test above proves nothing."""
    folder = changed_feed(tmp_path)
    monkeypatch.setattr(locks, "lock_shares", lambda: None)

    lost = share_while_importing(folder, monkeypatch, patience=SECONDS)
    assert lost == {"10": 10_000, "11": 0}


def form_twice_at_once(tmp_path):
    take(write(tmp_path, *FAMILY, pupil("1", [MOTHER])))
    mother = Guardian.objects.get(jointure_id="10")

    def form() -> str:
        try:
            families.form_household(
                label="Diallo", guardians=[mother], pupils=[], valid_from=LATER, actor=ACTOR, at=AT
            )
        except IntegrityError:
            return "broken"
        return "formed"

    return sorted(map(str, run_in_threads([form, form])))


def test_two_households_at_once_leave_the_guardian_in_one(committed_tenant_db, tmp_path):
    assert form_twice_at_once(tmp_path) == ["formed", "formed"]

    assert HouseholdMember.objects.filter(valid_until=None).count() == 1
    assert HouseholdMember.objects.count() == 2


def test_two_households_at_once_meet_without_the_lock(committed_tenant_db, tmp_path, monkeypatch):
    """If this fails, the test above proves nothing."""
    meet = threading.Barrier(2)
    add = HouseholdMember.objects.bulk_create

    def add_together(members):
        meet.wait(SECONDS)  # both have ended the open memberships, of which there is none
        return add(members)

    monkeypatch.setattr(families, "_lock_guardians", lambda _guardians: None)
    monkeypatch.setattr(HouseholdMember.objects, "bulk_create", add_together)

    assert form_twice_at_once(tmp_path) == ["broken", "formed"]
