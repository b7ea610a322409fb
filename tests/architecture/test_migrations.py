"""Migrations are linear: two people who add one at once get a conflict in git, not in production."""

from __future__ import annotations

import re

from tests.architecture.sources import FOLDERS, ROOT, imports, sources


def migration_folders():
    for folder in FOLDERS:
        yield from (p for p in (ROOT / folder).rglob("migrations") if (p / "__init__.py").exists())


def test_the_latest_migration_is_written_down():
    wrong = []
    for folder in migration_folders():
        names = sorted(p.stem for p in folder.glob("[0-9]*.py"))
        marker = folder / "max_migration.txt"
        written_down = marker.read_text(encoding="utf-8").strip() if marker.exists() else None
        if names and written_down != names[-1]:
            wrong.append(f"{marker.relative_to(ROOT)}: {written_down} instead of {names[-1]}")
    assert wrong == []


def test_each_number_serves_once():
    wrong = []
    for folder in migration_folders():
        numbers = [p.name.partition("_")[0] for p in sorted(folder.glob("[0-9]*.py"))]
        if len(numbers) != len(set(numbers)):
            wrong.append(str(folder.relative_to(ROOT)))
    assert wrong == []


def test_migrations_follow_no_application_code():
    wrong = [
        f"{source.place}:{line} imports {module}"
        for source in sources()
        if source.is_migration
        for module, line in imports(source)
        if re.search(r"\.(operations|queries|access|tasks)(\.|$)", module)
    ]
    assert wrong == []


def test_there_is_no_trigger_and_no_contrib_extension():
    wrong = [
        f"{source.place}: {found.group(0)}"
        for source in sources()
        if source.is_migration
        and (
            found := re.search(
                r"CREATE\s+(CONSTRAINT\s+)?TRIGGER|CREATE\s+EXTENSION|pg_trgm|btree_gist|\bunaccent\b|citext",
                source.text,
                re.IGNORECASE,
            )
        )
    ]
    assert wrong == []
