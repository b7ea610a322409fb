"""For the billing tests: Hypothesis without a clock, and months declared issued."""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import settings

# The machine may be busy; a failure always replays.
settings.register_profile("socle", deadline=None, print_blob=True)
settings.load_profile("socle")


@pytest.fixture
def issue_until(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime.date], None]:
    """Declare every month before a day issued, in place of what invoicing answers."""
    from billing.tariffs import issued_months

    def declare(first_open: datetime.date) -> None:
        monkeypatch.setattr(issued_months, "_first_open_day", lambda: first_open)

    return declare
