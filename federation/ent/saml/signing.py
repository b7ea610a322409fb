"""Signatures of SAML messages: pysaml2's rules, on the wheel of libxmlsec1. Imported when it is needed.

pysaml2 holds a signature to SAML's profile of it (saml-core-2.0, §5.4): one reference, to the element it
stands in, two transforms, no object; and the document to its schema. Algorithms are a list of the allowed.
Its import compiles those schemas, for half a second: what needs no signature does not import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xmlsec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree
from saml2 import SamlBase, class_name, pack, sigver
from saml2.sigver import CryptoBackend, RSACrypto, SecurityContext
from saml2.validate import NotValid, valid_instance
from saml2.xmldsig import (
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    SIG_RSA_SHA256,
    SIG_RSA_SHA384,
    SIG_RSA_SHA512,
)

from federation.ent.certificates import bare
from federation.ent.keys import Signer
from federation.ent.saml.refusals import MessageRefused

_DIGESTS = frozenset({DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512})
_METHODS = frozenset({SIG_RSA_SHA256, SIG_RSA_SHA384, SIG_RSA_SHA512})
# What pysaml2 and its libraries raise on what they cannot read or verify.
_UNVERIFIABLE = (
    sigver.SAMLError, NotValid, etree.LxmlError, xmlsec.Error,
    ValueError, TypeError, AttributeError, KeyError, IndexError, SyntaxError,
)  # fmt: skip


class WheelBackend(CryptoBackend):  # type: ignore[misc]  # pysaml2 is untyped
    """What pysaml2 signs and verifies with: libxmlsec1 in this process, the key in memory."""

    def __init__(self, private_key: bytes = b"") -> None:
        super().__init__()
        self._private_key = private_key

    @property
    def version(self) -> str:
        found = xmlsec.get_libxmlsec_version()  # type: ignore[attr-defined]  # its stubs forget it
        return ".".join(map(str, found))

    def sign_statement(self, statement: Any, node_name: str, key_file: str, node_id: str) -> str:
        root = etree.fromstring(_bytes(statement))
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(self._private_key, xmlsec.constants.KeyDataFormatPem)
        context.sign(_signature(root, node_id))
        return etree.tostring(root).decode("ascii")

    def validate_signature(
        self, signedtext: Any, cert_file: str, cert_type: str, node_name: str, node_id: str
    ) -> bool:
        root = etree.fromstring(_bytes(signedtext))
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(cert_file, xmlsec.constants.KeyDataFormatCertPem)
        if root.get("ID") != node_id:
            return False
        try:
            context.verify(_signature(root, node_id))
        except xmlsec.Error:
            return False
        return True


def _bytes(text: str | bytes) -> bytes:
    """pysaml2 hands over either."""
    return text.encode() if isinstance(text, str) else text


def _signature(root: Any, node_id: str) -> Any:
    """The signature that stands in an element, which is the only one of its identifier."""
    (element,) = root.xpath("//*[@ID=$it]", it=node_id)
    # libxmlsec1 finds `#identifier` by this declaration alone.
    xmlsec.tree.add_ids(root, ["ID"])
    return xmlsec.tree.find_child(element, "Signature", xmlsec.constants.DSigNs)


class _Certificates:
    """What pysaml2 asks its metadata: the certificates that a partner was registered with."""

    def __init__(self, certificates: Sequence[str]) -> None:
        self._certificates = certificates

    def certs(self, _entity: str, _role: str, _use: str) -> list[tuple[str, str]]:
        return [("", bare(one)) for one in self._certificates]


def verified(
    text: str, kind: str, *, certificates: Sequence[str], must_be_signed: bool
) -> SamlBase:
    """
    A message, as pysaml2 has it; a signature that is there holds, and it is there if it must be.

    :param kind: `authn_request`, `logout_request`, `logout_response`
    :raises MessageRefused: if it is no such message, or not signed as it should
    """
    # Keys inside a message prove nothing: only those that were registered count.
    context = SecurityContext(
        WheelBackend(), metadata=_Certificates(certificates), only_use_keys_in_metadata=True
    )
    try:
        message = context.correctly_signed_message(text, kind, must=must_be_signed)
        valid_instance(message)
        if message.signature is not None:
            _check_algorithms(message.signature.signed_info)
    except _UNVERIFIABLE as error:
        raise MessageRefused(problem=f"signature: {type(error).__name__}") from error
    return message


def _check_algorithms(info: Any) -> None:
    digests = {one.digest_method.algorithm for one in info.reference}
    if info.signature_method.algorithm not in _METHODS or not digests <= _DIGESTS:
        raise ValueError("algorithm")


def signed(message: SamlBase, *inside: SamlBase, by: Signer) -> str:
    """A message as XML, signed with SHA-256; what is inside is signed first."""
    elements = (*inside, message)
    for element in elements:
        element.signature = sigver.pre_signature_part(
            element.id,
            bare(by.certificate),
            digest_alg=DIGEST_SHA256,
            sign_alg=SIG_RSA_SHA256,
        )
    context = SecurityContext(WheelBackend(by.private_key))
    text: str = sigver.signed_instance_factory(
        message, context, [(class_name(element), element.id) for element in elements]
    )
    return text


def redirect_address(
    message: SamlBase, location: str, *, kind: str, relay_state: str, by: Signer
) -> str:
    """Where a message is carried by a redirect, signed (saml-bindings-2.0, §3.4.4.1)."""
    key = load_pem_private_key(by.private_key, None)
    assert isinstance(key, RSAPrivateKey)
    made = pack.http_redirect_message(
        message.to_string().decode(),
        location,
        relay_state,
        kind,
        sigalg=SIG_RSA_SHA256,
        sign=True,
        backend=RSACrypto(key),
    )
    return str(dict(made["headers"])["Location"])
