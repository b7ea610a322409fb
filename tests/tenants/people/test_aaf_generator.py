"""The made-up feeds: always the same, complete, and as untidy as real ones."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

from click.testing import CliRunner

from socle.commands.feeds import fixtures
from tenants.people.aaf.file_names import find_feed
from tenants.people.aaf.generator import write_feed
from tenants.people.aaf.reader import read_feed
from tenants.people.aaf.records import CollegeRecord, GuardianRecord, PupilRecord


def written(folder: Path, *, pupils: int = 600, seed: int = 7) -> list[object]:
    write_feed(folder, pupils=pupils, seed=seed, departement="92", school_year=2026, colleges=4)
    return list(read_feed(find_feed([folder]).files))


def digest(folder: Path) -> str:
    content = b"".join(path.read_bytes() for path in sorted(folder.glob("*.xml")))
    return hashlib.sha256(content).hexdigest()


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    written(tmp_path / "a")
    written(tmp_path / "b")
    written(tmp_path / "c", seed=8)

    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")


def test_it_has_as_many_pupils_as_asked_and_every_reference_leads_somewhere(tmp_path):
    records = written(tmp_path)

    pupils = [record for record in records if isinstance(record, PupilRecord)]
    guardians = {r.jointure_id for r in records if isinstance(r, GuardianRecord)}
    schools = {r.jointure_id for r in records if isinstance(r, CollegeRecord)}
    assert len(pupils) == 600
    assert len({pupil.jointure_id for pupil in pupils}) == 600
    assert len({pupil.ine for pupil in pupils}) == 600
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


def test_the_command_says_what_it_wrote(tmp_path):
    asked = ["aaf", "--pupils", "40", "--seed", "3", "--out", str(tmp_path)]

    result = CliRunner().invoke(fixtures, asked)

    assert result.exit_code == 0
    assert "1 collèges, 40 élèves" in result.output
    assert len(find_feed([tmp_path]).files) == 3
