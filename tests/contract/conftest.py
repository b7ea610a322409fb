"""The peers of the contract suite, started once and only when a test asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.peers.listening import listening
from tests.peers.peer import Peer
from tests.peers.starting import Peers


@pytest.fixture(scope="session")
def peers() -> Iterator[Peers]:
    with listening() as listener:
        running = Peers(listener)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture
def peer(peers: Peers, request: pytest.FixtureRequest) -> Peer:
    """The peer a claim is made of: see `tests.peers.knowledge.claim`."""
    return peers.get(request.param)
