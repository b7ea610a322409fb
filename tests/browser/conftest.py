"""The site that several journeys share: to seed it takes longer than most of them.

Each journey is of its own people, so that they come in any order.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.served import Site, serve


@pytest.fixture(scope="session")
def site_of_today() -> Iterator[Site]:
    """Hauts-de-Seine, as the demo has it today; one for each worker that needs it."""
    with serve(departements=("92",)) as served:
        yield served
