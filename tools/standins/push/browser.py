"""The browser: its keys, and the opening of a message (RFC 8291 on RFC 8188, one record)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_SALT, _RECORD_SIZE, _KEY_LENGTH = 16, 4, 1
_LAST_RECORD = b"\x02"


class Unreadable(Exception):
    """A message that a browser would throw away."""


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclasses.dataclass(frozen=True)
class Browser:
    """The keys that never leave a browser, and what it gives to be written to."""

    private: ec.EllipticCurvePrivateKey = dataclasses.field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = dataclasses.field(default_factory=lambda: os.urandom(16))

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def keys(self) -> dict[str, str]:
        """As `PushSubscription.toJSON()` writes them."""
        return {"p256dh": encoded(self.point), "auth": encoded(self.secret)}

    def opened(self, body: bytes) -> bytes:
        """
        What a message says.

        :raises Unreadable: if it is not for this browser, or not whole
        """
        head = _SALT + _RECORD_SIZE + _KEY_LENGTH
        salt, length = body[:_SALT], body[head - 1] if len(body) >= head else 0
        point, record = body[head : head + length], body[head + length :]
        size = int.from_bytes(body[_SALT : _SALT + _RECORD_SIZE], "big")
        if len(record) > size:
            raise Unreadable("more than one record")
        try:
            sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            shared = self.private.exchange(ec.ECDH(), sender)
            info = b"WebPush: info\0" + self.point + point
            key_material = _expanded(_extracted(self.secret, shared), info, 32)
            pseudo_random = _extracted(salt, key_material)
            key = _expanded(pseudo_random, b"Content-Encoding: aes128gcm\0", 16)
            nonce = _expanded(pseudo_random, b"Content-Encoding: nonce\0", 12)
            padded = AESGCM(key).decrypt(nonce, record, None)
        except Exception as error:
            raise Unreadable("not for this browser") from error
        content = padded.rstrip(b"\0")
        if not content.endswith(_LAST_RECORD):
            raise Unreadable("no end")
        return content[:-1]


def _extracted(salt: bytes, material: bytes) -> bytes:
    """RFC 5869, extract."""
    return hmac.digest(salt, material, "sha256")


def _expanded(key: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, expand: one block is enough for all that is asked here."""
    assert length <= hashlib.sha256().digest_size
    return hmac.digest(key, info + b"\x01", "sha256")[:length]
