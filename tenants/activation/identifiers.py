"""The identifier of who has no confirmed address: `aminata.diallo.472`.

The three figures are drawn for everybody, not only where a name is taken: an identifier says nothing of
who else has an account.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

MOST_LETTERS = 50
_NAMELESS = "compte"


def draw(first_name: str, last_name: str) -> str:
    """An identifier of somebody of this name, likely to be free."""
    parts = [part for part in (_plain(first_name), _plain(last_name)) if part]
    name = ".".join(parts)[:MOST_LETTERS].strip(".-") or _NAMELESS
    return f"{name}.{100 + secrets.randbelow(900)}"


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]+", "-", bare).strip("-")
