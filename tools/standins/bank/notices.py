"""Sending events where an account is told, signed as Stripe signs."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from tools.standins.bank.books import Books


def signature(body: str, secret: str, *, at: int) -> str:
    """The `Stripe-Signature` header of a message."""
    signed = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def deliver(books: Books, stopped: threading.Event) -> None:
    """Send what is due, until told to stop. `*.localhost` is this machine, its host kept."""
    while not stopped.wait(0.2):
        for message in books.due():
            with books.lock:
                url = books.objects[message["endpoint"]]["url"]
                secret = books.secrets[message["endpoint"]]
            books.sent(message, is_received=_sent_once(url, message["body"], secret))


def _sent_once(url: str, body: str, secret: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, secret, at=int(time.time())),
    }
    if (parts.hostname or "").endswith(".localhost"):
        headers["Host"] = parts.netloc
        url = urllib.parse.urlunsplit(parts._replace(netloc=f"127.0.0.1:{parts.port or 80}"))
    request = urllib.request.Request(url, data=body.encode(), headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return 200 <= answer.status < 300
    except (urllib.error.URLError, OSError):
        return False
