"""What stands in for the sources, once for a session; waits between tries are not waited for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from tests.sources import sources_running


@pytest.fixture(scope="session")
def sources_address() -> Iterator[str]:
    with sources_running() as address:
        yield address


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Tries are made as in production, one after the other without a pause."""
    stamina.set_testing(True, attempts=3)
    yield
    stamina.set_testing(False)
