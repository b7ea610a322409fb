"""Where another département answers (OpenID Connect Discovery 1.0, §4): asked for, and kept an hour.

It is one of the platform, so it answers on its own host and nowhere else: an address elsewhere is refused.
"""

from __future__ import annotations

import dataclasses
import hashlib
from urllib.parse import urlsplit

from django.core.cache import cache

from tenants.identities.models import IdentityProvider
from tenants.identities.refusals import ProviderSilent
from tenants.identities.tokens import call, json_of

KEPT_SECONDS = 3600
_FIELDS = {
    "authorize_url": "authorization_endpoint",
    "token_url": "token_endpoint",
    "jwks_url": "jwks_uri",
    "leave_url": "end_session_endpoint",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Addresses:
    """Those of one issuer, all on its host."""

    authorize_url: str
    token_url: str
    jwks_url: str
    leave_url: str


def addresses_of(provider: IdentityProvider) -> Addresses:
    """
    Where a trusted département answers.

    :raises ProviderSilent: if it does not say, or speaks for another issuer, or leads elsewhere
    """
    name = f"identities:departement:{hashlib.sha256(provider.issuer.encode()).hexdigest()}"
    held = cache.get(name)
    if held is None:
        held = _discover(provider.issuer)
        cache.set(name, held, KEPT_SECONDS)
    return Addresses(**held)


def _discover(issuer: str) -> dict[str, str]:
    said = json_of(call("GET", f"{issuer}/.well-known/openid-configuration"))
    if said.get("issuer") != issuer:
        raise ProviderSilent(problem="another issuer")
    found = {name: said.get(field) for name, field in _FIELDS.items()}
    for url in found.values():
        if not isinstance(url, str) or _origin(url) != issuer:
            raise ProviderSilent(problem="an address elsewhere")
    return {name: str(url) for name, url in found.items()}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
