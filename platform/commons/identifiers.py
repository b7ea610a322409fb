"""Public identifiers: UUID version 7 (RFC 9562 §5.7), made by the application.

They sort by time of creation, which keeps their indexes compact, and say nothing of a row's rank.
"""

import os
import time
import uuid


def new_public_id() -> uuid.UUID:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)


def new_public_ids(count: int) -> list[str]:
    """As many of the same moment, as text: what a statement of thousands of rows takes."""
    milliseconds = time.time_ns() // 1_000_000
    head, random = f"{milliseconds:012x}", os.urandom(10 * count).hex()
    return [
        f"{head[:8]}-{head[8:]}-7{tail[:3]}-{'89ab'[int(tail[3], 16) & 3]}{tail[4:7]}-{tail[7:19]}"
        for tail in (random[at : at + 20] for at in range(0, len(random), 20))
    ]
