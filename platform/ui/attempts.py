"""How many times one may fail to sign in, and to prove a second factor.

Failures are counted in the cache, whose keys carry the tenant, over windows of fifteen minutes: few
for one name from one place, more for a place or a name alone, so that nobody can lock another
person out with five tries. A success takes back the failures of that name from that place: people
who mistype and then sign in never add up, however many share a place. Where a name has succeeded
lately, the failures of others no longer matter to it.

A factor is counted apart from the password, and each kind apart from the others: who knows a
password and guesses codes closes neither the person's passkey, nor their recovery codes, nor the
sessions they have. Six digits can be guessed: those of one person are counted over a whole day.
"""

from __future__ import annotations

import dataclasses

from django.core.cache import cache

from ui.throttle import count_one, digest_of

WINDOW_SECONDS = 15 * 60
DAY_SECONDS = 24 * 3600
KNOWN_SECONDS = 90 * 24 * 3600
PER_ADDRESS_AND_PLACE = 5
PER_PLACE = 60
PER_ADDRESS = 40
# Three codes of a million are right at any moment: 50 tries a day find one in eighteen years.
CODES_A_DAY = 50
NO_LIMIT = 1_000_000


@dataclasses.dataclass(frozen=True, slots=True)
class Attempts:
    """The tries of one kind of proof."""

    kind: str
    per_name: int
    name_seconds: int = WINDOW_SECONDS

    def is_blocked(self, name: str, place: str) -> bool:
        """Whether there were too many failures lately."""
        keys = _Keys(self.kind, name, place)
        found = cache.get_many([*keys.counters, keys.known])
        if found.get(keys.both, 0) >= PER_ADDRESS_AND_PLACE:
            return True
        if keys.known in found:
            return False
        return found.get(keys.place, 0) >= PER_PLACE or found.get(keys.name, 0) >= self.per_name

    def record_failure(self, name: str, place: str) -> None:
        """Count one failure."""
        keys = _Keys(self.kind, name, place)
        for key in keys.counters:
            seconds = self.name_seconds if key == keys.name else WINDOW_SECONDS
            count_one(key, seconds=seconds)

    def record_success(self, name: str, place: str) -> None:
        """Take back the failures of this name from this place, and know it there."""
        keys = _Keys(self.kind, name, place)
        found = cache.get_many(keys.counters)
        own = found.get(keys.both, 0)
        for key in (keys.place, keys.name):
            taken = min(own, found.get(key, 0))
            if taken:
                try:
                    cache.decr(key, taken)
                except ValueError:  # it ended between the two calls
                    continue
        cache.delete(keys.both)
        cache.set(keys.known, 1, KNOWN_SECONDS)


class _Keys:
    """The names of the counters of a name and a place."""

    def __init__(self, kind: str, name: str, place: str) -> None:
        hashed = digest_of(name)
        self.both = f"{kind}:both:{hashed}:{place}"
        self.place = f"{kind}:place:{place}"
        self.name = f"{kind}:address:{hashed}"
        self.known = f"{kind}:known:{hashed}:{place}"

    @property
    def counters(self) -> tuple[str, str, str]:
        return self.both, self.place, self.name


SIGN_IN = Attempts("sign-in", per_name=PER_ADDRESS)
CODE = Attempts("code", per_name=CODES_A_DAY, name_seconds=DAY_SECONDS)
RECOVERY = Attempts("recovery", per_name=NO_LIMIT)  # 117 bits: nobody finds one

is_blocked = SIGN_IN.is_blocked
record_failure = SIGN_IN.record_failure
record_success = SIGN_IN.record_success
