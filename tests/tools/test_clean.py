"""`make clean` erases what was made, and never under a running server."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from socle import embedded, leftovers
from tests.tools import trees

FILES = (
    "tools/clean.py",
    "platform/socle/__init__.py",
    "platform/socle/places.py",
    "platform/socle/leftovers.py",
    "platform/commons/__init__.py",
    "platform/commons/environment.py",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout in which things were made."""
    trees.copy(tmp_path, *FILES)
    for name in (".venv/bin/python", "var/demo/secret-key", "var/test/lock", "look/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "platform" / "socle" / "__pycache__").mkdir()
    return tmp_path


def clean(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run it as `make clean` does: with a Python that has nothing but its standard library."""
    return subprocess.run(
        [sys.executable, "-I", "-B", "-S", str(tree / "tools" / "clean.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_what_was_made_goes_and_the_sources_stay(tree):
    done = clean(tree)

    assert (done.returncode, done.stderr) == (0, "")
    left = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}
    assert left == set(FILES)
    assert not list(tree.rglob("__pycache__"))


def test_a_running_demo_is_left_alone(tree):
    with (tree / "var" / "demo.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        done = clean(tree)

    said = "La démonstration tourne. Arrêtez-la par Ctrl-C dans son terminal, puis recommencez."
    assert (done.returncode, done.stderr) == (1, f"Erreur : {said}\n")
    assert (tree / "var" / "demo" / "secret-key").exists()


def test_running_tests_are_left_alone(tree):
    ours = embedded.start_redis(tree / "var" / "test", str(os.getpid()))
    try:
        done = clean(tree)
    finally:
        ours.stop()

    assert done.returncode == 1
    assert done.stderr.startswith(f"Erreur : Des essais tournent (processus {os.getpid()}).")
    assert (tree / "var" / "test" / "lock").exists()


def test_servers_nobody_owns_are_stopped_first(tree):
    left = embedded.start_redis(tree / "var" / "test", str(trees.dead_process()))
    assert left.process is not None

    done = clean(tree)

    assert left.process.wait(5) is not None
    assert f"Redis de {tree}/var/test : arrêté." in done.stdout
    assert (done.returncode, (tree / "var").exists()) == (0, False)
    assert leftovers.command_line(left.process.pid) == ""
