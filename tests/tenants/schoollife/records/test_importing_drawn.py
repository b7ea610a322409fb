"""Files drawn at random, one after the other: what stands is what the last valid lines said, and the
history says all that came before.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.schoollife.records import queries
from tenants.schoollife.records.models import ImportLine, Kind, Mark
from tests.factories.school_records import make_schooled_family, mark_row, take

pytestmark = pytest.mark.usefixtures("tenant_db")

PUPILS = ("first", "second", "unknown")
NOTES = st.sampled_from(["0", "7,5", "14", "20", "vingt", ""])
LINES = st.tuples(st.sampled_from(["N1", "N2", "N3", ""]), st.sampled_from(PUPILS), NOTES)
FILES = st.lists(st.lists(LINES, max_size=4), min_size=1, max_size=5)


@dataclasses.dataclass
class Held:
    """What the reading of the contract says of a mark: what it is, whether it stands, what it was."""

    content: tuple[str, Decimal]
    stands: bool
    past: list[tuple[str, tuple[str, Decimal]]]


def is_good(line: tuple[str, str, str]) -> bool:
    record_id, pupil, note = line
    return bool(record_id) and pupil != "unknown" and note not in {"vingt", ""}


def expect(held: dict[str, Held], lines: list[tuple[str, str, str]]) -> None:
    """The contract, said again without any SQL."""
    ids = [line[0] for line in lines]
    taken = [line for line in lines if is_good(line) and ids.count(line[0]) == 1]
    kept = {line[0] for line in lines if line not in taken}
    for record_id, pupil, note in taken:
        content = (pupil, Decimal(note.replace(",", ".")))
        known = held.get(record_id)
        if known is None:
            held[record_id] = Held(content, stands=True, past=[("ADDED", content)])
        elif not known.stands:
            known.past.append(("RESTORED", content))
        elif known.content != content:
            known.past.append(("CHANGED", content))
        if known is not None:
            known.content, known.stands = content, True
    named = {line[0] for line in taken} | kept
    for record_id, known in held.items():
        if known.stands and record_id not in named and "" not in kept:
            known.stands = False
            known.past.append(("WITHDRAWN", known.content))


def remembered(mark: Mark, names: dict[int, str]) -> list[tuple[str, tuple[str, Decimal]]]:
    """What a mark was after each import, from what it is and what each import changed."""
    now = {"eleve": mark.pupil_id, "note": mark.value}
    past = []
    for line in reversed(queries.history_of(mark, kind=Kind.MARKS)):
        content = (names[now["eleve"]], Decimal(str(now["note"])))
        past.append((line.outcome, content))
        for name, (before, after) in line.diff.items():
            assert Decimal(str(now[name])) == Decimal(str(after))
            now[name] = before
    return past[::-1]


@settings(max_examples=40, deadline=None)
@given(files=FILES)
def test_what_stands_is_what_was_said_last_and_nothing_is_lost(files):
    families = {
        "first": make_schooled_family(),
    }
    college = families["first"].college
    families["second"] = make_schooled_family(college=college)
    keys = {name: str(family.pupil.jointure_id) for name, family in families.items()}
    names = {family.pupil.pk: name for name, family in families.items()}
    held: dict[str, Held] = {}
    for lines in files:
        rows = [
            mark_row(keys.get(pupil, "J0"), note=note, note_id=record_id)
            for record_id, pupil, note in lines
        ]
        done = take(college, Kind.MARKS, rows)
        expect(held, lines)
        refused = ImportLine.objects.filter(records_import=done, outcome="REJECTED").count()
        ids = [line[0] for line in lines]
        good = [one for one in lines if is_good(one) and ids.count(one[0]) == 1]
        assert refused == len(lines) - len(good)
        marks = {mark.record_id: mark for mark in Mark.objects.filter(college=college)}
        assert {
            record_id: ((names[mark.pupil_id], mark.value), mark.withdrawn_at is None)
            for record_id, mark in marks.items()
        } == {record_id: (known.content, known.stands) for record_id, known in held.items()}
    for record_id, mark in marks.items():
        assert remembered(mark, names) == held[record_id].past
