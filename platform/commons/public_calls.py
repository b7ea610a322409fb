"""Call an address that somebody gave: on the public internet, and nowhere inside.

The address is checked each time it is called: `https`, a name that leads to public addresses only, no
redirect, little time in all, and nothing read beyond the status. The address that was checked is the one
that is connected to, with the name kept for TLS and the Host header: a name cannot lead elsewhere in
between. No proxy of the environment is used. In embedded settings, this machine may be called too.
"""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import re
import socket
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.conf import settings

SECONDS = 5.0
HTTPS_PORT = 443
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Addresses that end with one of IPv4, which is the one that counts: of a translator (RFC 6052).
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# What `ipaddress` of some Python says to be global and is not the internet's, by the registries of the
# IANA for special purposes; and what answers for the machine's own provider at a number that is public.
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotCallable(Exception):
    """An address that is not called: it leads inside, or to nothing."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Target:
    """What is connected to, and the name it is called by."""

    url: str
    host_header: str
    server_name: str


def is_address(url: str) -> bool:
    """Whether one may be sent there: `https` and a host, without user, fragment, or odd characters."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    is_plain = re.fullmatch(r"[\x21-\x7e]+", url) is not None and "\\" not in url
    return (
        is_plain
        and parts.scheme == "https"
        and bool(parts.hostname)
        and parts.username is None
        and parts.password is None
        and not parts.fragment
        and (port is None or port > 0)
    )


def may_be_called(url: str, *, ports: Collection[int] = ()) -> bool:
    """Whether an address is `https`, on one of the ports if any are named; on this machine alone, in the
    demo and the tests, `http` and any port."""
    if is_address(url):
        port = urlsplit(url).port or HTTPS_PORT
        return not ports or port in ports or _is_here(url)
    return _is_here(url)


def _is_here(url: str) -> bool:
    """Whether it names this machine, in settings where it may be called."""
    if not settings.LOOPBACK_HOSTS or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_plain = parts.port is not None and parts.username is None and not parts.fragment
    except ValueError:
        return False
    is_loopback = host in _LOOPBACK or host.endswith(".localhost")
    return parts.scheme in {"http", "https"} and is_loopback and is_plain


def call(
    method: str,
    url: str,
    *,
    seconds: float = SECONDS,
    ports: Collection[int] = (),
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    data: Mapping[str, str] | None = None,
) -> int:
    """
    Call once; the status of the answer. Its body is not read.

    :param seconds: how long connecting, sending and the answer's headers may take together
    :raises NotCallable: if the address may not be called
    :raises httpx.HTTPError: when no answer came
    """
    if not may_be_called(url, ports=ports):
        raise NotCallable(url)
    target = _target(url)
    return asyncio.run(
        _call(
            method,
            target,
            seconds=seconds,
            headers={**(headers or {}), "Host": target.host_header},
            content=content,
            data=data,
        )
    )


async def _call(
    method: str,
    target: _Target,
    *,
    seconds: float,
    headers: Mapping[str, str],
    content: bytes | None,
    data: Mapping[str, str] | None,
) -> int:
    """The time is that of the whole call: httpx counts each read anew, and a slow writer has many."""
    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(timeout=seconds, trust_env=False) as client,
            client.stream(
                method,
                target.url,
                headers=headers,
                content=content,
                data=data,
                extensions={"sni_hostname": target.server_name},
            ) as response,
        ):
            return response.status_code
    except TimeoutError as error:
        raise httpx.ReadTimeout("the whole call took too long") from error


def _target(url: str) -> _Target:
    """
    The address to connect to.

    :raises NotCallable: if the name does not lead to public addresses only
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "http":  # this machine: `may_be_called` said so
        address, port = ("::1" if host == "::1" else "127.0.0.1"), parts.port or 80
    else:
        port = parts.port or HTTPS_PORT
        address = _public_address(host, port)
    literal = f"[{address}]" if ":" in address else address
    called = urlunsplit(parts._replace(netloc=f"{literal}:{port}"))
    return _Target(url=called, host_header=parts.netloc, server_name=host)


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
    known = _meant(ipaddress.ip_address(address.partition("%")[0]))
    if known.is_loopback:
        return bool(settings.LOOPBACK_HOSTS)
    if isinstance(known, ipaddress.IPv6Address) and known not in _GLOBAL_UNICAST:
        return False
    return known.is_global and not known.is_multicast and not any(known in net for net in _SPECIAL)


def _meant(address: Address) -> Address:
    """The address of IPv4 that one of IPv6 leads to, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address
