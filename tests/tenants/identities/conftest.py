"""FranceConnect as oidc-provider plays it, one process a worker; providers of the tenant."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import pytest

from tests.factories.identities import CLIENTS, PEOPLE
from tests.peers.oidc_here import France, france_running
from tests.peers.starting import Absent


@pytest.fixture(scope="session")
def france() -> Iterator[France]:
    """One that signs with ES256; skipped, saying so, when npm's index does not answer."""
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(france_running(CLIENTS, PEOPLE))
        except Absent as absent:
            pytest.skip(f"oidc-provider : {absent}")
        yield running


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Keys of providers are kept in the cache, which workers share: each test has its own."""
    from django.core.cache import cache

    shared = cache.key_prefix
    cache.key_prefix = uuid.uuid4().hex
    yield
    cache.key_prefix = shared
