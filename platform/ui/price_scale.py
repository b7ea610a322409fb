"""Where a price stands between the lowest and the highest: the drawing's geometry.

Positions are percentages of the width, so that the drawing keeps its text size on any screen. They
are computed in integers (hundredths of a percent); only what is drawn is rounded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True, slots=True)
class Scale:
    """A drawn scale; `here` and `ticks` are CSS percentages, `anchor` aligns the mark's words."""

    lowest_cents: int
    highest_cents: int
    here_cents: int
    here: str
    anchor: str
    ticks: tuple[str, ...]
    is_at_lowest: bool
    is_at_highest: bool


def price_scale(
    *, lowest_cents: int, highest_cents: int, here_cents: int, prices_cents: Sequence[int] = ()
) -> Scale:
    """Lay a price on its scale; a price out of the bounds stands at the nearest end.

    :raises ValueError: if the highest price is under the lowest
    """
    if highest_cents < lowest_cents:
        raise ValueError("the highest price is under the lowest")
    here = _position(here_cents, lowest_cents, highest_cents)
    ticks = sorted({_position(price, lowest_cents, highest_cents) for price in prices_cents})
    return Scale(
        lowest_cents=lowest_cents,
        highest_cents=highest_cents,
        here_cents=here_cents,
        here=_percent(here),
        anchor="start" if here < 2500 else "end" if here > 7500 else "middle",
        ticks=tuple(_percent(tick) for tick in ticks if 0 < tick < 10_000),
        is_at_lowest=here == 0,
        is_at_highest=here == 10_000,
    )


def _position(cents: int, lowest: int, highest: int) -> int:
    if highest == lowest:
        return 5000
    bounded = min(max(cents, lowest), highest)
    return (bounded - lowest) * 10_000 // (highest - lowest)


def _percent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def share_percent(part_cents: int, whole_cents: int) -> str:
    """The width of a part of a whole, as a CSS percentage between 0 and 100.

    :raises ValueError: if the whole is not positive
    """
    if whole_cents <= 0:
        raise ValueError("the whole must be positive")
    return _percent(min(max(part_cents * 10_000 // whole_cents, 0), 10_000))
