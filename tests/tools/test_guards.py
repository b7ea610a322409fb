"""What `make guards` takes for a test that noticed: a failure of that very test, and nothing else."""

from __future__ import annotations

import pytest

from tools import guards

TEST = "tests/isolation/test_raw_sql.py::test_another_schema"


@pytest.mark.parametrize(
    "line",
    [
        f"FAILED {TEST}",
        f"FAILED {TEST} - AssertionError: assert 1 == 2",
        f"FAILED {TEST}[SET ROLE d94 - really] - Failed: DID NOT RAISE",
    ],
)
def test_a_failure_of_the_test_or_of_a_case_counts(line):
    assert guards.has_failed(f"PASSED a\n{line}\n1 failed", TEST)


@pytest.mark.parametrize(
    "line",
    [
        f"PASSED {TEST}",
        f"ERROR {TEST} - fixture 'tenant_db' not found",
        f"FAILED {TEST}_is_out_of_reach - AssertionError",
        f"FAILED tests/other.py::test_a - {TEST}",
        f"SKIPPED [1] {TEST}: not here",
        f"XFAIL {TEST}",
    ],
)
def test_nothing_else_counts(line):
    assert not guards.has_failed(f"{line}\n1 failed", TEST)


@pytest.mark.enable_socket  # multiprocessing's own, to its forks
def test_a_test_that_never_ends_shows_nothing(tmp_path, monkeypatch):
    """The real thing, on a guard whose removal makes its test sleep."""
    monkeypatch.setattr(guards, "ROOT", tmp_path)
    monkeypatch.setattr(guards, "SECONDS", 3)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)  # this tree has no Django
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(
        "import time\ndef test_sleeps():\n    time.sleep(0)\n"
    )
    guard = guards.Guard(
        id="sleep",
        description="",
        tests=("tests/test_a.py::test_sleeps",),
        patch=({"file": "tests/test_a.py", "find": "sleep(0)", "replace": "sleep(60)"},),
    )

    verdict = guards.try_without(guard)

    assert verdict.problems == (
        "les tests ne finissent pas en 3 s sans la garde : aucun n'a échoué",
    )


@pytest.mark.enable_socket
def test_a_pytest_that_cannot_start_shows_nothing(tmp_path, monkeypatch):
    """Python ends with 1, as pytest does when a test failed."""
    monkeypatch.setattr(guards, "ROOT", tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "nowhere.settings")
    guard = guards.Guard(id="crash", description="", tests=("tests/test_a.py::test_nothing",))

    verdict = guards.try_without(guard)

    assert "pytest s'est arrêté" in verdict.problems[0]
