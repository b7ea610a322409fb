"""Where long work is: said by the operations as they go, shown while they run.

An operation calls `reached` between its steps; it knows nothing of who listens, and nobody may. What is
said does not wait for the transaction to end: it is kept beside, for an hour, under the tenant's keys.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import uuid
from collections.abc import Iterator

from django.core.cache import cache

_listener: contextvars.ContextVar[str | None] = contextvars.ContextVar("progress", default=None)
KEPT_SECONDS = 3_600


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """The step being done: its name in the code, its place, and how many there are."""

    name: str
    place: int
    of: int


def reached(name: str, place: int, *, of: int) -> None:
    """Say that a step begins; `place` counts from 1."""
    key = _listener.get()
    if key is not None:
        cache.set(key, (name, place, of), KEPT_SECONDS)


@contextlib.contextmanager
def told_under(public_id: uuid.UUID) -> Iterator[None]:
    """Keep what is said meanwhile under this identifier."""
    token = _listener.set(_key(public_id))
    try:
        yield
    finally:
        _listener.reset(token)


def step_of(public_id: uuid.UUID) -> Step | None:
    """The last step said under an identifier, if any is still known."""
    found = cache.get(_key(public_id))
    return Step(*found) if found else None


def _key(public_id: uuid.UUID) -> str:
    return f"progress:{public_id}"
