"""Where a person is sent when they open a service."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from federation.catalogue.models import SharedService
from federation.ent import queries
from federation.ent.models import Registration
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


def partner_answered_unasked(service: OpenService) -> Registration | None:
    """The SAML partner that is told who comes without having asked; None if it asks by itself."""
    if service.protocol != SharedService.Protocol.SAML:
        return None
    registration = queries.saml_registration_for(service.code)
    is_asking = registration is not None and registration.saml["starts_itself"]
    return None if is_asking else registration
