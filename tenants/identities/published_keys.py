"""The public keys of somebody who signs. One that is unknown has them asked again, at most once a minute."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx
from django.core.cache import cache
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from commons import http
from tenants.identities.refusals import ProviderSilent, SignInBroken

KEPT_SECONDS = 3600
AGAIN_SECONDS = 60
_TYPES = {"RS256": "RSA", "ES256": "EC"}


def signing_key(url: str, *, kid: str | None, algorithm: str) -> Key:
    """
    The key that a token says it is signed with, of the type of the algorithm that is expected.

    :param url: where the signer publishes its set (RFC 7517); the token never says
    :raises SignInBroken: if the signer has no such key
    :raises ProviderSilent: if its keys cannot be had
    """
    name = f"identities:keys:{hashlib.sha256(url.encode()).hexdigest()}"
    held = cache.get(name)
    if held is not None and (found := _find(held, kid, algorithm)) is not None:
        return found
    # Rotation, or somebody who makes up names of keys: the signer is not asked for each.
    if held is not None and not cache.add(f"{name}:again", 1, AGAIN_SECONDS):
        raise SignInBroken(problem="unknown key")
    held = _fetch(url)
    cache.set(name, held, KEPT_SECONDS)
    found = _find(held, kid, algorithm)
    if found is None:
        raise SignInBroken(problem="unknown key")
    return found


def _fetch(url: str) -> Any:
    try:
        answer = http.request("GET", url)
        said: Any = answer.raise_for_status().json()
        KeySet.import_key_set(said)
    except (httpx.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
        raise ProviderSilent(problem="keys") from error
    return said


def _find(said: Any, kid: str | None, algorithm: str) -> Key | None:
    keys = [
        key
        for key in KeySet.import_key_set(said)
        if key.key_type == _TYPES[algorithm] and key.as_dict(private=False).get("use") != "enc"
    ]
    if kid is None:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.kid == kid), None)
