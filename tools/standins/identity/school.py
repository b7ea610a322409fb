"""EduConnect: a SAML 2 identity provider. It answers signed requests alone, and signs with SHA-256."""

from __future__ import annotations

import base64
import datetime
import secrets
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import httpx
import xmlsec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from tools.standins.identity.people import Person, Service

SAMLP, SAML = "urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion"
DS = "http://www.w3.org/2000/09/xmldsig#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
LASTS = datetime.timedelta(minutes=10)
_FRIENDLY = {
    "urn:oid:1.3.6.1.4.1.20326.10.999.1.7": "FrEduCtPersonAffiliation",
    "urn:oid:1.3.6.1.4.1.20326.10.999.1.57": "FrEduCtId",
    "FrEduCtRefId": "FrEduCtRefId",
}


class Refused(Exception):
    """A request that is not answered: why, for who develops."""


class School:
    """Its services and people, and the key it signs with."""

    def __init__(
        self, origin: str, key: Path, services: Sequence[Service], people: Sequence[Person]
    ) -> None:
        self.entity_id = f"{origin}/educonnect"
        self._key = key
        self._services = {service.entity_id: service for service in services}
        self._people = people

    def people_of(self, service: Service) -> list[Person]:
        """Those who are shown to a service."""
        return [one for one in self._people if one.of == service.entity_id and one.attributes]

    def asked(self, query: str) -> tuple[Service, str]:
        """
        The service that asks, and the identifier of its request.

        :raises Refused: if it is unknown, or its signature does not hold
        """
        said = dict(parse_qsl(query, keep_blank_values=True))
        try:
            text = zlib.decompress(base64.b64decode(said["SAMLRequest"]), -15)
            request = etree.fromstring(text, etree.XMLParser(resolve_entities=False))
            issuer = (request.findtext(f"{{{SAML}}}Issuer") or "").strip()
            service = self._services[issuer]
        except (KeyError, ValueError, zlib.error, etree.XMLSyntaxError) as error:
            raise Refused("unknown service") from error
        if request.get("AssertionConsumerServiceURL") != service.acs:
            raise Refused("another address")
        self._verify(said, service)
        return service, str(request.get("ID"))

    def _verify(self, said: dict[str, str], service: Service) -> None:
        """The signature of a redirect (saml-bindings-2.0, §3.4.4.1)."""
        if said.get("SigAlg") != RSA_SHA256:
            raise Refused("algorithm")
        signed = "&".join(
            f"{name}={quote_plus(said[name])}"
            for name in ("SAMLRequest", "RelayState", "SigAlg")
            if name in said
        )
        try:
            _public_key(service.entity_id).verify(
                base64.b64decode(said.get("Signature", "")),
                signed.encode(),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except InvalidSignature as error:
            raise Refused("signature") from error

    def answer(self, service: Service, ask: str, person: Person) -> str:
        """A response about somebody, as a browser posts it."""
        now = datetime.datetime.now(datetime.UTC)
        response = _element(
            f"{{{SAMLP}}}Response", ID=_new_id(), Version="2.0", IssueInstant=_instant(now),
            Destination=service.acs, InResponseTo=ask,
        )  # fmt: skip
        _add(response, SAML, "Issuer", self.entity_id)
        status = _add(response, SAMLP, "Status")
        _add(status, SAMLP, "StatusCode", Value="urn:oasis:names:tc:SAML:2.0:status:Success")
        assertion = _add(
            response, SAML, "Assertion", ID=_new_id(), Version="2.0", IssueInstant=_instant(now)
        )
        _add(assertion, SAML, "Issuer", self.entity_id)
        subject = _add(assertion, SAML, "Subject")
        _add(
            subject, SAML, "NameID", _new_id(),
            Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
        )  # fmt: skip
        bearer = _add(
            subject, SAML, "SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"
        )
        _add(
            bearer, SAML, "SubjectConfirmationData", InResponseTo=ask, Recipient=service.acs,
            NotOnOrAfter=_instant(now + LASTS),
        )  # fmt: skip
        conditions = _add(
            assertion,
            SAML,
            "Conditions",
            NotBefore=_instant(now),
            NotOnOrAfter=_instant(now + LASTS),
        )
        _add(_add(conditions, SAML, "AudienceRestriction"), SAML, "Audience", service.entity_id)
        statement = _add(assertion, SAML, "AuthnStatement", AuthnInstant=_instant(now))
        context = _add(statement, SAML, "AuthnContext")
        _add(
            context, SAML, "AuthnContextClassRef",
            "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        )  # fmt: skip
        attributes = _add(assertion, SAML, "AttributeStatement")
        for name, values in person.attributes.items():
            attribute = _add(
                attributes, SAML, "Attribute", Name=name, NameFormat=URI,
                FriendlyName=_FRIENDLY.get(name, name),
            )  # fmt: skip
            for value in values:
                _add(attribute, SAML, "AttributeValue", value)
        self._sign(assertion)
        self._sign(response)
        return base64.b64encode(etree.tostring(response)).decode()

    def _sign(self, element: Any) -> None:
        """Enveloped, RSA-SHA256, after the issuer: where the schema has it."""
        constants = xmlsec.constants
        signature = xmlsec.template.create(
            element, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds"
        )
        element.insert(1, signature)
        reference = xmlsec.template.add_reference(
            signature, constants.TransformSha256, uri=f"#{element.get('ID')}"
        )
        xmlsec.template.add_transform(reference, constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, constants.TransformExclC14N)
        xmlsec.tree.add_ids(element, ["ID"])
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(str(self._key), constants.KeyDataFormatPem)
        context.sign(signature)


def _public_key(entity_id: str) -> rsa.RSAPublicKey:
    """That of the metadata of a service, which is at the address of its name."""
    parts = urlsplit(entity_id)
    port = f":{parts.port}" if parts.port else ""
    # Only browsers resolve `*.localhost`.
    is_here = (parts.hostname or "").endswith("localhost")
    url = f"{parts.scheme}://127.0.0.1{port}{parts.path}" if is_here else entity_id
    try:
        answer = httpx.get(url, headers={"Host": parts.netloc}, timeout=10).raise_for_status()
        document = etree.fromstring(answer.content, etree.XMLParser(resolve_entities=False))
        written = "".join((document.findtext(f".//{{{DS}}}X509Certificate") or "").split())
        key = x509.load_der_x509_certificate(base64.b64decode(written)).public_key()
    except (httpx.HTTPError, ValueError, etree.XMLSyntaxError) as error:
        raise Refused("metadata") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refused("key")
    return key


def _new_id() -> str:
    return "_" + secrets.token_hex(20)


def _instant(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _element(tag: str, **attributes: str) -> Any:
    return etree.Element(tag, attributes, nsmap={"samlp": SAMLP, "saml": SAML})


def _add(parent: Any, namespace: str, name: str, text: str = "", **attributes: str) -> Any:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
    if text:
        child.text = text
    return child
