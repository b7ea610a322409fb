"""Where visits are counted as they come: Redis, under names that carry the tenant.

Four kinds of keys: a visit that goes on (half an hour), the counts since the last gathering, the counts
being gathered, and the sketches of windows that run.
"""

from __future__ import annotations

import functools

import redis
from django.conf import settings
from django.core.cache import cache
from redis.backoff import NoBackoff
from redis.retry import Retry

# A page waits no longer than this for its visit to be counted; workers have time.
PATIENCE_SECONDS = 0.25
WORKERS_SECONDS = 30.0


@functools.cache
def _client(url: str, seconds: float) -> redis.Redis:
    # Asked again once, at once: Redis may have been started anew under a connection that was kept.
    return redis.Redis.from_url(url, socket_timeout=seconds, retry=Retry(NoBackoff(), 1))


def client(*, patience: float = PATIENCE_SECONDS) -> redis.Redis:
    """Redis, and how many seconds to wait for it."""
    return _client(settings.REDIS_URL, patience)


def key(name: str) -> str:
    """The name of a key of the current tenant."""
    made: str = cache.make_key(f"usage:{name}")
    return made


def sketch_key(cell: str) -> str:
    """The sketch of a cell, as fields of the counts name it."""
    return f"{key('sketch')}:{cell}"
