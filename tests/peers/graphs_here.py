"""@apollo/composition, @apollo/gateway and @wundergraph/composition (npm): federated graphs, by others."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.peers.told_here import Told, told

HERE = Path(__file__).parent / "graphs"


@contextlib.contextmanager
def composers() -> Iterator[Told]:
    """The libraries, started.

    :raises Absent: if they cannot be had because the index does not answer
    """
    with told(HERE, "composer.mjs", package="@apollo/gateway") as process:
        yield process
