"""Counters of Redis: several at once, each for its window, none of another tenant's."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from commons.caching import add_to_counters, redis_client
from tenants.registry import contexts

pytestmark = pytest.mark.usefixtures("tenant_db", "own_cache")


def test_counters_are_added_to_and_say_what_they_come_to():
    assert add_to_counters({"a": 3, "b": 1}, seconds=60) == [3, 1]
    assert add_to_counters({"b": 5, "a": 4}, seconds=60) == [6, 7]


def test_a_window_begins_with_the_first_amount_and_is_not_prolonged():
    add_to_counters({"a": 1}, seconds=60)
    add_to_counters({"a": 1}, seconds=6_000)

    assert 0 < redis_client().ttl(cache.make_key("a")) <= 60


def test_a_neighbour_counts_its_own():
    add_to_counters({"a": 1}, seconds=60)

    with contexts.tenant("d94"):
        assert add_to_counters({"a": 1}, seconds=60) == [1]
