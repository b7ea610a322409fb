"""A site under attack: everything is committed, because it is served as to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.access.world import NOW
from tests.attack.site import Site, besieged


@pytest.fixture
def site(
    committed_tenant_db: None, in_tenant: Any, settings: Any, own_cache: None
) -> Iterator[Site]:
    settings.API_BUDGETS = 100_000  # a few people ask hundreds of documents in a minute
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # nobody answers: no door waits for a provider
    with time_machine.travel(NOW, tick=True), besieged(in_tenant) as served:
        yield served
