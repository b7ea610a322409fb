"""A delta after a complete feed: it changes what it says, once, in its turn."""

from __future__ import annotations

import datetime
import hashlib
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from socle.command import main
from tenants.people import operations
from tenants.people.aaf.file_names import Variant, find_feed
from tenants.people.aaf.generator import (
    Changes,
    Happening,
    Population,
    write_delta,
    write_feed,
)
from tenants.people.aaf.reader import read_feed
from tenants.people.aaf.records import GuardianRecord, Operation, PupilRecord, RejectedRecord
from tenants.people.models import FeedImport, Guardian, Guardianship, Pupil, Schooling
from tests.factories.feeds import FAMILY, MOTHER, became, change, delta, pupil, removal, take, write

ROOT = Path(__file__).resolve().parents[3]
SPECS = Path(os.environ.get("SOCLE_SPECS", ROOT.parent / "shared" / "specs")) / "aaf"
AUGUST, NEXT_DAY = datetime.date(2024, 8, 26), datetime.date(2024, 8, 27)
CHANGES = Changes(arriving=3, leaving=2, changing_class=4, moving=3, gaining_guardian=1)


def population(*, pupils: int = 120, seed: int = 7) -> Population:
    return Population(pupils=pupils, seed=seed, departement="92", school_year=2024, colleges=3)


@pytest.fixture
def both(tmp_path):
    """A complete feed, and the delta of the next day."""
    write_feed(tmp_path / "complete", population(), day=AUGUST)
    written = write_delta(tmp_path / "delta", population(), day=NEXT_DAY, changes=CHANGES)
    return tmp_path / "complete", tmp_path / "delta", written


def people() -> list[list[tuple[object, ...]]]:
    """Everything a feed can change, in order."""
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Pupil, Guardian, Guardianship, Schooling)
    ]


def test_a_delta_says_what_happens_and_nothing_else(both):
    _complete, folder, written = both
    feed = find_feed([folder])

    records = list(read_feed(feed.files))

    assert (feed.variant, feed.day) == (Variant.DELTA, NEXT_DAY)
    assert written.happened == {
        Happening.LEAVES: 2,
        Happening.CHANGES_CLASS: 4,
        Happening.MOVES: 3,
        Happening.GAINS_GUARDIAN: 1,
    }
    assert not [one for one in records if isinstance(one, RejectedRecord)]
    pupils = [one for one in records if isinstance(one, PupilRecord)]
    guardians = [one for one in records if isinstance(one, GuardianRecord)]
    assert sum(one.operation == Operation.ADD for one in pupils) == written.arriving == 3
    assert sum(one.operation == Operation.DELETE for one in pupils) == 2
    classes = [one for one in pupils if one.operation == Operation.MODIFY and one.class_name]
    assert len(classes) == 4
    assert {one.last_name for one in classes} == {None}  # the class, and nothing else
    moves = [one for one in guardians if one.operation == Operation.MODIFY]
    assert 3 <= len(moves) <= 6
    assert {one.email for one in moves} == {None}
    assert all(one.street and one.postal_code and one.city for one in moves)


def test_the_same_day_writes_the_same_delta_and_another_day_another(tmp_path):
    digests = set()
    for name, day in (("a", NEXT_DAY), ("b", NEXT_DAY), ("c", datetime.date(2024, 8, 28))):
        write_delta(tmp_path / name, population(), day=day)
        paths = sorted((tmp_path / name).iterdir())
        digests.add(hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest())

    assert len(digests) == 2


def test_more_changes_than_families_are_not_invented(tmp_path):
    written = write_delta(
        tmp_path, population(pupils=3), day=NEXT_DAY, changes=Changes(leaving=9, moving=9)
    )

    assert sum(written.happened.values()) <= 3


@pytest.mark.skipif(not SPECS.exists(), reason="the public AAF set is not here")
def test_what_is_written_obeys_the_published_dtd(both):
    dtd = etree.DTD(str(SPECS / "ficAlimMENESR.dtd"))

    for folder in both[:2]:
        for path in folder.iterdir():
            assert dtd.validate(etree.parse(path)), (path.name, dtd.error_log)


