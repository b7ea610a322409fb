"""Embedded servers for tests about the servers themselves: folders of their own, never `var/test`.

A folder of pytest's is closed to others, and PostgreSQL runs as another user when we are root: these
folders stand in the system's, open to be crossed. A cluster is made once, and copied.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from socle import embedded, leftovers

_KILLED = """
import os, signal, sys
from pathlib import Path
from socle import embedded
embedded.start_services(Path(sys.argv[1]), for_tests=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def leave_running(data_dir: Path) -> None:
    """Servers whose owner was killed, as a demo's are."""
    done = subprocess.run([sys.executable, "-c", _KILLED, str(data_dir)], check=False)
    assert done.returncode == -signal.SIGKILL


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A folder others can cross; what still runs in it is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="socle-servers-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for data_dir in (folder, *folder.glob("*")):
            leftovers.stop_servers(data_dir)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """A data directory whose PostgreSQL was made, prepared and stopped."""
    before = dict(os.environ)
    with open_folder() as folder:
        services = embedded.start_services(folder, for_tests=True)
        services.stop()
        yield folder
    os.environ.clear()
    os.environ.update(before)


@contextlib.contextmanager
def copied(cluster: Path) -> Iterator[Path]:
    """A copy of that data directory, whose servers are stopped at the end."""
    with open_folder() as folder:
        copy = folder / "demo"
        shutil.copytree(cluster, copy, symlinks=True, ignore=shutil.ignore_patterns("run", "redis"))
        for path in (copy / "postgresql", *(copy / "postgresql").rglob("*")):
            origin = cluster / path.relative_to(copy)
            os.chown(path, origin.stat().st_uid, origin.stat().st_gid)
        yield copy


@pytest.fixture
def data_dir(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of that data directory, for one test."""
    monkeypatch.setenv("SOCLE_EMBEDDED", "true")
    with copied(cluster) as copy:
        yield copy
