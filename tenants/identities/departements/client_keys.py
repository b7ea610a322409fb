"""The key by which we prove to another département who we are (RFC 7523, §2.2: `private_key_jwt`).

Each that we trust is shown a key of its own, sealed in the provider's row. The public halves are
published at one address of our host, which the others ask when they meet a key they do not know.
"""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from tenants.identities import queries, secrets_held
from tenants.identities.models import IdentityProvider

ALGORITHM = "ES256"
ASSERTION_SECONDS = 60
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def draw_key() -> ECKey:
    """A key drawn at random, named by its own digest (RFC 7638)."""
    use = {"use": "sig", "alg": ALGORITHM}
    return ECKey.generate_key("P-256", use, private=True, auto_kid=True)  # type: ignore[arg-type]


def kept(key: ECKey) -> dict[str, Any]:
    """The fields of a provider's row that hold a key: the public half in sight, the rest sealed."""
    return {
        "options": {"public_jwk": key.as_dict(private=False)},
        "sealed_secret": secrets_held.sealed(json.dumps(key.as_dict(private=True))),
    }


def published_keys() -> dict[str, Any]:
    """The public keys that we sign with today (RFC 7517)."""
    rows = queries.trusted_departements()
    return {"keys": [row.options["public_jwk"] for row in rows]}


def assertion(provider: IdentityProvider, *, at: datetime.datetime) -> str:
    """Who we are, for one département, for a minute, once."""
    key = ECKey.import_key(json.loads(secrets_held.secret_of(provider)))
    issued_at = int(at.timestamp())
    claims = {
        "iss": provider.client_id,
        "sub": provider.client_id,
        "aud": provider.issuer,
        "iat": issued_at,
        "exp": issued_at + ASSERTION_SECONDS,
        "jti": uuid.uuid4().hex,
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}, claims, key, [ALGORITHM])
