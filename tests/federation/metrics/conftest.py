"""Counts of a test are its own, and so are the keys that its process keeps."""

from tests.federation.usage.conftest import own_keys
from tests.portal.conftest import empty_cache

__all__ = ("empty_cache", "own_keys")
