"""FranceConnect as oidc-provider plays it, one process a worker; providers of the tenant."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator

import pytest

from tenants.identities import educonnect, secrets_held
from tenants.identities.educonnect import keys
from tenants.identities.models import IdentityProvider
from tests.factories.identities import (
    ACS,
    CLIENTS,
    ENTITY_ID,
    ISSUER,
    PEOPLE,
    SSO_URL,
    educonnect_keys,
)
from tests.peers import saml_here
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


@pytest.fixture(scope="session")
def idp() -> saml_here.EduConnect:
    """An identity provider that knows us by our metadata."""
    provider = IdentityProvider(
        kind="EDUCONNECT",
        issuer=ISSUER,
        client_id=ENTITY_ID,
        options={
            "sso_url": SSO_URL,
            "certificates": [keys.bare(educonnect_keys().certificate)],
            "academies": ["25"],
            "certificate": keys.bare(educonnect_keys().certificate),
        },
        sealed_secret=secrets_held.sealed(educonnect_keys().private_key),
    )
    return saml_here.start(educonnect.metadata(provider, acs_url=ACS))


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """Keys of providers are kept in the cache, which workers share: each test has its own."""
    from django.core.cache import cache

    shared = cache.key_prefix
    cache.key_prefix = uuid.uuid4().hex
    yield
    cache.key_prefix = shared
