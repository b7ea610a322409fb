"""The made-up feeds: always the same, complete, and as untidy as real ones."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from socle.command import main
from tenants.people.aaf.file_names import find_feed
from tenants.people.aaf.generator import Population, Traits, write_feed
from tenants.people.aaf.generator.families import SIBLING_DAYS, Drawing
from tenants.people.aaf.reader import read_feed
from tenants.people.aaf.records import CollegeRecord, GuardianRecord, PupilRecord
from tenants.people.aaf.uai import is_valid_uai


def population(*, pupils: int = 600, seed: int = 7, departement: str = "92") -> Population:
    return Population(
        pupils=pupils, seed=seed, departement=departement, school_year=2026, colleges=4
    )


def written(
    folder: Path, *, pupils: int = 600, seed: int = 7, departement: str = "92"
) -> list[object]:
    write_feed(folder, population(pupils=pupils, seed=seed, departement=departement))
    return list(read_feed(find_feed([folder]).files))


def digest(folder: Path) -> str:
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.xml")))
    return hashlib.sha256(content).hexdigest()


def drawn(pupils: int = 6_000):
    drawing = Drawing("1", departement="92", school_year=2026, colleges=9, traits=Traits())
    return list(drawing.families(pupils))


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    written(tmp_path / "a")
    written(tmp_path / "b")
    written(tmp_path / "c", seed=8)

    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")


def test_a_smaller_feed_leaves_nothing_of_a_bigger_one(tmp_path):
    kept = tmp_path / "lisez-moi.txt"
    written(tmp_path)
    earlier = tmp_path / "FULL_ENTSOCLE_Complet_20250824_Eleve_0007.xml"
    earlier.write_text("<ficAlimMENESR/>", encoding="utf-8")
    kept.write_text("à garder", encoding="utf-8")

    records = written(tmp_path, pupils=40)

    assert sum(isinstance(record, PupilRecord) for record in records) == 40
    assert not earlier.exists()
    assert kept.exists()


def test_it_has_as_many_pupils_as_asked_and_every_reference_leads_somewhere(tmp_path):
    records = written(tmp_path)

    pupils = [record for record in records if isinstance(record, PupilRecord)]
    guardians = {r.jointure_id for r in records if isinstance(r, GuardianRecord)}
    schools = {r.jointure_id for r in records if isinstance(r, CollegeRecord)}
    ines = [pupil.ine for pupil in pupils if pupil.ine]
    assert len(pupils) == 600
    assert len({pupil.jointure_id for pupil in pupils}) == 600
    assert len(set(ines)) == len(ines)
    assert len(records) == len(pupils) + len(guardians) + len(schools)  # nothing is refused
    assert {link.guardian_id for pupil in pupils for link in pupil.links or ()} == guardians
    assert {pupil.school_id for pupil in pupils} == schools


def test_it_has_the_untidiness_of_real_ones(tmp_path):
    records = written(tmp_path)
    pupils = [record for record in records if isinstance(record, PupilRecord)]
    guardians = {r.jointure_id: r for r in records if isinstance(r, GuardianRecord)}

    families: dict[tuple[str, ...], list[PupilRecord]] = {}
    for pupil in pupils:
        key = tuple(sorted(link.guardian_id for link in pupil.links or ()))
        families.setdefault(key, []).append(pupil)
    known = {key: children for key, children in families.items() if key}
    siblings = [children for children in known.values() if len(children) > 1]
    homes = [{guardians[one].street for one in key} for key in known if len(key) == 2]
    named = Counter((pupil.last_name, pupil.first_name) for pupil in pupils)
    assert len(families[()]) > 0  # nobody answers for some
    assert any(len({child.school_id for child in children}) > 1 for children in siblings)
    assert any(len({child.birth_date for child in children}) == 1 for children in siblings)  # twins
    assert sum(len(streets) == 2 for streets in homes) > 20  # separated
    assert max(named.values()) > 1  # homonyms
    assert sum(guardian.email == "" for guardian in guardians.values()) > 20
    assert {len(pupil.ine or "") for pupil in pupils} == {0, 11}
    assert "" in {pupil.class_name for pupil in pupils}


def test_families_are_of_every_kind():
    families = drawn()

    parents = [parent for family in families for parent in family.parents]
    assert {parent.legal for parent in parents} == {0, 1, 2}
    assert {parent.relation for parent in parents} == {"1", "2", "3", "5"}
    payers = Counter(sum(parent.is_financial for parent in family.parents) for family in families)
    assert set(payers) == {0, 1, 2}  # nobody answers, one pays, both pay
    assert payers[1] > 20 * payers[2] > 0
    assert {len(family.children) for family in families} == {1, 2, 3, 4, 5}


def test_children_of_one_mother_are_born_far_apart_or_are_twins():
    for family in drawn():
        births = sorted(child.birth_date for child in family.children)
        gaps = [(later - earlier).days for earlier, later in itertools.pairwise(births)]
        assert all(gap == 0 or gap >= SIBLING_DAYS for gap in gaps)
        assert gaps.count(0) <= 1


@pytest.mark.parametrize(
    ("departement", "uai", "ine"),
    [("92", "092", "092"), ("01", "001", "001"), ("2A", "620", "02A"), ("974", "974", "974")],
)
def test_every_departement_has_codes_of_its_own(tmp_path, departement, uai, ine):
    records = written(tmp_path, pupils=30, departement=departement)

    schools = [record for record in records if isinstance(record, CollegeRecord)]
    assert all(is_valid_uai(one.uai or "") and one.uai[:3] == uai for one in schools)
    pupils = [record for record in records if isinstance(record, PupilRecord)]
    assert {pupil.ine[:3] for pupil in pupils if pupil.ine} == {ine}


def test_the_command_says_what_it_wrote(tmp_path):
    asked = ["fixtures", "aaf", "--pupils", "40", "--seed", "3", "--out", str(tmp_path)]

    result = CliRunner().invoke(main, asked)

    assert result.exit_code == 0
    assert "1 collèges, 40 élèves" in result.output
    assert len(find_feed([tmp_path]).files) == 3


@pytest.mark.parametrize("departement", ["xyz", "96", "20", "0", "", "975", "92 "])
def test_a_departement_that_does_not_exist_is_refused_in_french(tmp_path, departement):
    folder = tmp_path / "aaf"
    asked = ["fixtures", "aaf", "--pupils", "9", "--seed", "3", "--out", str(folder)]

    result = CliRunner().invoke(main, [*asked, "--departement", departement])

    assert result.exit_code == 1
    assert f"« {departement} » n'est pas un code de département." in result.output
    assert not folder.exists()
