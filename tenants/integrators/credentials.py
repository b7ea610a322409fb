"""What a machine proves itself with: secrets drawn here, and public keys of theirs.

A public key is the better of the two: what signs never leaves the integrator. Elliptic keys are of
P-256 (ES256), RSA keys of 2,048 bits at least (RS256 or PS256).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from commons.errors import DomainError
from tenants.integrators.models import Credential

ALGORITHMS = ("ES256", "RS256", "PS256")
LEAST_RSA_BITS = 2048
LONGEST_KEY = 10_000  # characters
LONGEST_KID = 100


class KeyUnreadable(DomainError):
    """What was given is not a public key that we take."""

    code = "INTEGRATOR_KEY_UNREADABLE"


class KeyIsPrivate(DomainError):
    """A private key was given: it is to be thrown away."""

    code = "INTEGRATOR_KEY_PRIVATE"


def draw_secret() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)


def digest_of(drawn: str) -> str:
    """What is kept of what was drawn at random."""
    return hashlib.sha256(drawn.encode()).hexdigest()


def is_secret_of(credential: Credential, secret: str) -> bool:
    """Whether a secret is this one, in a time that tells nothing of it."""
    return hmac.compare_digest(credential.digest, digest_of(secret))


def public_key_of(written: str) -> tuple[str, dict[str, Any]]:
    """
    The name and the JWK of a public key, written in PEM or as a JWK.

    :raises KeyUnreadable: if it is none that we take
    :raises KeyIsPrivate: if it is a private key
    """
    key = _read(written.strip())
    if key.is_private:
        raise KeyIsPrivate(field="public_key")
    jwk = {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}
    kid = str(key.as_dict(private=False).get("kid") or key.thumbprint())
    if not 0 < len(kid) <= LONGEST_KID:
        raise KeyUnreadable(field="public_key")
    return kid, jwk | {"kid": kid}


def _read(written: str) -> ECKey | RSAKey:
    if len(written) > LONGEST_KEY:
        raise KeyUnreadable(field="public_key")
    for kind in (ECKey, RSAKey):
        try:
            given = json.loads(written) if written.startswith("{") else written
            key = kind.import_key(given)
            if _is_strong(key):
                return key
        except (JoseError, ValueError, TypeError, AttributeError, KeyError):
            continue
    raise KeyUnreadable(field="public_key")


def _is_strong(key: ECKey | RSAKey) -> bool:
    if isinstance(key, ECKey):
        return key.curve_name == "P-256"
    return key.raw_value.key_size >= LEAST_RSA_BITS
