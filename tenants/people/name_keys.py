"""The keys a person's names are sorted and searched by: `sort_key`, `search_key` hold one of each name."""

from __future__ import annotations

from commons.normalisation import search_key

# Two keys and the sign between them fill a column of 220: ligatures make keys longer than names.
_LONGEST = 109


def name_key(name: str) -> str:
    """The normalised form of one name."""
    return search_key(name)[:_LONGEST]
