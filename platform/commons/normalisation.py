"""Names as keys to sort and search by: no case, no accent, no punctuation.

The database has no French collation and no `unaccent` (DESIGN, "Embedded by default"), so keys are
made here, once, when a row is written.
"""

import functools
import re
import unicodedata

_NOT_KEPT = re.compile("[^0-9a-z]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


@functools.lru_cache(maxsize=20_000)  # names come again and again: a feed has a thousand surnames
def search_key(text: str) -> str:
    """Casefold, take accents off, and turn anything but letters and digits into one space."""
    if text.isascii():
        return _NOT_KEPT.sub(" ", text.casefold()).strip()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    kept = (
        character if character.isalnum() else " "
        for character in decomposed
        if not unicodedata.combining(character)
    )
    return " ".join("".join(kept).split())


def sort_key(*parts: str) -> str:
    """A key that orders names as a French directory does: each part in turn, shorter first."""
    return "\u0001".join(search_key(part) for part in parts)
