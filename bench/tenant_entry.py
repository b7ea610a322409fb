"""What entering a département costs to a request, against a query that needs no entering.

One request enters once. Three ways of asking the same one-row question: staying in one tenant,
entering another each time with its connection kept open, and with a connection opened each time
(what a pool too small for its tenants would pay).
"""

from __future__ import annotations

from django.db import connection

from bench.measures import Row, interleaved
from tenants.registry import contexts
from tenants.registry.backend.base import close_kept

CALLS = 500


def _ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        cursor.fetchone()


def _staying() -> None:
    with contexts.tenant("d92"):
        for _call in range(CALLS):
            _ask()


def _entering() -> None:
    for call in range(CALLS):
        with contexts.tenant("d92" if call % 2 else "d94"):
            _ask()


def _opening() -> None:
    for call in range(CALLS // 20):
        close_kept()
        with contexts.tenant("d92" if call % 2 else "d94"):
            _ask()


def run(scale: float) -> list[Row]:
    """Microseconds per question; `scale` changes nothing here."""
    ways = {"staying": _staying, "entering": _entering, "opening": _opening}
    taken = interleaved(ways, rounds=7)
    per_call = {
        "staying": taken["staying"] / CALLS,
        "entering": taken["entering"] / CALLS,
        "opening": taken["opening"] / (CALLS // 20),
    }
    entry = per_call["entering"] - per_call["staying"]
    return [
        Row("a query without entering", f"{per_call['staying'] * 1e6:.0f} µs"),
        Row(
            "a query after entering another tenant",
            f"{per_call['entering'] * 1e6:.0f} µs (entering: {entry * 1e6:.0f} µs, "
            f"×{per_call['entering'] / per_call['staying']:.2f})",
        ),
        Row("the same, opening the connection", f"{per_call['opening'] * 1e6:.0f} µs"),
    ]
