"""What is asked for before the world: rows that two départements wrote to each other, and time to ask."""

from typing import Any

import pytest

from tests.access.moves import exchanged
from tests.access.reciprocity import between

__all__ = ("between", "exchanged")


@pytest.fixture(autouse=True)
def patient_api(settings: Any) -> None:
    """Each of the cast asks more in a minute than anybody may."""
    settings.API_BUDGETS = 100_000
