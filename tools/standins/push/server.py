"""The service over HTTP. `/subscribe` makes a browser; `/shown` says what its browsers were shown.

A message is answered as RFC 8030 and 8292 say: 201, 400 where a header is missing, 401 without a token, 403
for a token that is not of the key the browser subscribed with, 410 once the browser is gone. An address that
begins with a number is answered with it: `/429/…`.
"""

from __future__ import annotations

import dataclasses
import json
import re
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tools.standins.push.browser import Browser, Unreadable, decoded

LARGEST_BYTES = 4_096  # RFC 8030, 7.2
LONGEST_TOKEN_SECONDS = 24 * 3600
_AUTHORIZATION = re.compile(r"vapid t=([\w.-]+), ?k=([\w-]+)")


class Refused(Exception):
    """A message that the service does not take: the status says why."""


@dataclasses.dataclass
class Subscription:
    """A browser, the key it subscribed with, and what it was shown."""

    browser: Browser
    key: str
    shown: list[str] = dataclasses.field(default_factory=list)
    is_gone: bool = False


@dataclasses.dataclass
class Service:
    """The browsers that subscribed, and the address they are at."""

    origin: str = ""
    subscriptions: dict[str, Subscription] = dataclasses.field(default_factory=dict)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def subscribe(self, key: str) -> dict[str, Any]:
        name, made = uuid.uuid4().hex, Subscription(Browser(), key)
        with self.lock:
            self.subscriptions[name] = made
        return {"endpoint": f"{self.origin}/push/{name}", "keys": made.browser.keys}

    def take(self, name: str, headers: dict[str, str], body: bytes) -> None:
        """:raises Refused: with the status"""
        found = self.subscriptions.get(name)
        if found is None:
            raise Refused(404)
        if found.is_gone:
            raise Refused(410)
        if not headers.get("ttl", "").isdecimal():
            raise Refused(400)
        if len(body) > LARGEST_BYTES:
            raise Refused(413)
        self._check(headers.get("authorization", ""), found.key)
        if headers.get("content-encoding") != "aes128gcm":
            raise Refused(415)
        try:
            said = found.browser.opened(body).decode()
        except Unreadable as error:
            raise Refused(422) from error
        with self.lock:
            found.shown.append(said)

    def _check(self, authorization: str, key: str) -> None:
        said = _AUTHORIZATION.fullmatch(authorization)
        if said is None:
            raise Refused(401)
        if said[2] != key or not is_signed(said[1], key):
            raise Refused(403)
        claims = json.loads(decoded(said[1].split(".")[1]))
        is_late = not 0 < claims["exp"] - time.time() <= LONGEST_TOKEN_SECONDS
        if claims["aud"] != self.origin or is_late:
            raise Refused(403)
        if not re.match(r"(mailto:|https?://)\S+", claims["sub"]):
            raise Refused(403)


def is_signed(token: str, key: str) -> bool:
    """Whether a token (RFC 7515, ES256) bears the signature of a key."""
    head, claims, signature = token.split(".")
    if json.loads(decoded(head)).get("alg") != "ES256":
        return False
    raw = decoded(signature)
    half = len(raw) // 2
    pair = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
    try:
        public.verify(
            encode_dss_signature(*pair), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        return False
    return True


class Handler(BaseHTTPRequestHandler):
    service: Service

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), 100_000))
        kind, _slash, name = self.path.strip("/").partition("/")
        if kind == "subscribe":
            self._answer(201, self.service.subscribe(json.loads(body)["key"]))
        elif kind == "gone":
            self.service.subscriptions[name].is_gone = True
            self._answer(200, {})
        elif kind.isdecimal():
            self._answer(int(kind), {})
        else:
            self._take(name, body)

    def _take(self, name: str, body: bytes) -> None:
        headers = {key.lower(): value for key, value in self.headers.items()}
        try:
            self.service.take(name, headers, body)
        except Refused as refused:
            self._answer(int(str(refused)), {})
        else:
            self._answer(201, {})

    def do_GET(self) -> None:
        name = self.path.strip("/").partition("/")[2]
        found = self.service.subscriptions.get(name)
        self._answer(200 if found else 404, found.shown if found else [])

    def _answer(self, status: int, said: Any) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the parent's name
        """Nothing."""


def serve(service: Service, *, port: int) -> ThreadingHTTPServer:
    """A server of it, that listens."""
    handler = type("ServiceHandler", (Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    service.origin = f"http://127.0.0.1:{server.server_port}"
    return server
