"""Public identifiers: UUID version 7 (RFC 9562 §5.7), made by the application.

They sort by time of creation, which keeps their indexes compact, and say nothing of a row's rank.
"""

import os
import time
import uuid

_RANDOM_BITS = ~((0xF << 76) | (0x3 << 62)) & ((1 << 80) - 1)  # but for the version and the variant


def new_public_id() -> uuid.UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


def new_public_ids(count: int) -> list[uuid.UUID]:
    """As many of the same moment: what a statement of thousands of rows takes."""
    milliseconds = time.time_ns() // 1_000_000
    head, random = (milliseconds << 80) | (0x7 << 76) | (0x2 << 62), os.urandom(10 * count)
    tails = (int.from_bytes(random[at : at + 10], "big") for at in range(0, len(random), 10))
    return [uuid.UUID(int=head | (tail & _RANDOM_BITS)) for tail in tails]
