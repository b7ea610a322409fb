"""What one département writes to another, sealed so that the other alone opens it: HPKE (RFC 9180).

The key is the one that the other signed the agreement with. What an envelope says of itself outside (who
writes to whom, its kind, its name) is bound to what is inside: copied under another name, it does not open.
Contents are padded, so that their length says nothing.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_BLOCK = 4096


class CannotOpen(RuntimeError):
    """Written for another, under another name, or damaged."""


def draw_key() -> X25519PrivateKey:
    """A key that opens what is written to us."""
    return X25519PrivateKey.generate()


def header(
    *, agreement: uuid.UUID, sent_by: str, sent_to: str, kind: str, name: uuid.UUID
) -> bytes:
    """What an envelope says of itself outside."""
    return f"socle envelope 1|{agreement}|{sent_by}|{sent_to}|{kind}|{name}".encode()


def seal(body: dict[str, Any], *, public_key: str, outside: bytes) -> bytes:
    """A message, sealed for who holds the private half of a key."""
    text = json.dumps(body, sort_keys=True).encode()
    padded = text + b" " * (-len(text) % _BLOCK)
    key = X25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    return bytes(_SUITE.encrypt(padded, key, outside))


def unseal(sealed: bytes, *, private_key: bytes, outside: bytes) -> dict[str, Any]:
    """
    A message that was written to us.

    :raises CannotOpen: if it was not, or not under this name
    """
    key = X25519PrivateKey.from_private_bytes(private_key)
    try:
        body = json.loads(_SUITE.decrypt(sealed, key, outside))
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error
    if not isinstance(body, dict):
        raise CannotOpen
    return body
