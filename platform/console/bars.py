"""Bars that stand on a line, with what they say: positions are percentages, so that words keep their size.

Upwards, pixels of the drawing. What is hidden has no bar, and a mark in its place. Whoever does not see
the drawing has the same in a table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ui.percentages import WHOLE, css_percent

# In pixels from the top: where the tallest bar starts, the line they stand on, the words under it.
TOP, BOTTOM, UNDER, HEIGHT = 24, 184, 202, 212
# Beyond so many bars, words would meet: one in five has its own.
_MOST_NAMED, _ONE_IN = 12, 5


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A bar: where it stands, how high, and the words above and under it, where there is room."""

    left: str
    width: str
    middle: str
    up: int
    height: int
    name: str
    value: str
    is_hidden: bool


def bars_of(entries: Sequence[tuple[str, int | None, str]]) -> tuple[Bar, ...]:
    """A bar for each (name, count or None, what is said of it), from zero up to the largest."""
    if not entries:
        return ()
    largest = max([1, *(count or 0 for _name, count, _said in entries)])
    step = WHOLE // len(entries)
    is_crowded = len(entries) > _MOST_NAMED
    found = []
    for rank, (name, count, said) in enumerate(entries):
        left = rank * WHOLE // len(entries)
        height = (count or 0) * (BOTTOM - TOP) // largest
        # Counted from the last one, which is the latest.
        is_named = not is_crowded or (len(entries) - 1 - rank) % _ONE_IN == 0
        is_top = count == largest
        found.append(
            Bar(
                left=css_percent(left + step // 8),
                width=css_percent(step * 3 // 4),
                middle=css_percent(left + step // 2),
                up=BOTTOM - height,
                height=height,
                name=name if is_named else "",
                value=said if not is_crowded or is_top else "",
                is_hidden=count is None,
            )
        )
    return tuple(found)
