"""What screens, papers and messages say of a ticket in the same words."""

from __future__ import annotations

_HALF = 4


def spaced(code: str) -> str:
    """A code as it is read aloud: `BCDF GHJK`."""
    return " ".join(code[start : start + _HALF] for start in range(0, len(code), _HALF))
