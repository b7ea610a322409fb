"""A service provider as it was registered: its name, its addresses, its certificates.

It is read once, from the metadata that its editor gives (saml-metadata-2.0) or from a form. Afterwards
nothing that a request says adds an address or a key.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from commons.public_calls import may_be_called
from federation.ent import certificates
from federation.ent.enabling import AddressRefused
from federation.ent.models import Registration
from federation.ent.saml.names import LONGEST_ENTITY_ID, POST, PROTOCOL, REDIRECT, instant
from federation.ent.saml.reading import checked_root
from federation.ent.saml.refusals import (
    CertificateMissing,
    CertificateRefused,
    MessageRefused,
    MetadataExpired,
    MetadataUnreadable,
    NoReturnAddress,
)

MOST_BYTES = 512 * 1024
MOST_ADDRESSES = 20
LONGEST_ADDRESS = 300
_MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_BINDINGS = {REDIRECT: "REDIRECT", POST: "POST"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SamlPartner:
    """
    A service provider.

    :param acs_urls: where an answer may be posted, the usual one first
    :param indexes: the same, by the number that a request may name them with
    :param certificates: those it signs with, bare; several while it changes its key
    :param signs_requests: whether a request of its that is not signed is refused
    :param logout_url: where it is told by the browser that a person leaves; empty if it is not
    :param logout_answer_url: where it is answered that a person left
    :param logout_binding: `REDIRECT` or `POST`
    :param starts_itself: whether its own page begins a sign-in, rather than an answer unasked for
    """

    entity_id: str
    acs_urls: tuple[str, ...]
    indexes: dict[str, str] = dataclasses.field(default_factory=dict)
    certificates: tuple[str, ...] = ()
    signs_requests: bool = False
    logout_url: str = ""
    logout_answer_url: str = ""
    logout_binding: str = "REDIRECT"
    starts_itself: bool = False

    def as_columns(self) -> dict[str, Any]:
        """The same, as `Registration` keeps it."""
        return {
            "entity_id": self.entity_id,
            "redirect_uris": list(self.acs_urls),
            "logout_url": self.logout_url,
            "saml": {
                "indexes": self.indexes,
                "certificates": list(self.certificates),
                "signs_requests": self.signs_requests,
                "logout_answer_url": self.logout_answer_url,
                "logout_binding": self.logout_binding,
                "starts_itself": self.starts_itself,
            },
        }


def partner_of(registration: Registration) -> SamlPartner:
    """A service provider that was registered."""
    kept = registration.saml
    return SamlPartner(
        entity_id=registration.entity_id,
        acs_urls=tuple(registration.redirect_uris),
        indexes=kept["indexes"],
        certificates=tuple(kept["certificates"]),
        signs_requests=kept["signs_requests"],
        logout_url=registration.logout_url,
        logout_answer_url=kept["logout_answer_url"],
        logout_binding=kept["logout_binding"],
        starts_itself=kept["starts_itself"],
    )


def read_metadata(text: str, *, at: datetime.datetime, starts_itself: bool = False) -> SamlPartner:
    """
    A service provider as its metadata describe it.

    A signature of theirs is not looked at: whoever pastes them answers for where they come from.

    :raises MetadataUnreadable: if it is not the description of one service provider of SAML 2
    :raises MetadataExpired: if it says that it is over
    """
    content = text.strip().encode(errors="replace")
    if not 0 < len(content) <= MOST_BYTES:
        raise MetadataUnreadable
    try:
        root = checked_root(_without_comments(content))
        described = [root] if root.tag == f"{_MD}EntityDescriptor" else []
        if root.tag == f"{_MD}EntitiesDescriptor":
            described = root.findall(f".//{_MD}EntityDescriptor")
        (entity,) = described
        (role,) = entity.findall(f"{_MD}SPSSODescriptor")
    except (MessageRefused, etree.XMLSyntaxError, ValueError) as error:
        raise MetadataUnreadable from error
    if PROTOCOL not in role.get("protocolSupportEnumeration", "").split():
        raise MetadataUnreadable
    _check_still_valid(root, entity, role, at=at)
    returns = _returns(role)
    logout = _logout(role)
    return SamlPartner(
        entity_id=entity.get("entityID", ""),
        acs_urls=tuple(dict.fromkeys(url for _index, url in returns)),
        indexes={index: url for index, url in returns if index},
        certificates=_signing_certificates(role),
        signs_requests=role.get("AuthnRequestsSigned", "") in ("true", "1"),
        starts_itself=starts_itself,
        **logout,
    )


def _without_comments(content: bytes) -> bytes:
    """Metadata are often commented, and nothing in them is verified by a signature."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    root: Any = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:
        raise MetadataUnreadable
    return etree.tostring(root)


