"""Names as keys to sort and search by: no case, no accent, no punctuation.

The database has no French collation and no `unaccent` (DESIGN, "Embedded by default"), so keys are
made here, once, when a row is written.
"""

import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


def search_key(text: str) -> str:
    """Casefold, take accents off, and turn anything but letters and digits into one space."""
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
