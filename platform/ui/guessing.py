"""What is counted against who guesses, the same at each door of Pass+."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from federation.passplus.till_queries import GUESSES, TooManyUnknown
from ui.throttle import Throttle

# Codes that no ticket bears, and numbers of nobody, of one member or one place.
UNKNOWN = Throttle("partner-unknown-tickets", most=40)
# Applications to become a partner, begun from one place.
ASKS = Throttle("partner-apply", most=20)


@contextlib.contextmanager
def guesses_counted(*names: str) -> Iterator[None]:
    """
    Count the codes that no ticket bears, written by one member or from one place.

    :raises TooManyUnknown: if there were too many
    """
    if any(UNKNOWN.is_over(name) for name in names):
        raise TooManyUnknown
    try:
        yield
    except GUESSES:
        for name in names:
            UNKNOWN.count(name)
        raise
