"""Threads for race tests: each enters its tenant, and closes its connections at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pytest
from django.db import connection, connections

from tenants.registry import contexts
from tenants.registry.backend.base import close_kept

ResultT = TypeVar("ResultT")


def run_in_threads(
    acts: Sequence[Callable[[], ResultT]], *, schema: str = "d92", timeout: float = 30.0
) -> list[ResultT | BaseException]:
    """Run acts at once, each in a thread of its own, and return their results or exceptions."""
    results: list[ResultT | BaseException | None] = [None] * len(acts)

    def run(index: int, act: Callable[[], ResultT]) -> None:
        try:
            with contexts.tenant(schema):
                results[index] = act()
        except BaseException as error:  # noqa: BLE001  handed back to the test
            results[index] = error
        finally:
            close_kept()
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(index, act), daemon=True)
        for index, act in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
        assert not thread.is_alive(), "a thread is stuck"
    return results  # type: ignore[return-value]


def until_somebody_waits_for_us(
    seconds: float = 10.0, *, is_over: threading.Event | None = None
) -> None:
    """Wait, inside a transaction, until another session waits for a lock that this one holds.

    Once `is_over` is set nobody will: who should have waited has ended.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not (is_over and is_over.is_set()):
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_locks AS lock WHERE NOT lock.granted
                       AND pg_backend_pid() = ANY(pg_blocking_pids(lock.pid)))"""
            )
            if cursor.fetchone() == (True,):
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits for us")


def meeting(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> Callable[[Callable[[], Any]], list[Any]]:
    """Do an act twice: the first stops after `name`, in its transaction, until the second waits."""
    act = getattr(module, name)
    is_in, is_over = threading.Event(), threading.Event()

    def slowly(*args: Any, **options: Any) -> Any:
        done = act(*args, **options)
        if not is_in.is_set():
            is_in.set()
            until_somebody_waits_for_us(is_over=is_over)
        return done

    monkeypatch.setattr(module, name, slowly)

    def second(twice: Callable[[], Any]) -> Any:
        assert is_in.wait(10)
        try:
            return twice()
        finally:
            is_over.set()

    return lambda twice: run_in_threads([twice, lambda: second(twice)])
