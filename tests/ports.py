"""Ports for processes of tests that cannot take one that is free themselves."""

from __future__ import annotations

import contextlib
import random
import socket


def free_port() -> int:
    """One that is free, and the next one too: a demo's bank. Calls out take theirs above these."""
    draw = random.SystemRandom()  # workers share the seed of the other draws
    while True:
        port = draw.randrange(10_000, 30_000)
        with socket.socket() as site, socket.socket() as bank, contextlib.suppress(OSError):
            site.bind(("127.0.0.1", port))
            bank.bind(("127.0.0.1", port + 1))
            return port
