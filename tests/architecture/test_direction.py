"""One direction: what may import what, imports inside functions included (import-linter's twin).

`commons` ← `tenants` ← `billing` ← `federation` ← `ui` ← interfaces ← `socle`.
"""

from __future__ import annotations

import tomllib

from tests.architecture.sources import FOLDERS, ROOT, imports, written

FLOORS = ("commons", "tenants", "billing", "federation", "ui", "interfaces", "socle")
INTERFACES = ("api", "portal", "console", "observatory")
INSIDE = {"models": 0, "access": 1, "queries": 1, "operations": 1, "tasks": 2}
HOMES = {"tenants", "billing", "federation"}
GROUPS = ("tenants.schoollife.",)  # a folder of rooms, not a room


def floor(layer: str) -> int | None:
    name = "interfaces" if layer in INTERFACES else layer
    return FLOORS.index(name) if name in FLOORS else None


def in_its_room(module: str) -> list[str]:
    """A module's name in three parts: its floor, its room, and what it is there."""
    for group in GROUPS:
        if module.startswith(group):
            module = f"{group.partition('.')[0]}.{module.removeprefix(group)}"
    return module.split(".")


def test_no_module_imports_a_floor_above_its_own():
    wrong = []
    for source in written():
        own = floor(source.layer)
        for module, line in imports(source):
            other = floor(module.partition(".")[0])
            if own is not None and other is not None and other > own:
                wrong.append(f"{source.place}:{line} imports {module}")
    assert wrong == []


def test_no_interface_imports_another():
    wrong = [
        f"{source.place}:{line} imports {module}"
        for source in written()
        if source.layer in INTERFACES
        for module, line in imports(source)
        if module.partition(".")[0] in set(INTERFACES) - {source.layer}
    ]
    assert wrong == []


def test_inside_a_room_models_come_first_and_tasks_last():
    wrong = []
    for source in written():
        parts = in_its_room(source.module)
        if parts[0] not in HOMES or len(parts) != 3 or parts[2] not in INSIDE:
            continue
        for module, line in imports(source):
            other = in_its_room(module)
            is_sibling = other[:2] == parts[:2] and len(other) >= 3 and other[2] in INSIDE
            if is_sibling and INSIDE[other[2]] > INSIDE[parts[2]]:
                wrong.append(f"{source.place}:{line} imports {module}")
    assert wrong == []


def test_the_product_imports_neither_tests_nor_tools_nor_stand_ins():
    wrong = [
        f"{source.place}:{line} imports {module}"
        for source in written()
        for module, line in imports(source)
        if module.partition(".")[0] in {"tests", "tools", "bench", "standins"}
    ]
    assert wrong == []


def test_import_linter_watches_every_package():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    there = {source.layer for source in written() if source.path.name == "__init__.py"}

    assert set(settings["importlinter"]["root_packages"]) == there
    assert all(folder in settings["mypy"]["files"] for folder in FOLDERS)


def test_folders_named_like_real_modules_are_no_packages():
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not (ROOT / "graphql" / "__init__.py").exists()