def test_a_delta_is_applied_after_the_complete_feed_and_removes_only_what_it_says(tenant_db, both):
    complete, folder, written = both
    take(complete)

    rehearsed = take(folder, apply=False)
    held_before = people()
    imported = take(folder, forced=())

    assert (rehearsed.state, imported.state) == ("DRY_RUN", "APPLIED")
    assert rehearsed.counts["become"] == imported.counts["become"]
    assert (imported.is_delta, imported.counts["variant"]) == (True, "DELTA")
    assert became(imported)["CREATED"] == written.arriving
    assert became(imported)["DISAPPEARING"] == 2
    assert Pupil.objects.filter(missing_since=NEXT_DAY).count() == 2
    assert Pupil.objects.filter(missing_since=None).count() == 120 - 2 + 3
    assert Guardian.objects.filter(missing_since=None).exists()
    named = {one.target_id for one in imported.rows.filter(record_kind="PUPIL")}
    untouched = [row for row in held_before[0] if row[0] not in named]
    assert untouched == [row for row in people()[0] if row[0] in {one[0] for one in untouched}]
    assert Schooling.objects.filter(valid_until=None).count() == 120 + 3


def test_a_guardian_who_is_added_answers_for_the_children_and_pays_nothing(tenant_db, both):
    complete, folder, _written = both
    take(complete)
    known = set(Guardianship.objects.values_list("pk", flat=True))

    take(folder)

    added = Guardianship.objects.exclude(pk__in=known).filter(pupil__guardianships__pk__in=known)
    (guardian,) = {link.guardian for link in added}
    for link in added:
        assert (link.payer_share_bp, link.legal_role, link.valid_from) == (0, 2, NEXT_DAY)
        shares = link.pupil.guardianships.values_list("payer_share_bp", flat=True)
        assert sorted(shares) == [0, 10_000]
    assert guardian.guardianships.count() == added.count()


def test_a_delta_taken_again_changes_nothing(tenant_db, both):
    complete, folder, _written = both
    take(complete)
    take(folder)
    held = people()

    again = take(folder)

    assert people() == held
    assert {outcome for kind in again.counts["become"].values() for outcome in kind} == {
        "UNCHANGED"
    }


def test_a_delta_of_a_year_without_a_complete_feed_is_refused(tenant_db, tmp_path):
    """Last year's complete feed says nothing of who stays this year: their schoolings would end."""
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER]), pupil("2")))
    august = datetime.date(2025, 8, 25)
    changes = delta(tmp_path / "b", change("1", ENTEleveClasses="700$5E1"), day=august)

    with pytest.raises(operations.DeltaBeforeFull) as caught:
        take(changes, forced=set(operations.Force))

    assert caught.value.details["school_year"] == "2025-2026"
    assert FeedImport.objects.count() == 1
    assert Schooling.objects.filter(valid_until=None).count() == 2
    take(write(tmp_path / "c", *FAMILY, pupil("1", [MOTHER]), pupil("2"), day=august))
    assert take(changes).state == "APPLIED"


def test_what_a_delta_changes_of_nobody_is_told(tenant_db, tmp_path):
    take(write(tmp_path / "a", *FAMILY, pupil("1", [MOTHER])))

    imported = take(delta(tmp_path / "b", change("9", sn="Ba"), removal("8")))

    assert became(imported) == {"REJECTED": 2}
    assert set(imported.rows.values_list("reason_code", flat=True)) == {"UNKNOWN_RECORD"}


class TestTheCommands:
    """Both feeds as an agent makes and takes them."""

    def run(self, *arguments: str):
        return CliRunner().invoke(main, list(arguments))

    def write(self, folder: Path, *more: str):
        made = ["fixtures", "aaf", "--pupils", "60", "--seed", "3", "--year", "2024"]
        return self.run(*made, *more, "--out", str(folder))

    def test_a_delta_is_written_beside_the_complete_feed(self, tmp_path):
        self.write(tmp_path / "complete")

        result = self.write(tmp_path / "delta", "--delta")

        assert result.exit_code == 0, result.output
        assert "3 élèves arrivent, 2 partent, 3 changent de classe" in result.output
        assert find_feed([tmp_path / "delta"]).variant is Variant.DELTA

    def test_out_of_turn_it_is_refused_in_french(self, committed_tenant_db, tmp_path):
        self.write(tmp_path / "complete")
        self.write(tmp_path / "delta", "--delta")
        taken = ["import", "aaf", "--tenant", "hauts-de-seine", "--apply"]

        alone = self.run(*taken, str(tmp_path / "delta"))
        first = self.run(*taken, str(tmp_path / "complete"))
        then = self.run(*taken, "--force", str(tmp_path / "delta"))
        late = self.run(*taken, str(tmp_path / "complete"))

        assert (alone.exit_code, first.exit_code, late.exit_code) == (1, 0, 1)
        assert (
            "Ce fichier ne contient que des changements. "
            "Commencez par l'annuaire complet de l'année 2024-2025."
        ) in alone.output
        assert then.exit_code == 0, then.output
        assert "Appliqué · Changements du 25\u00a0août\u00a02024" in then.output
        assert "Un annuaire plus récent" in late.output
