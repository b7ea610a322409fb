"""The codes themselves: how they are drawn, written on paper, read back, and kept.

Twelve signs of an alphabet of twenty: 51 bits. The alphabet leaves out what is read one for another on
paper (0 O Q, 1 I L, 2 Z, 5 S, 8 B, U V) and the vowels, so that no code spells a word.
"""

from __future__ import annotations

import secrets
import unicodedata

from commons import sealing

ALPHABET = "CDFGHJKMNPRTWXY34679"
LENGTH = 12
GROUP = 4
_PURPOSE = "activation.code"


def draw() -> str:
    """A fresh code, as it is written on paper: `CDFG-HJKM-34PR`."""
    return written("".join(secrets.choice(ALPHABET) for _sign in range(LENGTH)))


def written(code: str) -> str:
    """A code in groups of four."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(typed: str) -> str:
    """What was typed, without its case, spaces and hyphens; empty if it cannot be a code."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in plain if sign.isalnum())
    return signs if len(signs) == LENGTH and set(signs) <= set(ALPHABET) else ""


def fingerprint(code: str) -> str:
    """A code as it is kept."""
    return sealing.fingerprint(read(code), purpose=_PURPOSE)


def fingerprints(typed: str) -> list[str]:
    """What a typed code may be kept as; nothing if it cannot be a code."""
    code = read(typed)
    return sealing.fingerprints(code, purpose=_PURPOSE) if code else []
