"""How many times one may fail to sign in.

Failures are counted in the cache, whose keys carry the tenant, over windows of fifteen minutes: few
for one address from one place, more for a place or an address alone, so that nobody can lock another
person out with five tries. A success forgets the failures of that address from that place.
"""

from __future__ import annotations

import hashlib

from django.core.cache import cache

WINDOW_SECONDS = 15 * 60
PER_ADDRESS_AND_PLACE = 5
PER_PLACE = 60
PER_ADDRESS = 40


def _keys(email: str, place: str) -> tuple[tuple[str, int], ...]:
    address = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:24]
    return (
        (f"sign-in:both:{address}:{place}", PER_ADDRESS_AND_PLACE),
        (f"sign-in:place:{place}", PER_PLACE),
        (f"sign-in:address:{address}", PER_ADDRESS),
    )


def is_blocked(email: str, place: str) -> bool:
    """Whether there were too many failures lately."""
    keys = _keys(email, place)
    counts = cache.get_many([key for key, _limit in keys])
    return any(counts.get(key, 0) >= limit for key, limit in keys)


def record_failure(email: str, place: str) -> None:
    """Count one failure."""
    for key, _limit in _keys(email, place):
        if not cache.add(key, 1, WINDOW_SECONDS):
            try:
                cache.incr(key)
            except ValueError:  # it ended between the two calls
                cache.set(key, 1, WINDOW_SECONDS)


def forget(email: str, place: str) -> None:
    """Start again after a success."""
    cache.delete(_keys(email, place)[0][0])
