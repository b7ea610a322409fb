"""The repository explains itself: a setting, event, command or decision nobody wrote down fails."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

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


# Read by hand, each for a reason.
READ_BY_HAND = {
    # The system's own, which a library of PostgreSQL's asks for.
    "platform/socle/embedded.py: os.environ.setdefault('XDG_RUNTIME_DIR', str(data_dir / 'run'))",
}


def environment_reads(tree: ast.AST) -> Iterator[ast.expr]:
    """Every expression that takes a variable out of the environment; whole copies are none."""
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        name = ""
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            name = ast.unparse(node.value)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            name = ast.unparse(node.comparators[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_write = node.func.attr == "setdefault" and id(node) in statements
            is_read = node.func.attr in {"get", "pop", "setdefault"} and not is_write
            name = ast.unparse(node.func.value) if is_read else ""
        if name in {"os.environ", "environ"} or (
            isinstance(node, ast.Call) and ast.unparse(node.func) in {"os.getenv", "getenv"}
        ):
            yield node


def test_settings_are_read_through_the_loud_helper():
    found = {
        f"{source.place}: {ast.unparse(read)}"
        for source in sources()
        if source.place != "platform/commons/environment.py"
        for read in environment_reads(source.tree)
    }
    assert found == READ_BY_HAND


@pytest.mark.parametrize(
    "line",
    [
        "os.environ['A']",
        "os.environ.get('A')",
        "value = os.environ.setdefault('A', '')",
        "os.environ.pop('A')",
        "'A' in os.environ",
        "os.getenv('A')",
        "environ['A']",
    ],
)
def test_reading_by_hand_would_be_seen(line):
    assert len(list(environment_reads(ast.parse(line)))) == 1


@pytest.mark.parametrize(
    "line", ["os.environ['A'] = 'b'", "os.environ.setdefault('A', 'b')", "dict(os.environ)"]
)
def test_writing_and_copying_are_no_reading(line):
    assert list(environment_reads(ast.parse(line))) == []


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


def test_every_metric_is_documented_as_it_is_declared():
    from commons import meters
    from socle import celery, middleware

    page = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z._]+)` \| `([^`]+)` \| ([^|]*) \|", page, re.MULTILINE)
    documented = {
        name: (unit, set(re.findall(r"`([^`]+)`", attributes))) for name, unit, attributes in rows
    }
    declared = {
        one.name: (one.unit, set(one.attributes))
        for one in meters.declared()
        if not one.name.startswith("tests.")
    }
    assert {celery.DURATIONS.declared.name, middleware.DURATIONS.declared.name} <= set(declared)

    assert documented == declared


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


def makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def targets() -> set[str]:
    """The targets that have a rule."""
    return set(re.findall(r"^([a-z-]+):(?!=)", makefile(), re.MULTILINE))


def test_make_targets_of_the_readme_exist():
    named = {
        target
        for page in ("README.md", "CONTRIBUTING.md", ".ci/run")
        for target in re.findall(
            r"\bmake (?:--[a-z-]+ )?([a-z-]+)", (ROOT / page).read_text(encoding="utf-8")
        )
    }
    assert named - targets() == set()


def test_every_phony_target_has_a_rule_and_each_is_explained():
    (declared,) = re.findall(r"^\.PHONY: (.+)$", makefile(), re.MULTILINE)
    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile(), re.MULTILINE))

    assert set(declared.split()) == targets()
    assert targets() - explained == {"environment"}  # what the others need


def test_what_a_target_runs_exists():
    scripts = re.findall(r"[\w/]+\.py\b", makefile())
    modules = re.findall(r"python -m ([\w.]+)", makefile())
    places = [*scripts, *(f"{name.replace('.', '/')}.py" for name in modules)]
    missing = [
        place
        for place in places
        if not (ROOT / place).exists()
        and not (ROOT / place.removesuffix(".py") / "__main__.py").exists()
    ]

    assert scripts
    assert modules
    assert missing == []
