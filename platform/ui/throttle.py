"""How many times something may be tried, counted in the cache, whose keys carry the tenant.

A name that is counted (a code that was typed, an address) is kept as a digest. Windows are of fixed
length and begin with the first try.
"""

from __future__ import annotations

import dataclasses
import hashlib

from django.core.cache import cache


@dataclasses.dataclass(frozen=True, slots=True)
class Throttle:
    """At most `most` tries of one name in a window."""

    what: str
    most: int
    seconds: int = 15 * 60

    def is_over(self, name: str) -> bool:
        """Whether there were too many lately."""
        return bool(cache.get(self._key(name), 0) >= self.most)

    def count(self, name: str) -> None:
        """Count one."""
        count_one(self._key(name), seconds=self.seconds)

    def _key(self, name: str) -> str:
        return f"throttle:{self.what}:{digest_of(name)}"


def count_one(key: str, *, seconds: int) -> None:
    """Add one to a counter of the cache."""
    if not cache.add(key, 1, seconds):
        try:
            cache.incr(key)
        except ValueError:  # it ended between the two calls
            cache.set(key, 1, seconds)


def digest_of(name: str) -> str:
    """What stands for a name in a key of the cache: it is not to be read there."""
    return hashlib.sha256(name.strip().lower().encode()).hexdigest()[:24]
