"""Positions and widths of drawings as CSS percentages, so that words keep their size on any screen.

They are computed in integers, hundredths of a percent; only what is drawn is rounded.
"""

from __future__ import annotations

WHOLE = 10_000


def css_percent(hundredths: int) -> str:
    """Hundredths of a percent, as CSS and SVG write them: `12.50%`."""
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def share_percent(part_cents: int, whole_cents: int) -> str:
    """The width of a part of a whole, as a CSS percentage between 0 and 100.

    :raises ValueError: if the whole is not positive
    """
    if whole_cents <= 0:
        raise ValueError("the whole must be positive")
    return css_percent(min(max(part_cents * WHOLE // whole_cents, 0), WHOLE))
