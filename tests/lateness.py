"""`LATE=0 pytest -p tests.lateness tests/races`: of two who met at a barrier, one goes on late.

A race test that is green by luck fails with `LATE=0` or with `LATE=1`: its threads meet before the read
that the race is about, and the late one sees what the other committed. Not loaded by default.
"""

from __future__ import annotations

import os
import threading
import time

SECONDS = 0.7
LATE = int(os.environ.get("LATE", "0"))
_wait = threading.Barrier.wait


def _wait_then_linger(self: threading.Barrier, timeout: float | None = None) -> int:
    place = _wait(self, timeout)
    if place == LATE:
        time.sleep(SECONDS)
    return place


threading.Barrier.wait = _wait_then_linger  # type: ignore[method-assign]
