"""Where a person is sent when they open a service."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from federation.catalogue.models import SharedService
from federation.ent.queries import OpenService


def launch_address(service: OpenService, *, issuer: str) -> str:
    """
    The address of a third party's service; by OpenID Connect, told who can say who the person is.

    One address then serves every département: `iss` names ours (OpenID Connect Core 1.0, section 4).
    """
    if service.protocol != SharedService.Protocol.OIDC:
        return service.launch_url
    parts = urlsplit(service.launch_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("iss", issuer)]
    return urlunsplit(parts._replace(query=urlencode(query)))
