"""Names say the subject."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT, calls, functions, sources, written

# The subject is the name: rounding.py, numbering.py.
EMPTY_NAMES = {"utils.py", "helpers.py", "services.py", "common.py", "misc.py", "managers.py"}
EVENT = re.compile(r"^[a-z_]+(\.[a-z_]+){2}$")
ERROR_CODE = re.compile(r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$")


def test_no_file_is_named_after_nothing():
    assert [source.place for source in sources() if source.path.name in EMPTY_NAMES] == []


def test_booleans_are_positive():
    wrong = [
        f"{source.place}:{node.lineno} {node.name}"
        for source in written()
        for node in functions(source)
        if re.match(r"(is|has|can)_not?_", node.name)
    ]
    assert wrong == []


def test_events_are_dotted_and_past():
    wrong = []
    for source in written():
        for name, call in calls(source):
            if name.rpartition(".")[2] != "record_event" or not call.args:
                continue
            first = call.args[0]
            if isinstance(first, ast.Constant) and not EVENT.match(str(first.value)):
                wrong.append(f"{source.place}:{call.lineno} {first.value}")
    assert wrong == []


def test_error_codes_are_upper_case_and_bear_one_class_each():
    codes: dict[str, list[str]] = {}
    for source in written():
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                is_code = isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "code"
                if is_code and isinstance(line.value, ast.Constant):
                    codes.setdefault(str(line.value.value), []).append(
                        f"{source.module}.{node.name}"
                    )

    assert [code for code in codes if not ERROR_CODE.match(code)] == []
    assert {code: where for code, where in codes.items() if len(where) > 1} == {}


def test_no_machine_path_is_committed():
    wrong = [
        source.place
        for source in sources()
        if re.search(r"/(work|root|home)/\w+", source.text) or "../shared" in source.text
    ]
    assert wrong == []
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").lstrip().startswith("GNU AFFERO")
