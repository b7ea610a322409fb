"""The engine of secrecy stands alone, and who attacks it knows nothing of it."""

import ast
import sys

from tests.architecture.sources import ROOT

STANDS_ON = {"numpy", "highspy"}


def _imported(path) -> set[str]:
    """What a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def _strangers(folder: str, own: tuple[str, ...]) -> list[str]:
    wrong = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        for module in sorted(_imported(path)):
            top = module.partition(".")[0]
            is_own = any(module == name or module.startswith(f"{name}.") for name in own)
            if top not in sys.stdlib_module_names | STANDS_ON and not is_own:
                wrong.append(f"{path.relative_to(ROOT)} imports {module}")
    return wrong


def test_the_attacker_imports_nothing_of_ours():
    assert list((ROOT / "tests" / "attacker").glob("*.py"))
    assert _strangers("tests/attacker", ("tests.attacker",)) == []


def test_the_engine_of_secrecy_knows_no_database_and_no_clock():
    assert _strangers("federation/secrecy", ("federation.secrecy", "commons.errors")) == []
    clocks = {"time", "datetime", "random"}
    for path in (ROOT / "federation" / "secrecy").glob("*.py"):
        assert not _imported(path) & clocks, path.name
