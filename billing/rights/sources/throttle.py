"""How often a source may be asked: what its headers say, known to every worker.

Both are kept in the cache, under the tenant and the source. The *bucket* counts the questions of each
second and waits when a source says so (`RateLimit-*`, `Retry-After`: DINUM shuts out for hours whoever
ignores them). The *breaker* stops asking a source that fails again and again, then tries it with one
question. Either may let a few too many through when it is forgotten by the cache: neither is a lock.
"""

from __future__ import annotations

import dataclasses
import email.utils
import time
from collections.abc import Mapping

from django.core.cache import cache

# API Particulier: 20 a second for one token, 1000 a minute for one address.
MOST_PER_SECOND = 20
LONGEST_PAUSE = 3600
FAILURES = 5
WINDOW_SECONDS = 60
OPEN_SECONDS = 60
REFUSED_SECONDS = 600
_PROBE_SECONDS = 60
_HALF_OPEN_SECONDS = 3600
_SECONDS_TRIED = 3
_TOO_MANY = 429
_ASKS_TO_WAIT = frozenset({_TOO_MANY, 503})


class NotNow(Exception):
    """The source may not be asked now: it said so, or it fails. `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pause_asked(headers: Mapping[str, str], status: int, *, now: int) -> int:
    """The seconds that a reply asks to wait before the next question; 0 for none."""
    if status in _ASKS_TO_WAIT:
        seconds = _retry_after(headers, now=now) or _reset(headers, now=now)
        return min(seconds or int(status == _TOO_MANY), LONGEST_PAUSE)
    if headers.get("RateLimit-Remaining", "").strip() == "0":
        return min(_reset(headers, now=now), LONGEST_PAUSE)
    return 0


def _retry_after(headers: Mapping[str, str], *, now: int) -> int:
    """Seconds, or a date (RFC 9110 §10.2.3)."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdecimal():
        return int(said)
    try:
        return max(int(email.utils.parsedate_to_datetime(said).timestamp()) - now, 0)
    except ValueError:
        return 0


def _reset(headers: Mapping[str, str], *, now: int) -> int:
    """A Unix time at API Particulier's; seconds in the draft standard of these headers."""
    said = headers.get("RateLimit-Reset", "").strip()
    if not (said.isascii() and said.isdecimal()):
        return 0
    value = int(said)
    return value if value <= LONGEST_PAUSE else max(value - now, 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Throttle:
    """The bucket and the breaker of one source; the cache's keys carry the tenant."""

    name: str

    def enter(self) -> None:
        """
        Take the right to ask once, waiting a second or two for it at most.

        :raises NotNow: if the source said to wait, or is not asked because it fails
        """
        if cache.get(self._key("open")) is not None:
            raise NotNow("CIRCUIT_OPEN")
        if cache.get(self._key("paused")) is not None:
            raise NotNow("PAUSED")
        is_trying = cache.get(self._key("half-open")) is not None
        if is_trying and not cache.add(self._key("probe"), 1, timeout=_PROBE_SECONDS):
            raise NotNow("CIRCUIT_OPEN")
        for _try in range(_SECONDS_TRIED):
            if self._takes_a_place():
                return
            time.sleep(1)
        raise NotNow("BUCKET_EMPTY")

    def _takes_a_place(self) -> bool:
        key = self._key(f"second:{int(time.time())}")
        cache.add(key, 0, timeout=10)
        try:
            return cache.incr(key) <= MOST_PER_SECOND
        except ValueError:  # forgotten in between
            return True

    def heed(self, headers: Mapping[str, str], status: int) -> None:
        """Wait before the next question, if the reply asks for it."""
        seconds = pause_asked(headers, status, now=int(time.time()))
        if seconds:
            cache.set(self._key("paused"), 1, timeout=seconds)

    def succeeded(self) -> None:
        """The source answers: forget its failures."""
        cache.delete_many([self._key(name) for name in ("failures", "half-open", "probe")])

    def failed(self) -> None:
        """Count a failure; ask no more after several of them, or when the one that tries fails."""
        key = self._key("failures")
        cache.add(key, 0, timeout=WINDOW_SECONDS)
        try:
            count = cache.incr(key)
        except ValueError:
            count = 1
        if count >= FAILURES or cache.get(self._key("half-open")) is not None:
            self._open(OPEN_SECONDS)

    def refused(self) -> None:
        """The key was refused: asking again at once would have us shut out."""
        self._open(REFUSED_SECONDS)

    def reset(self) -> None:
        """Forget everything: the key or the settings have changed."""
        names = ("open", "paused", "failures", "half-open", "probe")
        cache.delete_many([self._key(name) for name in names])

    def _open(self, seconds: int) -> None:
        cache.set(self._key("open"), 1, timeout=seconds)
        cache.set(self._key("half-open"), 1, timeout=_HALF_OPEN_SECONDS)
        cache.delete_many([self._key("failures"), self._key("probe")])

    def _key(self, what: str) -> str:
        return f"rights:{self.name}:{what}"
