"""Signed tokens of a provider, and calls to it: what every provider of OpenID Connect is held to.

The algorithm is the one configured, never the one a token names, and the key is one that the provider
publishes, never one that a token brings along. Times have a margin of 30 s for clocks that differ.
"""

from __future__ import annotations

import datetime
import hmac
from typing import Any, TypeGuard

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import extract_compact

from commons import http
from tenants.identities.models import IdentityProvider
from tenants.identities.published_keys import signing_key
from tenants.identities.refusals import ProviderSilent, SignInBroken

MARGIN_SECONDS = 30
OLDEST_SECONDS = 10 * 60
MOST_BYTES = 64 * 1024
_TIMEOUT_SECONDS = 10.0


def verified(token: str, *, algorithm: str, keys_url: str, secret: str = "") -> dict[str, Any]:
    """
    The claims of a token that is signed with the configured algorithm and a key of the provider.

    :param secret: what HS256 is verified with
    :raises SignInBroken: if it is not
    """
    try:
        header = extract_compact(token.encode()).headers()
        if header.get("alg") != algorithm:
            raise SignInBroken(problem="algorithm")
        if algorithm == "HS256":
            claims = jwt.decode(token, OctKey.import_key(secret), algorithms=[algorithm]).claims
        else:
            key = signing_key(keys_url, kid=header.get("kid"), algorithm=algorithm)
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError) as error:
        raise SignInBroken(problem="signature") from error
    return dict(claims)


def check_parties(provider: IdentityProvider, said: dict[str, Any]) -> None:
    """
    That a token is the provider's, and for us alone (OpenID Connect Core 1.0, §3.1.3.7).

    :raises SignInBroken: naming what is another's
    """
    if said.get("iss") != provider.issuer:
        raise SignInBroken(problem="issuer")
    audience = said.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or provider.client_id not in audiences:
        raise SignInBroken(problem="audience")
    if (len(audiences) > 1 or "azp" in said) and said.get("azp") != provider.client_id:
        raise SignInBroken(problem="azp")


def check_times(said: dict[str, Any], *, at: datetime.datetime) -> None:
    """
    That a token was made lately, and still holds.

    :raises SignInBroken: if not
    """
    now = at.timestamp()
    expires, issued = said.get("exp"), said.get("iat")
    if not is_number(expires) or expires + MARGIN_SECONDS <= now:
        raise SignInBroken(problem="expired")
    if not is_number(issued) or not now - OLDEST_SECONDS <= issued <= now + MARGIN_SECONDS:
        raise SignInBroken(problem="issued at another time")


def check_nonce(said: dict[str, Any], nonce: str) -> None:
    """
    That a token answers this very sign-in.

    :raises SignInBroken: if it answers another, or none
    """
    given = said.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise SignInBroken(problem="nonce")


def is_number(value: object) -> TypeGuard[float]:
    """Whether a claim is a moment, in seconds since 1970."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def subject_of(said: dict[str, Any]) -> str:
    """
    The provider's opaque name of the person.

    :raises SignInBroken: if it gives none
    """
    subject = said.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise SignInBroken(problem="subject")
    return subject


def call(method: str, url: str, **options: Any) -> httpx.Response:
    """
    Ask a provider once.

    :raises ProviderSilent: if it does not answer, or answers an error of its own
    """
    try:
        answer = http.request(method, url, timeout=_TIMEOUT_SECONDS, **options)
    except httpx.HTTPError as error:
        raise ProviderSilent(problem="no answer") from error
    if answer.status_code >= 500 or len(answer.content) > MOST_BYTES:
        raise ProviderSilent(problem=f"status {answer.status_code}")
    return answer


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """
    The object that a provider answered.

    :raises ProviderSilent: if it answered something else
    """
    try:
        said = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderSilent(problem="not JSON") from error
    if not isinstance(said, dict):
        raise ProviderSilent(problem="not an object")
    return said
