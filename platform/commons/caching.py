"""What Redis keeps for us: cache keys carry the tenant, and counters are asked all at once."""

import functools
from collections.abc import Mapping
from pathlib import Path

import redis
from django.conf import settings
from django.core.cache import cache
from redis.backoff import NoBackoff
from redis.retry import Retry

from commons import redis_scripts
from commons.tenancy import current_schema

_ADD = Path(__file__).with_name("counters.lua")
# A page waits no longer than this for what it only counts.
PATIENCE_SECONDS = 0.25


def tenant_key(key: str, key_prefix: str, version: int) -> str:
    """Django's KEY_FUNCTION: two tenants asking for the same key never share a value."""
    return f"{key_prefix}:{current_schema()}:{version}:{key}"


@functools.cache
def _client(url: str, seconds: float) -> redis.Redis:
    # Asked again once, at once: Redis may have been started anew under a connection that was kept.
    return redis.Redis.from_url(url, socket_timeout=seconds, retry=Retry(NoBackoff(), 1))


def redis_client(*, patience: float = PATIENCE_SECONDS) -> redis.Redis:
    """Redis, and how many seconds to wait for it."""
    return _client(settings.REDIS_URL, patience)


def add_to_counters(amounts: Mapping[str, int], *, seconds: int) -> list[int]:
    """Add to counters of the current tenant, in one round trip; what each then says, in that order.

    A counter's window is of so many seconds, and begins with its first amount.

    :raises redis.exceptions.RedisError: if Redis does not answer
    """
    keys = [cache.make_key(name) for name in amounts]
    answer = redis_scripts.run(redis_client(), _ADD, keys, [*amounts.values(), seconds])
    return [int(said) for said in answer]
