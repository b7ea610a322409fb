"""The CAS protocol, as far as it is spoken here: what is answered to a service, and what it is told.

CAS Protocol Specification 3.0.3 (apereo.github.io/cas). It is small, and the one library that serves it
for Django has its own tables, its own sign-in page and one identifier for all services (docs/adr/0045): so
the few texts are here, and the doors in `portal.views.cas`. No proxy ticket is ever given.
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from federation.ent.models import Registration

NAMESPACE = "http://www.yale.edu/tp/cas"
SAML = "urn:oasis:names:tc:SAML:2.0:"
INVALID_REQUEST, INVALID_TICKET, INVALID_SERVICE = (
    "INVALID_REQUEST",
    "INVALID_TICKET",
    "INVALID_SERVICE",
)
LONGEST_SERVICE = 2_000
_DEFAULT_PORTS = {"https": 443, "http": 80}

ElementTree.register_namespace("cas", NAMESPACE)
ElementTree.register_namespace("samlp", f"{SAML}protocol")
ElementTree.register_namespace("saml", f"{SAML}assertion")


def is_of_service(url: str, registration: Registration) -> bool:
    """
    Whether an address is the registered service: its very address, or below it.

    Scheme, host and port are compared as such, never as text: `https://presse.example.mechant.example`
    begins like the service and is not it. A path goes on after a `/` alone, and climbs nowhere.
    """
    if len(url) > LONGEST_SERVICE or url.strip() != url:
        return False
    if url == registration.service_url:
        return True
    if not registration.is_prefix:
        return False
    try:
        asked, known = urlsplit(url), urlsplit(registration.service_url)
        origins = [_origin(parts) for parts in (asked, known)]
    except ValueError:
        return False
    if origins[0] != origins[1] or asked.username is not None or asked.password is not None:
        return False
    if asked.fragment or not url.isascii() or not url.isprintable() or "\\" in url:
        return False
    if _climbs(asked.path):
        return False
    base = known.path.rstrip("/")
    return asked.path in (base, known.path) or asked.path.startswith(f"{base}/")


def _origin(parts: object) -> tuple[str, str, int | None]:
    scheme = str(getattr(parts, "scheme", ""))
    port = getattr(parts, "port", None) or _DEFAULT_PORTS.get(scheme)
    return scheme, str(getattr(parts, "hostname", "") or ""), port


def _climbs(path: str) -> bool:
    """Whether a path has a `..`, written plainly or not."""
    plain = unquote(unquote(path))
    return ".." in plain.split("/") or "\\" in plain


def success(user: str, attributes: Mapping[str, str | list[str]]) -> bytes:
    """Who came: `serviceResponse` with an `authenticationSuccess` (appendix A)."""
    response = ElementTree.Element(f"{{{NAMESPACE}}}serviceResponse")
    found = ElementTree.SubElement(response, f"{{{NAMESPACE}}}authenticationSuccess")
    ElementTree.SubElement(found, f"{{{NAMESPACE}}}user").text = user
    if attributes:
        block = ElementTree.SubElement(found, f"{{{NAMESPACE}}}attributes")
        for name, value in attributes.items():
            for one in [value] if isinstance(value, str) else value:
                ElementTree.SubElement(block, f"{{{NAMESPACE}}}{name}").text = one
    return _written(response)


def failure(code: str, text: str) -> bytes:
    """Why nobody is named."""
    response = ElementTree.Element(f"{{{NAMESPACE}}}serviceResponse")
    said = ElementTree.SubElement(response, f"{{{NAMESPACE}}}authenticationFailure", code=code)
    said.text = text
    return _written(response)


def logout_request(ticket: str, *, at: datetime.datetime) -> str:
    """What a service is told when a person signs out: the ticket that its session began with (2.3.3)."""
    request = ElementTree.Element(
        f"{{{SAML}protocol}}LogoutRequest",
        ID=f"_{secrets.token_hex(16)}",
        Version="2.0",
        IssueInstant=at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    ElementTree.SubElement(request, f"{{{SAML}assertion}}NameID").text = "@NOT_USED@"
    ElementTree.SubElement(request, f"{{{SAML}protocol}}SessionIndex").text = ticket
    return ElementTree.tostring(request, encoding="unicode")


def _written(element: ElementTree.Element) -> bytes:
    text: bytes = ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)
    return text
