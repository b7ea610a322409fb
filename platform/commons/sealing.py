"""Secrets of a tenant kept in its tables: what they are sealed with is not in the database.

A secret is sealed with AES-256-GCM under a key that derives from the first of `SEALING_SECRETS`, and
bound to its tenant and its purpose: copied to another schema, or to another column, it does not open.
Older secrets of the list still open what they sealed; `seal` again to move it to the new one.

What is only ever compared is kept as a fingerprint (HMAC-SHA256, RFC 2104) under such a key: it can be
looked up, and without the secret nobody can try what it was made of.

A row that has no public identifier of its own is told outside by its number, veiled: one block of AES
that looks like any UUID, the same each time, of one tenant and purpose alone.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from commons.tenancy import current_schema

_FORMAT = b"\x01"
_NAME_BYTES = 4
_NONCE_BYTES = 12


class CannotUnseal(RuntimeError):
    """Sealed for another tenant or purpose, by a secret we no longer have, or damaged."""


def seal(text: str, *, purpose: str) -> bytes:
    """A secret as it may be stored: its format, the name of its key, a nonce, and the rest."""
    return seal_bytes(text.encode(), purpose=purpose)


def seal_bytes(content: bytes, *, purpose: str) -> bytes:
    """The same, of a secret that is no text."""
    key = _key(settings.SEALING_SECRETS[0])
    nonce = os.urandom(_NONCE_BYTES)
    return _FORMAT + _name(key) + nonce + AESGCM(key).encrypt(nonce, content, _bound(purpose))


def unseal(sealed: bytes, *, purpose: str) -> str:
    """The secret.

    :raises CannotUnseal: if it was sealed for another tenant or purpose, or with a forgotten secret
    """
    return unseal_bytes(sealed, purpose=purpose).decode()


def unseal_bytes(sealed: bytes, *, purpose: str) -> bytes:
    """The same, of a secret that is no text.

    :raises CannotUnseal: if it was sealed for another tenant or purpose, or with a forgotten secret
    """
    head = len(_FORMAT) + _NAME_BYTES
    if not sealed.startswith(_FORMAT):
        raise CannotUnseal("unknown format")
    for key in map(_key, settings.SEALING_SECRETS):
        if _name(key) != sealed[len(_FORMAT) : head]:
            continue
        nonce, rest = sealed[head : head + _NONCE_BYTES], sealed[head + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, rest, _bound(purpose))
        except InvalidTag as error:
            raise CannotUnseal("another tenant, another purpose, or damaged") from error
    raise CannotUnseal("its key is not among SEALING_SECRETS")


def fingerprint(text: str, *, purpose: str) -> str:
    """A secret as it may be stored to be looked up, in hexadecimal, of this tenant and purpose alone."""
    return _fingerprint(text, purpose, settings.SEALING_SECRETS[0])


def fingerprints(text: str, *, purpose: str) -> list[str]:
    """The fingerprints under each of our secrets, the newest first: one that was kept is among them."""
    return [_fingerprint(text, purpose, secret) for secret in settings.SEALING_SECRETS]


def veil(number: int, *, purpose: str) -> uuid.UUID:
    """A row's number as it may be told outside."""
    block = _veil_tag(purpose) + number.to_bytes(8, "big")
    cipher = Cipher(algorithms.AES(_veil_key(settings.SEALING_SECRETS[0])), modes.ECB())  # noqa: S305  one block
    encryptor = cipher.encryptor()
    return uuid.UUID(bytes=encryptor.update(block) + encryptor.finalize())


def unveil(veiled: uuid.UUID, *, purpose: str) -> int:
    """The number.

    :raises CannotUnseal: if it was veiled for another tenant or purpose, or never was
    """
    for secret in settings.SEALING_SECRETS:
        cipher = Cipher(algorithms.AES(_veil_key(secret)), modes.ECB())  # noqa: S305  one block
        decryptor = cipher.decryptor()
        block = decryptor.update(veiled.bytes) + decryptor.finalize()
        if hmac.compare_digest(block[:8], _veil_tag(purpose)):
            return int.from_bytes(block[8:], "big")
    raise CannotUnseal("veiled for another tenant or purpose, or never veiled")


def _veil_key(secret: str) -> bytes:
    return hashlib.sha256(b"socle veil key\0" + secret.encode()).digest()


def _veil_tag(purpose: str) -> bytes:
    return hashlib.sha256(b"socle veil\0" + _bound(purpose)).digest()[:8]


def _fingerprint(text: str, purpose: str, secret: str) -> str:
    key = hashlib.sha256(b"socle fingerprint key\0" + secret.encode()).digest()
    return hmac.digest(key, _bound(purpose) + b"\0" + text.encode(), "sha256").hex()


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"socle sealing key\0" + secret.encode()).digest()


def _name(key: bytes) -> bytes:
    """What tells a key from the others, and nothing of the key."""
    return hashlib.sha256(b"socle sealing key name\0" + key).digest()[:_NAME_BYTES]


def _bound(purpose: str) -> bytes:
    return f"{current_schema()}|{purpose}".encode()
