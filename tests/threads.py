"""Threads for race tests: each enters its tenant, and closes its connections at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.db import connections

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
