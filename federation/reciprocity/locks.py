"""The lock of what two départements agree on and settle of Pass+."""

from __future__ import annotations

from federation.agreements.locks import lock_pair


def lock_with(schema: str) -> None:
    """Wait until nobody else changes what this département and another agree on. In a transaction."""
    lock_pair("reciprocity", schema)
