"""The receiver over HTTP. What it was sent is in memory, and ends with the process."""

from __future__ import annotations

import collections
import dataclasses
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST_BYTES = 200_000
MOST_KEPT = 1_000
SLOW_SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class Message:
    """What was sent once: where, its headers in lower case, its body."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclasses.dataclass
class Receiver:
    """What it was sent, and how often each path was asked."""

    messages: collections.deque[Message] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=MOST_KEPT)
    )
    turns: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    closing: threading.Event = dataclasses.field(default_factory=threading.Event)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def take(self, message: Message) -> str:
        """Keep a message; how to answer it."""
        answers = message.path.strip("/").split("/")[0].split(",")
        with self.lock:
            self.messages.append(message)
            turn = self.turns[message.path]
            self.turns[message.path] += 1
        return answers[turn % len(answers)]


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST_BYTES)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.receiver.take(Message(self.path, headers, self.rfile.read(length)))
        if answer == "slow":
            self.receiver.closing.wait(SLOW_SECONDS)
            return
        if answer == "elsewhere":
            self._answer(302, b"", location="/200/")
            return
        self._answer(int(answer) if answer.isdecimal() else 404, b"")

    def do_GET(self) -> None:
        told = [
            {"path": one.path, "headers": one.headers, "body": one.body.decode(errors="replace")}
            for one in self.receiver.messages
        ]
        self._answer(200, json.dumps(told).encode())

    def _answer(self, status: int, body: bytes, *, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the parent's name
        """Nothing."""


def serve(receiver: Receiver, *, port: int) -> ThreadingHTTPServer:
    """A server of it, that listens."""
    handler = type("ReceiverHandler", (Handler,), {"receiver": receiver})
    return ThreadingHTTPServer(("127.0.0.1", port), handler)
