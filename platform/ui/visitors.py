"""Where a visitor comes from, behind the proxies of the house.

Each proxy adds at the right of `X-Forwarded-For` the address it was called from; what stands further
left was written by the visitor, who may write anything. So the header is read from the right, one
entry per proxy that we trust (`TRUSTED_PROXIES`), and with none it is not read at all.
"""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

IPV6_PREFIX = 64  # what one subscriber is given: its addresses are one place


def client_address(request: HttpRequest) -> str:
    """The address of the visitor; empty when the server knows none."""
    nearest = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    hops = [hop.strip() for hop in forwarded if hop.strip()] + [nearest]
    seen = hops[-1 - min(settings.TRUSTED_PROXIES, len(hops) - 1)]
    return _address(seen) or _address(nearest)


def place_of(request: HttpRequest) -> str:
    """The address of the visitor, or the network of their home when it is IPv6."""
    address = client_address(request)
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/{IPV6_PREFIX}", strict=False))


def _address(written: str) -> str:
    """An address without its port, an IPv4 one in its own form; empty if it is none."""
    bare = written.partition("]")[0].lstrip("[") if written.startswith("[") else written
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
