"""Which days are already billed, and therefore closed to any change.

Tariffs and the canteen stand below invoicing and must not import it; invoicing says here, once at
start-up, how to find the first day of a pupil that no issued invoice covers. Until it does, no day
is closed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

FirstOpenDay = Callable[[Sequence[int]], datetime.date | None]

_first_open_day: FirstOpenDay | None = None


def register_first_open_day(source: FirstOpenDay | None) -> None:
    """Say how to find the first day open to change for some pupils (by primary key).

    The source answers the day after the latest issued month that bills any of them, or None.
    """
    global _first_open_day
    _first_open_day = source


def first_open_day(pupil_ids: Sequence[int]) -> datetime.date | None:
    """The first day that can still change for these pupils, or None when every day can."""
    if _first_open_day is None or not pupil_ids:
        return None
    return _first_open_day(pupil_ids)
