"""@node-saml/node-saml (npm, MIT): a service provider that others wrote, in a process told what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.peers.told_here import Told, told

HERE = Path(__file__).parent / "node_saml"


class NodeProvider:
    """One service, as the library is set up for it."""

    def __init__(self, process: Told, **options: Any) -> None:
        self._process = process
        self.options = options

    def set_up(self, **options: Any) -> NodeProvider:
        """The same process, for this service."""
        return NodeProvider(self._process, **{**self.options, **options})

    def do(self, act: str, **asked: Any) -> dict[str, Any]:
        """What the library answers, or `{"error"}`."""
        return self._process.ask(act=act, options=self.options, **asked)


@contextlib.contextmanager
def node_provider() -> Iterator[NodeProvider]:
    """The library, started.

    :raises Absent: if it cannot be had because the index does not answer
    """
    with told(HERE, "service_provider.mjs", package="@node-saml/node-saml") as process:
        yield NodeProvider(process)
