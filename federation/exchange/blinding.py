"""Tokens that two départements make together, so that neither makes one alone (docs/adr/0077).

A form of a child is hashed to a point of ristretto255 (RFC 9496), a group of prime order; a share of the
key is a scalar. One side raises the point to its share, the other raises that to its own: the order does
not matter, so that both ends are the same point when the child is. A point raised to one share is, to who
has not that share, a random point (decisional Diffie-Hellman): a guess cannot be tried against it.
The group is libsodium's, by `rbcl`; nothing here computes on its own.
"""

from __future__ import annotations

import hashlib
import uuid

import rbcl

_DOMAIN = b"socle exchange token 1\0"
TOKEN_BYTES = 32
_NOTHING = bytes(TOKEN_BYTES)


class BadToken(ValueError):
    """Not a point of the group, or the one that tells the share nothing and everybody alike."""


def draw_share() -> bytes:
    """A share of a key, at random."""
    return bytes(rbcl.crypto_core_ristretto255_scalar_random())


def blind(text: str, *, share: bytes, agreement: uuid.UUID) -> bytes:
    """A form of a child raised to one share, for one agreement alone."""
    digest = hashlib.sha512(_DOMAIN + agreement.bytes + text.encode()).digest()
    return raise_token(bytes(rbcl.crypto_core_ristretto255_from_hash(digest)), share=share)


def raise_token(token: bytes, *, share: bytes) -> bytes:
    """
    A token raised to one more share.

    :raises BadToken: if it is none
    """
    if len(token) != TOKEN_BYTES or token == _NOTHING:
        raise BadToken
    if not rbcl.crypto_core_ristretto255_is_valid_point(token):
        raise BadToken
    return bytes(rbcl.crypto_scalarmult_ristretto255(share, token))


def unveil(token: bytes, *, veil: bytes) -> bytes:
    """
    A token from which a scalar that was put to it is taken off again.

    :raises BadToken: if it is none
    """
    return raise_token(token, share=bytes(rbcl.crypto_core_ristretto255_scalar_invert(veil)))


def decoy() -> bytes:
    """A token of nobody, which nobody can tell from another."""
    return bytes(rbcl.crypto_core_ristretto255_random())
