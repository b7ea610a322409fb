"""Ports for processes of tests that cannot take one that is free themselves."""

from __future__ import annotations

import contextlib
import random
import socket


def free_port() -> int:
    """One that is free with the five next: what stands around a demo. Calls out take theirs above."""
    draw = random.SystemRandom()  # workers share the seed of the other draws
    while True:
        port = draw.randrange(10_000, 30_000)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for rank in range(6):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port + rank))
            return port
