"""What every OAuth 2 server of ours asks of Authlib: how a request is read, and a client's signed assertion.

An assertion (RFC 7523, `private_key_jwt`) is for us alone, lives minutes, and serves once.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from typing import Any

from authlib.integrations.django_oauth2.requests import DjangoOAuth2Payload, DjangoOAuth2Request
from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Request
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from django.core.cache import cache
from django.http import HttpRequest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

KEY_METHOD = "private_key_jwt"
MARGIN_SECONDS = 30
LONGEST_SECONDS = 5 * 60


class TenantRequest(DjangoOAuth2Request):  # type: ignore[misc]  # Authlib is untyped
    """A request of ours. Production redirects to HTTPS before any view; the demo speaks HTTP here."""

    def __init__(self, request: HttpRequest) -> None:
        uri = f"https://{request.get_host()}{request.get_full_path()}"
        OAuth2Request.__init__(self, method=request.method or "", uri=uri, headers=request.headers)
        self.payload = DjangoOAuth2Payload(request)
        self._request = request


class ShortAssertion(JWTBearerClientAssertion):  # type: ignore[misc]  # Authlib is untyped
    """An assertion of one request, at one instant; a subclass says whose keys are whose.

    `audiences` is how it may call us, `room` who remembers those that served.
    """

    CLIENT_AUTH_METHOD = KEY_METHOD

    def __init__(
        self,
        *,
        audiences: Sequence[str],
        algorithms: Sequence[str],
        room: str,
        at: datetime.datetime,
    ) -> None:
        super().__init__(leeway=MARGIN_SECONDS)
        self.kid = ""
        self._audiences = list(audiences)
        self._algorithms = list(algorithms)
        self._room = room
        self._at = at

    def extract_assertion(self, assertion: str) -> Any:
        headers, claims = super().extract_assertion(assertion)
        self.kid = str(headers.get("kid", ""))
        return headers, claims

    def get_audiences(self) -> list[str]:
        return self._audiences

    def process_assertion_claims(self, assertion: str, resolve_key: Key) -> Any:
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=self._algorithms).claims
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
        return bool(cache.add(f"{self._room}:assertion:{hashed}", 1, longest))
