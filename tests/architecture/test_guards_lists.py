"""The lists of `make guards` stand on their feet, without running them: seconds instead of minutes."""

from __future__ import annotations

import pytest

from tools import guards

LISTS = [guards.ROOT / name for name in guards.FILES if (guards.ROOT / name).exists()]


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_every_test_of_the_folder_belongs_to_a_guard_that_exists(path):
    listed, controls = guards.read(path)

    assert guards.unlisted(path, listed, controls) == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.parent.name)
def test_every_patch_finds_its_text_once(path):
    wrong = []
    for guard in guards.read(path)[0]:
        for patch in guard.patch:
            text = (guards.ROOT / patch["file"]).read_text(encoding="utf-8")
            count = text.count(patch["find"])
            if count != 1:
                wrong.append(f"{guard.id}: {count} times in {patch['file']}")
    assert wrong == []


def test_guards_have_one_name_each():
    names = [guard.id for path in LISTS for guard in guards.read(path)[0]]
    assert len(names) == len(set(names))
