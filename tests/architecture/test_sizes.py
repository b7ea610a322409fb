"""Size budgets: what is too long to be read at once is cut. The list of exceptions may only shrink."""

from __future__ import annotations

import ast

from tests.architecture.sources import ROOT, Source, functions, module_name, written

FILE_LINES = 500
FUNCTION_LINES = 60
TEST_FILE_LINES = 600
TEMPLATE_LINES = 150
# Dated: file or function → its lines on that day.
ALLOWED: dict[str, int] = {}


def _tests() -> list[Source]:
    found = []
    for path in sorted((ROOT / "tests").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, module_name(path), text, ast.parse(text)))
    return found


def lines(source: Source) -> int:
    return source.text.count("\n")


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of the body: neither the signature nor the docstring makes a function long."""
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = (first.end_lineno or 0) + 1 if is_docstring else first.lineno
    return (node.end_lineno or 0) - start + 1


def long_functions(found: list[Source]) -> dict[str, int]:
    return {
        f"{source.place}::{node.name}": length(node)
        for source in found
        for node in functions(source)
        if length(node) > FUNCTION_LINES
    }


def beyond(measured: dict[str, int]) -> dict[str, int]:
    return {name: length for name, length in measured.items() if length > ALLOWED.get(name, 0)}


def test_files_can_be_read_at_once():
    assert beyond({s.place: lines(s) for s in written() if lines(s) > FILE_LINES}) == {}


def test_functions_fit_a_screen():
    assert beyond(long_functions(list(written()))) == {}


def test_tests_are_short_too():
    found = _tests()
    assert beyond({s.place: lines(s) for s in found if lines(s) > TEST_FILE_LINES}) == {}
    assert beyond(long_functions(found)) == {}


def test_templates_are_short():
    long = {
        str(path.relative_to(ROOT)): count
        for path in (ROOT / "platform").rglob("templates/**/*.html")
        if (count := path.read_text(encoding="utf-8").count("\n")) > TEMPLATE_LINES
    }
    assert beyond(long) == {}


def test_the_exceptions_still_need_to_be_there():
    gone = [name for name in ALLOWED if not (ROOT / name.partition("::")[0]).exists()]
    assert gone == []
