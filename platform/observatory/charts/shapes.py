"""The départements of Île-de-France as simple shapes of our own: where each stands, not how large it is.

A map shows neighbours, and its colours only steps: the figure is written in each shape. Paris is drawn for
the eye, whether it takes part or not. Coordinates are pixels of a drawing of 330 by 300.
"""

from __future__ import annotations

import dataclasses
from decimal import Decimal

from observatory import answers
from observatory.figures import Comparison

WIDTH, HEIGHT = 330, 300
# The outline, and the middle of its words.
SHAPES: dict[str, tuple[str, tuple[int, int]]] = {
    "95": ("20,54 84,8 200,14 216,52 166,84 92,92 40,84", (118, 50)),
    "78": ("40,84 92,92 74,126 76,180 60,208 26,198 4,150 10,104", (40, 142)),
    "92": ("92,92 166,84 148,114 140,150 146,182 76,180 74,126", (109, 130)),
    "75": ("148,114 188,116 196,142 178,158 140,150", (167, 142)),
    "93": ("166,84 216,52 262,78 256,122 196,142 188,116 148,114", (219, 92)),
    "94": ("196,142 256,122 264,174 228,206 146,182 140,150 178,158", (212, 166)),
    "91": ("60,208 76,180 146,182 228,206 220,268 150,294 90,276", (146, 232)),
    "77": (
        "216,52 296,40 328,130 314,226 252,296 220,268 228,206 264,174 256,122 262,78",
        (293, 172),
    ),
}
STEPS = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """One shape of the map: its outline, its words, and the step of its colour (0: no figure)."""

    code: str
    name: str
    points: str
    x: int
    y: int
    said: str
    step: int
    is_secret: bool
    takes_part: bool


def drawn_map(comparison: Comparison) -> list[Drawn]:
    """The shapes with the current figure of each."""
    ranking = comparison.ranking()
    values = [one.reading.value for one in ranking if one.reading.value is not None]
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(0))
    by_code = {place.code: place for place in comparison.places}
    drawn = []
    for code, (points, (x, y)) in SHAPES.items():
        place = by_code.get(code)
        reading = comparison.of(code) if place else None
        value = reading.value if reading else None
        drawn.append(
            Drawn(
                code=code,
                name=place.name if place else "",
                points=points,
                x=x,
                y=y,
                said=answers.told(reading, comparison) if place and reading else "",
                step=0 if value is None else _step(value, low, high),
                is_secret=reading is not None and reading.is_secret,
                takes_part=place is not None,
            )
        )
    return drawn


def _step(value: Decimal, low: Decimal, high: Decimal) -> int:
    """1 for the lowest quarter of the span, up to 4."""
    if high == low:
        return 1
    return min(int((value - low) * STEPS / (high - low)), STEPS - 1) + 1
