"""The one way to call out over HTTP.

Only browsers and curl resolve `*.localhost`. In embedded settings a call to such a host goes to
127.0.0.1 with its Host header kept; anywhere else the name is resolved as usual. Every call has a
time-out, follows no redirect, and never runs inside a transaction that holds locks.
"""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings

TIMEOUT_SECONDS = 10.0


def request(
    method: str, url: str, *, timeout: float = TIMEOUT_SECONDS, **options: Any
) -> httpx.Response:
    """Call out once.

    :raises httpx.HTTPError: when no answer came; the caller knows whether it may try again
    """
    headers = httpx.Headers(options.pop("headers", None))
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_loopback_name = host == "localhost" or host.endswith(".localhost")
    if is_loopback_name and settings.LOOPBACK_HOSTS:
        headers["Host"] = parts.netloc
        port = f":{parts.port}" if parts.port else ""
        url = urlunsplit(parts._replace(netloc=f"127.0.0.1{port}"))
    return httpx.request(method, url, headers=headers, timeout=timeout, **options)
