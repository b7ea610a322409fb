"""How the worker that sends is woken, once a transaction that leaves it something to send is committed."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from commons.tenancy import current_schema

_wake: Callable[[str], None] | None = None


def set_wake(wake: Callable[[str], None] | None) -> None:
    """Say how the sender of a schema is woken; wired by `socle`."""
    global _wake
    _wake = wake


def wake_on_commit() -> None:
    """Wake the sender of the current schema after this transaction; a sweeper finds what was left."""
    schema = current_schema()
    transaction.on_commit(lambda: _wake(schema) if _wake else None, robust=True)
