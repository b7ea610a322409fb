"""The repository explains itself: a setting, event, command or decision nobody wrote down fails."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT, calls, sources, strings, written

LINK = re.compile(r"\]\(([^)#: ]+)(?:#[^)]*)?\)")
READERS = {"text", "flag", "number", "choice", "words", "url"}
# Read by Django itself, or under a name that is computed.
ELSEWHERE = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DATABASE_OWNER_URL"}


def variables() -> set[str]:
    """Every variable read through `commons.environment`."""
    found = set(ELSEWHERE)
    for source in written():
        for name, call in calls(source):
            is_ours = name.startswith("environment.") and name.partition(".")[2] in READERS
            if is_ours and call.args and isinstance(call.args[0], ast.Constant):
                found.add(str(call.args[0].value))
    return found


def test_every_setting_is_documented_and_no_other():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    documented = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}

    assert sorted(variables() - documented) == []
    assert sorted(documented - variables()) == []


def test_settings_are_read_through_the_loud_helper():
    allowed = ("platform/commons/environment.py", "platform/commons/postgres.py", "platform/socle/")
    wrong = [
        f"{source.place}:{call.lineno}"
        for source in sources()
        if not source.place.startswith(allowed)
        for name, call in calls(source)
        if name in {"os.environ.get", "os.getenv"}
    ]
    assert wrong == []


def test_every_event_is_documented():
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z_.]+)`", page, re.MULTILINE))
    named = {
        str(call.args[0].value)
        for source in written()
        for name, call in calls(source)
        if name.rpartition(".")[2] in {"record_event", "handles"}
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    # A bulk act records its events in its own statement.
    said = {text for source in written() for text, _line in strings(source)}

    assert sorted(named - documented) == []
    assert sorted(documented - said) == []


def test_every_command_is_documented():
    from socle.command import main

    def paths(group, prefix=""):
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from paths(command, f"{prefix}{name} ")
            else:
                yield f"{prefix}{name}"

    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `socle ([a-z -]+)`", page, re.MULTILINE))

    assert sorted(set(paths(main)) - documented) == []
    assert sorted(documented - set(paths(main))) == []


def test_every_decision_is_short_and_in_the_index():
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    wrong = []
    for path in sorted(folder.glob("[0-9]*.md")):
        text = path.read_text(encoding="utf-8")
        count = len(text.strip().splitlines())
        if not 10 <= count <= 30:
            wrong.append(f"{path.name}: {count} lines")
        if f"({path.name})" not in index:
            wrong.append(f"{path.name}: not in the index")
    assert wrong == []


def test_links_between_documents_lead_somewhere():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests" / "README.md"]
    wrong = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(LINK, page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert wrong == []


def test_make_targets_of_the_readme_exist():
    targets = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    pages = ["README.md", "CONTRIBUTING.md"]
    named = {
        target
        for page in pages
        for target in re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text(encoding="utf-8"))
    }
    assert named - targets == set()
