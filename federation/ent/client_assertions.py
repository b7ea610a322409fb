"""How another département proves who it is when it asks what a code is worth (RFC 7523, `private_key_jwt`).

Its keys are read at the address that was registered with it, kept, and asked again when it changes them
(`tenants.identities.published_keys`). An assertion is for us alone, lives minutes, and serves once.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from django.core.cache import cache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from commons.errors import DomainError
from tenants.identities.published_keys import signing_key

ALGORITHM = "ES256"
MARGIN_SECONDS = 30
LONGEST_SECONDS = 5 * 60


class Assertion(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib is untyped
    """What Authlib asks about an assertion, for one request of one issuer."""

    CLIENT_AUTH_METHOD = "private_key_jwt"

    def __init__(self, *, issuer: str, at: datetime.datetime) -> None:
        super().__init__(leeway=MARGIN_SECONDS)
        self._issuer = issuer
        self._at = at
        self._kid = ""

    def extract_assertion(self, assertion: str) -> Any:
        headers, claims = super().extract_assertion(assertion)
        self._kid = str(headers.get("kid", ""))
        return headers, claims

    def get_audiences(self) -> list[str]:
        return [self._issuer]

    def resolve_client_public_key(self, client: Any) -> Key:
        if not client.row.jwks_url:
            raise InvalidClientError(description="The client has no key.")
        try:
            return signing_key(client.row.jwks_url, kid=self._kid, algorithm=ALGORITHM)
        except DomainError as error:
            raise InvalidClientError(description="The key of the client is unknown.") from error

    def process_assertion_claims(self, assertion: str, resolve_key: Key) -> Any:
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise InvalidClientError(description="The assertion does not hold.") from error
        expires = claims.get("exp")
        if not isinstance(expires, int) or expires > self._at.timestamp() + LONGEST_SECONDS:
            raise InvalidClientError(description="The assertion lives too long.")
        self.verify_claims(claims)
        return claims

    def validate_jti(self, claims: Any, jti: Any) -> bool:
        """Whether this one is new; it is remembered longer than it lives."""
        hashed = hashlib.sha256(f"{claims['sub']}|{jti}".encode()).hexdigest()
        longest = LONGEST_SECONDS + 2 * MARGIN_SECONDS
        return bool(cache.add(f"ent:assertion:{hashed}", 1, longest))
