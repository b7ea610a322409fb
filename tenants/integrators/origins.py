"""Origins exactly as a browser writes them (RFC 6454): scheme, host, and a port that is not the usual one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from commons.errors import DomainError

LONGEST = 200
_HOST = re.compile(r"(?=.{4,180}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
USUAL_PORT = 443


class OriginRefused(DomainError):
    """Not exactly an `https` origin of a host that has a name."""

    code = "ORIGIN_REFUSED"


def exact(written: str) -> str:
    """
    An origin as a browser sends it.

    :raises OriginRefused: if it is none: another scheme, a path, `*`, a number for a host
    """
    origin = written.strip().lower().removesuffix("/")
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise OriginRefused(field="origin") from error
    shown = host if port in (None, USUAL_PORT) else f"{host}:{port}"
    said = origin.removesuffix(f":{USUAL_PORT}")
    is_exact = said == f"https://{shown}" and len(origin) <= LONGEST
    if not is_exact or not _HOST.fullmatch(host):
        raise OriginRefused(field="origin")
    return said
