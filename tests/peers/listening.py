"""Where peers send their events: a server of this process that keeps what it receives."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

PATIENCE_SECONDS = 10  # localstripe waits one second before it sends


class Received(NamedTuple):
    """One event as it came: whom the address names, what was said, byte for byte."""

    path: str
    headers: dict[str, str]
    body: bytes


class Listener:
    """What was received so far, by whoever sends here."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._received: list[Received] = []
        self._changed = threading.Condition()

    def take(self, one: Received) -> None:
        with self._changed:
            self._received.append(one)
            self._changed.notify_all()

    def wait_for(self, peer: str, kind: str, about: str) -> Received:
        """The event of that kind about that object, once a peer has sent it."""

        def found() -> Received | None:
            return next((one for one in self._received if self._is(one, peer, kind, about)), None)

        with self._changed:
            event = self._changed.wait_for(found, PATIENCE_SECONDS)
        assert event is not None, f"{peer}: no {kind} about {about}"
        return event

    @staticmethod
    def _is(one: Received, peer: str, kind: str, about: str) -> bool:
        said: dict[str, Any] = json.loads(one.body)
        told = (one.path, said["type"], said["data"]["object"]["id"])
        return told == (f"/{peer}", kind, about)


@contextlib.contextmanager
def listening() -> Iterator[Listener]:
    """Listen on 127.0.0.1 for a while."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
            pass

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            listener.take(Received(self.path, dict(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = Listener(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
