"""One colour, one sign and one dash for each département, everywhere: in pages, pictures and reports.

The colours are neither those of a brand nor of a party. Each stands out by 3 to 1 at least from every
surface of both themes, and no picture is read by them alone: names, signs and dashes say the same.
"""

from __future__ import annotations

import dataclasses

INK, SOFT, LINE, GREY = "#1b1f24", "#545c66", "#dddeda", "#7a8088"


@dataclasses.dataclass(frozen=True, slots=True)
class Style:
    """How a département is drawn."""

    colour: str
    sign: str  # the shape of a point, as Vega names it
    dash: tuple[int, ...]


_STYLES = {
    "75": Style("#6f7681", "circle", (1, 0)),
    "77": Style("#b06a12", "square", (6, 3)),
    "78": Style("#3f8f4f", "triangle-up", (2, 2)),
    "91": Style("#8e63c4", "diamond", (8, 3, 2, 3)),
    "92": Style("#2f7fc2", "circle", (1, 0)),
    "93": Style("#d0483e", "cross", (4, 2)),
    "94": Style("#0e8f8a", "triangle-down", (10, 3)),
    "95": Style("#c2529a", "triangle-right", (1, 3)),
}
# The same signs, as a page draws them beside a name.
OUTLINES = {
    "circle": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0",
    "square": "M-5-5h10v10H-5z",
    "triangle-up": "M0-6l7 12H-7z",
    "triangle-down": "M0 6l7-12H-7z",
    "triangle-right": "M6 0l-12 7V-7z",
    "diamond": "M0-7l6 7-6 7-6-7z",
    "cross": "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",
}
OTHERS = Style("#6f7681", "circle", (1, 0))


def style_of(code: str) -> Style:
    """How the département of this code is drawn."""
    return _STYLES.get(code, OTHERS)


def codes() -> tuple[str, ...]:
    """The départements that have a style of their own."""
    return tuple(_STYLES)
