"""Loads: requests sent over a few kept connections, one after another or at a pace, each timed.

One thread and no library: the client is on the same machine as what it measures, and takes little of it.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Load(NamedTuple):
    """What answers took, in seconds, and the whole of them."""

    seconds: Sequence[float]
    wall: float

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.seconds) / self.wall

    def quantile(self, hundredth: int) -> float:
        """The seconds that so many answers of a hundred took at most."""
        return statistics.quantiles(self.seconds, n=100)[hundredth - 1]


class Unexpected(RuntimeError):
    """An answer has another status than 200."""


class _Connection:
    """One kept connection, and the answer it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.since = 0.0
        self._read = b""

    def send(self, request: bytes, *, since: float) -> None:
        self.since, self._read = since, b""
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Read what came; whether the answer is whole.

        :raises Unexpected: if it is none of ours
        """
        part = self.socket.recv(262_144)
        self._read += part
        if not part:
            raise Unexpected(f"closed after {self._read[:200]!r}")
        head, found, body = self._read.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200 "):
            raise Unexpected(repr(self._read[:700]))
        at = head.lower().find(b"content-length:")
        return len(body) >= int(head[at + 15 :].partition(b"\r\n")[0])


def closed(port: int, requests: Iterator[bytes], *, connections: int, calls: int) -> Load:
    """Each connection asks again as soon as it is answered: what a server does at most."""
    return _drive(port, requests, connections=connections, calls=calls, gap=0)


def paced(
    port: int, requests: Iterator[bytes], *, connections: int, calls: int, rate: float
) -> Load:
    """So many requests a second, whatever the answers take: a wait counts from when one was due."""
    return _drive(port, requests, connections=connections, calls=calls, gap=1 / rate)


def _drive(
    port: int, requests: Iterator[bytes], *, connections: int, calls: int, gap: float
) -> Load:
    free = [_Connection(port) for _ in range(connections)]
    taken: list[float] = []
    begun, sent = time.perf_counter(), 0
    with selectors.DefaultSelector() as selector:
        for connection in free:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        while len(taken) < calls:
            now = time.perf_counter() - begun
            while free and sent < calls and sent * gap <= now:
                free.pop().send(next(requests), since=sent * gap if gap else now)
                sent += 1
            wait = max(sent * gap - now, 0) if free and sent < calls else None
            for key, _events in selector.select(wait):
                if key.data.is_answered():
                    taken.append(time.perf_counter() - begun - key.data.since)
                    free.append(key.data)
        wall = time.perf_counter() - begun
    for connection in free:
        connection.socket.close()
    return Load(taken, wall)
