"""pysaml2 playing EduConnect: an identity provider that others wrote (Apache-2), in this process.

It signs with the `xmlsec` wheel through a CryptoBackend of ours, so that nothing needs the `xmlsec1`
program; where that is present, the same assertions are signed by it as well (`program`).
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from lxml import etree
from saml2 import BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_TRANSIENT
from saml2.server import Server
from saml2.sigver import CryptoBackend
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from tenants.identities.educonnect import keys

ENTITY = "https://educonnect.test/idp"
SSO_URL = "https://educonnect.test/idp/sso"
_BASE = "urn:oid:1.3.6.1.4.1.20326.10.999.1"
NAMES = {
    "FrEduUrlRetour": f"{_BASE}.5",
    "FrEduCtPersonAffiliation": f"{_BASE}.7",
    "FrEduCtId": f"{_BASE}.57",
    "FrEduCtDateNaissance": f"{_BASE}.67",
    "FrEduCtEleveUAI": f"{_BASE}.72",
    "FrEduCtRefId": f"{_BASE}.99",
    "sn": "urn:oid:2.5.4.4",
    "givenName": "urn:oid:2.5.4.42",
}
AUTHN = {"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": ENTITY}


def _text(statement: Any) -> bytes:
    """pysaml2 hands over objects, texts or bytes."""
    said = statement if isinstance(statement, str | bytes) else statement.to_string()
    return said.encode() if isinstance(said, str) else said


class WheelBackend(CryptoBackend):
    """Signs, verifies and encrypts with libxmlsec1 in the process."""

    @property
    def version(self) -> str:
        return "1.3.0"

    def sign_statement(self, statement: Any, node_name: str, key_file: str, node_id: str) -> str:
        root = etree.fromstring(_text(statement))
        xmlsec.tree.add_ids(root, ["ID"])
        (parent,) = root.xpath("//*[@ID=$it]", it=node_id)
        node = xmlsec.tree.find_child(parent, "Signature", xmlsec.constants.DSigNs)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(key_file, xmlsec.constants.KeyDataFormatPem)
        context.sign(node)
        return etree.tostring(root).decode()

    def validate_signature(
        self, signedtext: Any, cert_file: str, cert_type: str, node_name: str, node_id: str
    ) -> bool:
        text = signedtext if isinstance(signedtext, bytes) else signedtext.encode()
        root = etree.fromstring(text)
        xmlsec.tree.add_ids(root, ["ID"])
        (parent,) = root.xpath("//*[@ID=$it]", it=node_id)
        node = xmlsec.tree.find_child(parent, "Signature", xmlsec.constants.DSigNs)
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(cert_file, xmlsec.constants.KeyDataFormatCertPem)
        try:
            context.verify(node)
        except xmlsec.Error:
            return False
        return True

    def encrypt_assertion(
        self, statement: Any, enc_key: str, template: Any, *more: Any, **also: Any
    ) -> str:
        root = etree.fromstring(_text(statement))
        (assertion,) = root.xpath(
            "//*[local-name()='EncryptedAssertion']/*[local-name()='Assertion']"
        )
        manager = xmlsec.KeysManager()
        public = xmlsec.Key.from_file(enc_key, xmlsec.constants.KeyDataFormatCertPem)
        manager.add_key(public)
        data = xmlsec.template.encrypted_data_create(
            root,
            xmlsec.constants.TransformAes256Gcm,
            type=xmlsec.constants.TypeEncElement,
            ns="xenc",
        )
        xmlsec.template.encrypted_data_ensure_cipher_value(data)
        info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
        key = xmlsec.template.add_encrypted_key(info, xmlsec.constants.TransformRsaOaep)
        xmlsec.template.encrypted_data_ensure_cipher_value(key)
        context = xmlsec.EncryptionContext(manager)
        context.key = xmlsec.Key.generate(
            xmlsec.constants.KeyDataAes, 256, xmlsec.constants.KeyDataTypeSession
        )
        context.encrypt_xml(data, assertion)
        return etree.tostring(root).decode()


def program() -> str:
    """Where `xmlsec1` is; empty if it is not."""
    return shutil.which("xmlsec1") or ""


@dataclasses.dataclass
class EduConnect:
    """An identity provider, knowing one service provider: ours."""

    server: Server
    certificate: str
    other_certificate: str
    key_file: str

    def asked(self, url: str) -> dict[str, Any]:
        """What our request says, once pysaml2 has verified its signature."""
        query = {
            name: value
            for name, (value,) in parse_qs(urlsplit(url).query, keep_blank_values=True).items()
        }
        request = self.server.parse_authn_request(
            query["SAMLRequest"],
            BINDING_HTTP_REDIRECT,
            relay_state=query.get("RelayState"),
            sigalg=query["SigAlg"],
            signature=query["Signature"],
        )
        message = request.message
        return {
            "id": message.id,
            "acs": message.assertion_consumer_service_url,
            "issuer": message.issuer.text,
            "force_authn": message.force_authn,
            "relay_state": query.get("RelayState", ""),
            "algorithm": query["SigAlg"],
        }

    def response(
        self,
        attributes: dict[str, list[str]],
        *,
        ask: str,
        acs: str,
        audience: str,
        **traits: Any,
    ) -> str:
        """An answer as XML, response and assertion signed with SHA-256 unless told otherwise."""
        made = self.server.create_authn_response(
            dict(attributes),
            in_response_to=ask,
            destination=acs,
            sp_entity_id=audience,
            authn=AUTHN,
            name_id=self.server.ident.transient_nameid(audience, "somebody"),
            **{
                "sign_response": True,
                "sign_assertion": True,
                "sign_alg": SIG_RSA_SHA256,
                "digest_alg": DIGEST_SHA256,
                **traits,
            },
        )
        return str(made)


def posted(xml: str) -> str:
    """As a browser posts it (saml-bindings-2.0, §3.5)."""
    return base64.b64encode(xml.encode()).decode()


def inflated(url: str) -> str:
    """The request in an address, as XML."""
    (said,) = parse_qs(urlsplit(url).query)["SAMLRequest"]
    return zlib.decompress(base64.b64decode(said), -15).decode()


def start(metadata: bytes, *, with_program: bool = False) -> EduConnect:
    """An identity provider that read our metadata, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="socle-idp-"))
    at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    own, other = (keys.make(name, at=at, bits=2048) for name in (ENTITY, "another"))
    (folder / "key.pem").write_text(own.private_key, encoding="ascii")
    (folder / "cert.pem").write_text(own.certificate, encoding="ascii")
    (folder / "other.pem").write_text(other.private_key, encoding="ascii")
    (folder / "sp.xml").write_bytes(metadata)
    _write_maps(folder)
    config = IdPConfig()
    backend = program() if with_program else "/bin/true"
    config.load(
        {
            "entityid": ENTITY,
            "xmlsec_binary": backend,
            "key_file": str(folder / "key.pem"),
            "cert_file": str(folder / "cert.pem"),
            "metadata": {"local": [str(folder / "sp.xml")]},
            "attribute_map_dir": str(folder / "maps"),
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(SSO_URL, BINDING_HTTP_REDIRECT)]},
                    "name_id_format": [NAMEID_FORMAT_TRANSIENT],
                    "want_authn_requests_signed": True,
                    "sign_response": True,
                    "sign_assertion": True,
                    "policy": {
                        "default": {"lifetime": {"minutes": 5}, "name_form": NAME_FORMAT_URI}
                    },
                }
            },
        }
    )
    server = Server(config=config)
    if not with_program:
        server.sec.crypto = WheelBackend()
    return EduConnect(server, own.certificate, other.certificate, str(folder / "other.pem"))


def _write_maps(folder: Path) -> None:
    """The attributes by their OIDs, as pysaml2 wants them told."""
    maps = folder / "maps"
    maps.mkdir()
    (maps / "educonnect.py").write_text(
        f"MAP = {{'identifier': {NAME_FORMAT_URI!r}, 'fro': "
        f"{ {oid: name for name, oid in NAMES.items()}!r}, 'to': {NAMES!r}}}\n",
        encoding="utf-8",
    )
