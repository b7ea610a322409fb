"""Call a service from here: to tell it of a sign-out, or to ask whether it works.

The address was given by an agent, and is checked all the same each time: `https`, a name that leads to
the public internet and nowhere inside, no redirect, little time, and nothing read beyond the status. The
address that was checked is the one that is called: a name cannot lead elsewhere in between.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings

from commons import http
from federation.ent.enabling import may_be_called

SECONDS = 5.0


class NotCallable(Exception):
    """An address that is not called: it leads inside, or to nothing."""


def call(method: str, url: str, **options: object) -> int:
    """
    Call once; the status of the answer.

    :raises NotCallable: if the address may not be called
    :raises httpx.HTTPError: when no answer came
    """
    if not may_be_called(url):
        raise NotCallable(url)
    parts = urlsplit(url)
    if parts.scheme == "http":  # this machine, in the demo and the tests: `may_be_called` said so
        return http.request(method, url, timeout=SECONDS, **options).status_code
    host, port = parts.hostname or "", parts.port or 443
    address = _public_address(host, port)
    literal = f"[{address}]" if ":" in address else address
    called = urlunsplit(parts._replace(netloc=f"{literal}:{port}"))
    headers = {"Host": parts.netloc}
    with (
        httpx.Client(timeout=SECONDS, trust_env=False) as client,
        client.stream(
            method,
            called,
            headers=headers,
            extensions={"sni_hostname": host},
            **options,  # type: ignore[arg-type]
        ) as response,
    ):
        return response.status_code


def _public_address(host: str, port: int) -> str:
    """An address of a name; all of them must be public ones.

    :raises NotCallable: if one is not, or there is none
    """
    try:
        found = {
            str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        }
    except (OSError, UnicodeError) as error:
        raise NotCallable(host) from error
    if not found or not all(is_public(address) for address in found):
        raise NotCallable(host)
    return min(found)


def is_public(address: str) -> bool:
    """Whether an address is of the public internet: no private network, no machine of ours."""
    known = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(known, "ipv4_mapped", None) or known
    return bool(mapped.is_global and not mapped.is_multicast) or (
        settings.LOOPBACK_HOSTS and mapped.is_loopback
    )
