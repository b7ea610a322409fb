"""web-push and http_ece (npm): Web Push that others wrote, in a process told what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.peers.told_here import Told, told

HERE = Path(__file__).parent / "web_push"


@contextlib.contextmanager
def web_push() -> Iterator[Told]:
    """The libraries, started.

    :raises Absent: if they cannot be had because the index does not answer
    """
    with told(HERE, "push.mjs", package="web-push") as process:
        yield process