def _check_still_valid(*elements: Any, at: datetime.datetime) -> None:
    for element in elements:
        if not (said := element.get("validUntil")):
            continue
        try:
            is_over = instant(said) <= at
        except ValueError as error:
            raise MetadataUnreadable from error
        if is_over:
            raise MetadataExpired


def _returns(role: Any) -> list[tuple[str, str]]:
    """Where answers may be posted, with their numbers: the default one first, else in their order."""
    found = [
        one for one in role.findall(f"{_MD}AssertionConsumerService") if one.get("Binding") == POST
    ]
    usual = next((one for one in found if one.get("isDefault") in ("true", "1")), None)
    if usual is None:
        usual = next((one for one in found if one.get("isDefault") is None), None)
    found.sort(key=lambda one: one is not usual)
    return [(one.get("index", ""), one.get("Location", "")) for one in found]


def _logout(role: Any) -> dict[str, str]:
    """Where it is signed out by the browser; by a redirect if it may be, which needs no page."""
    services = role.findall(f"{_MD}SingleLogoutService")
    for binding, name in _BINDINGS.items():
        for one in services:
            if one.get("Binding") == binding:
                url = one.get("Location", "")
                answer = one.get("ResponseLocation") or url
                return {
                    "logout_url": url,
                    "logout_answer_url": answer,
                    "logout_binding": name,
                }
    return {}


def _signing_certificates(role: Any) -> tuple[str, ...]:
    found = [
        certificates.bare(one.text or "")
        for key in role.findall(f"{_MD}KeyDescriptor")
        if key.get("use", "signing") == "signing"
        for one in key.iter(f"{_DS}X509Certificate")
    ]
    return tuple(dict.fromkeys(found))


def check(partner: SamlPartner, *, at: datetime.datetime) -> None:
    """
    Hold a description to what may be registered.

    :raises MetadataUnreadable: if it has no name
    :raises NoReturnAddress: if nothing may be posted to it
    :raises AddressRefused: if nobody may be sent to an address
    :raises CertificateRefused: if a certificate is none, too weak, or over
    :raises CertificateMissing: if it must verify something and has nothing to verify it with
    """
    name = partner.entity_id
    if not 0 < len(name) <= LONGEST_ENTITY_ID or not name.isprintable() or name.strip() != name:
        raise MetadataUnreadable
    if not 0 < len(partner.acs_urls) <= MOST_ADDRESSES:
        raise NoReturnAddress
    _check_addresses("acs_urls", partner.acs_urls)
    _check_addresses("logout_url", [partner.logout_url, partner.logout_answer_url])
    for one in partner.certificates:
        read = certificates.read(one)
        if read is None or read.not_valid_after_utc <= at:
            raise CertificateRefused
    if (partner.signs_requests or partner.logout_url) and not partner.certificates:
        raise CertificateMissing


def _check_addresses(field: str, urls: Sequence[str]) -> None:
    for url in urls:
        if url and (len(url) > LONGEST_ADDRESS or not may_be_called(url)):
            raise AddressRefused(field=field)
    if field == "acs_urls" and not all(urls):
        raise NoReturnAddress


def origin(url: str) -> str:
    """The host of an address, as a policy of forms writes it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
