"""How many times one may fail to sign in.

Failures are counted in the cache, whose keys carry the tenant, over windows of fifteen minutes: few
for one address from one place, more for a place or an address alone, so that nobody can lock another
person out with five tries. A success takes back the failures of that address from that place: people
who mistype and then sign in never add up, however many share a place. Where an address has signed in
lately, the failures of others no longer matter to it.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache

WINDOW_SECONDS = 15 * 60
KNOWN_SECONDS = 90 * 24 * 3600
PER_ADDRESS_AND_PLACE = 5
PER_PLACE = 60
PER_ADDRESS = 40


class _Keys:
    """The names of the counters of an address and a place."""

    def __init__(self, email: str, place: str) -> None:
        address = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:24]
        self.both = f"sign-in:both:{address}:{place}"
        self.place = f"sign-in:place:{place}"
        self.address = f"sign-in:address:{address}"
        self.known = f"sign-in:known:{address}:{place}"

    @property
    def counters(self) -> tuple[str, str, str]:
        return self.both, self.place, self.address


def is_blocked(email: str, place: str) -> bool:
    """Whether there were too many failures lately."""
    keys = _Keys(email, place)
    found = cache.get_many([*keys.counters, keys.known])
    if found.get(keys.both, 0) >= PER_ADDRESS_AND_PLACE:
        return True
    if keys.known in found:
        return False
    return found.get(keys.place, 0) >= PER_PLACE or found.get(keys.address, 0) >= PER_ADDRESS


def record_failure(email: str, place: str) -> None:
    """Count one failure."""
    for key in _Keys(email, place).counters:
        if not cache.add(key, 1, WINDOW_SECONDS):
            try:
                cache.incr(key)
            except ValueError:  # it ended between the two calls
                cache.set(key, 1, WINDOW_SECONDS)


def record_success(email: str, place: str) -> None:
    """Take back the failures of this address from this place, and know it there."""
    keys = _Keys(email, place)
    found = cache.get_many(keys.counters)
    own = found.get(keys.both, 0)
    for key in (keys.place, keys.address):
        taken = min(own, found.get(key, 0))
        if taken:
            try:
                cache.decr(key, taken)
            except ValueError:  # it ended between the two calls
                continue
    cache.delete(keys.both)
    cache.set(keys.known, 1, KNOWN_SECONDS)
