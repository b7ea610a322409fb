"""How another département proves who it is when it asks what a code is worth (RFC 7523, `private_key_jwt`).

Its keys are read at the address that was registered with it, kept, and asked again when it changes them
(`tenants.identities.published_keys`).
"""

from __future__ import annotations

import datetime
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from joserfc.jwk import Key

from commons.errors import DomainError
from commons.oauth import ShortAssertion
from tenants.identities.published_keys import signing_key

ALGORITHM = "ES256"


class Assertion(ShortAssertion):
    """What Authlib asks about an assertion, for one request of one issuer."""

    def __init__(self, *, issuer: str, at: datetime.datetime) -> None:
        super().__init__(audiences=[issuer], algorithms=[ALGORITHM], room="ent", at=at)

    def resolve_client_public_key(self, client: Any) -> Key:
        if not client.row.jwks_url:
            raise InvalidClientError(description="The client has no key.")
        try:
            return signing_key(client.row.jwks_url, kid=self.kid, algorithm=ALGORITHM)
        except DomainError as error:
            raise InvalidClientError(description="The key of the client is unknown.") from error
