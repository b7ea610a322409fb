"""Scripts that Redis runs, over a connection that a thread keeps: whatever happens to Redis or to it.

On a Redis of these tests alone: it is made to wait, to forget and to hang up on everybody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis.exceptions import RedisError, ResponseError

from commons import redis_scripts
from commons.caching import add_to_counters, redis_client
from socle import embedded

pytestmark = pytest.mark.usefixtures("tenant_db", "own_cache")
PAUSE_MILLISECONDS = 600  # longer than a page waits


@pytest.fixture(scope="module")
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    started = embedded.start_redis(tmp_path_factory.mktemp("redis"))
    yield started.url
    started.stop()


@pytest.fixture(autouse=True)
def asked_there(own_redis: str, settings: Any) -> None:
    settings.REDIS_URL = own_redis


def add(amount: int) -> int:
    (said,) = add_to_counters({"told": amount}, seconds=60)
    return said


def test_a_redis_that_was_started_anew_is_told_the_script_again():
    add(1)
    redis_client().script_flush()

    assert add(1) == 2


def test_a_connection_that_was_ended_is_opened_again():
    add(1)
    redis_client().client_kill_filter(_type="normal", skipme=False)

    assert add(1) == 2


def test_an_answer_that_comes_late_is_not_taken_for_the_next_one():
    add(1)
    redis_client().execute_command("CLIENT", "PAUSE", PAUSE_MILLISECONDS)

    with pytest.raises(RedisError):
        add_to_counters({"other": 1_000}, seconds=60)
    time.sleep(PAUSE_MILLISECONDS / 1000)

    assert add(1) == 2


def test_a_refusal_is_raised_and_the_next_one_answered(tmp_path):
    wrong = tmp_path / "wrong.lua"
    wrong.write_text("return redis.call('INCRBY', KEYS[1], 'x')", encoding="utf-8")

    with pytest.raises(ResponseError):
        redis_scripts.run(redis_client(), wrong, ["told"], [])

    assert add(3) == 3


def test_two_threads_never_read_each_other_s_answers():
    found: list[tuple[int, int]] = []

    def count(name: str, amount: int) -> None:
        for rank in range(1, 201):
            (said,) = add_to_counters({name: amount}, seconds=60)
            found.append((said, rank * amount))

    threads = [threading.Thread(target=count, args=(f"of {n}", n)) for n in (3, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 400
    assert all(said == expected for said, expected in found)


def connected() -> int:
    found: int = redis_client().info("clients")["connected_clients"]
    return found


def test_a_thread_that_is_over_leaves_no_connection():
    before = connected()
    threads = [
        threading.Thread(target=add_to_counters, args=({"of": 1},), kwargs={"seconds": 60})
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    until = time.monotonic() + 10  # Redis sees it a little later
    while connected() > before and time.monotonic() < until:
        time.sleep(0.02)
    assert connected() <= before
