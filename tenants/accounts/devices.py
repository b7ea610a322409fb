"""A device in plain words, and where it is, no finer than a person needs to recognise themselves.

The words come from the User-Agent, which anybody may write as they like: they help a person to
recognise a session, and nothing is decided by them. A known device is one that shows the random
value that an earlier sign-in left in a cookie of its own; the table holds its hash.
"""

from __future__ import annotations

import dataclasses
import hashlib
import ipaddress
import re

# The first that is found names it: Edge and Opera call themselves Chrome, Chrome itself Safari.
_BROWSERS = (
    (r"Edg(e|A|iOS)?/", "Edge"),
    (r"OPR/|Opera", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrome/|CriOS/|Chromium/", "Chrome"),
    (r"Safari/", "Safari"),
)
_SYSTEMS = (
    (r"iPhone", "iPhone"),
    (r"iPad", "iPad"),
    (r"Android", "Android"),
    (r"CrOS", "ChromeOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X|Macintosh", "Mac"),
    (r"Linux", "Linux"),
)
_V4_PREFIX, _V6_PREFIX = 24, 48  # about a provider's part of a town


@dataclasses.dataclass(frozen=True, slots=True)
class Device:
    """What a sign-in is recognised by: words, a network, and the hash of the device's cookie."""

    words: str = ""
    network: str = ""
    digest: str = ""


def in_words(user_agent: str) -> str:
    """`Firefox, Windows`; what cannot be told is left out, and nothing at all is empty."""
    found = [
        next((name for pattern, name in names if re.search(pattern, user_agent)), "")
        for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name)


def network_of(address: str) -> str:
    """The network of an address, without its last part; empty if it is no address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    prefix = _V4_PREFIX if parsed.version == 4 else _V6_PREFIX
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False).network_address)


def digest_of(cookie: str) -> str:
    """What the table holds of a device's cookie; empty for none."""
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""
