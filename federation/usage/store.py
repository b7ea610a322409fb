"""Where visits are counted as they come: Redis, under names that carry the tenant.

Four kinds of keys: a visit that goes on (half an hour), the counts since the last gathering, the counts
being gathered, and the sketches of windows that run.
"""

from __future__ import annotations

import redis
from django.core.cache import cache

from commons.caching import PATIENCE_SECONDS, redis_client

WORKERS_SECONDS = 30.0  # workers have time; a page has not


def client(*, patience: float = PATIENCE_SECONDS) -> redis.Redis:
    """Redis, and how many seconds to wait for it."""
    return redis_client(patience=patience)


def key(name: str) -> str:
    """The name of a key of the current tenant."""
    made: str = cache.make_key(f"usage:{name}")
    return made


def sketch_key(cell: str) -> str:
    """The sketch of a cell, as fields of the counts name it."""
    return f"{key('sketch')}:{cell}"
