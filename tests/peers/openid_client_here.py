"""openid-client (npm, MIT): a relying party that others wrote, in a process told what to do line by line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.peers.told_here import Told, told

HERE = Path(__file__).parent / "openid_client"


class RelyingParty:
    """One client of one issuer."""

    def __init__(self, process: Told, **registration: str) -> None:
        self._process = process
        self._registration = registration

    def registered(self, **registration: str) -> RelyingParty:
        """The same process, as this client."""
        return RelyingParty(self._process, **{**self._registration, **registration})

    def do(self, act: str, **asked: Any) -> dict[str, Any]:
        """What the library answers, or `{"error", "cause"}`."""
        return self._process.ask(act=act, **{**self._registration, **asked})


@contextlib.contextmanager
def relying_party() -> Iterator[RelyingParty]:
    """The library, started.

    :raises Absent: if it cannot be had because the index does not answer
    """
    with told(HERE, "relying_party.mjs", package="openid-client") as process:
        yield RelyingParty(process)
