"""A message as a browser brings it, turned into a document that every parser reads alike.

It is of a bounded size, before and after inflating, has neither DTD, nor comment, nor processing
instruction, no identifier twice, and a signature nowhere but under its root. It is then written anew: what
verifies its signature and what reads it see the same bytes.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import zlib
from collections.abc import Sequence
from typing import Any

from lxml import etree

from federation.ent.saml.names import (
    ASSERTION,
    LONGEST_RELAY_STATE,
    POST,
    PROTOCOL,
    REDIRECT,
)
from federation.ent.saml.refusals import MessageRefused

MOST_BYTES = 64 * 1024
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
REQUEST, RESPONSE = "SAMLRequest", "SAMLResponse"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    What came: a request or a response, by which binding, and what is to be given back with the answer.

    :param query: the address's own query, unchanged: a redirect's signature is over it
    """

    binding: str
    kind: str
    value: str
    relay_state: str = ""
    query: str = ""

    def __post_init__(self) -> None:
        """:raises MessageRefused: if it is empty or bears more than it may"""
        if not self.value or self.binding not in (POST, REDIRECT):
            raise MessageRefused(problem="nothing sent")
        if len(self.relay_state.encode(errors="replace")) > LONGEST_RELAY_STATE:
            raise MessageRefused(problem="relay state")


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """A document that passed; nothing it says is verified yet."""

    text: str
    name: str  # of its root, `AuthnRequest`
    issuer: str
    is_signed: bool


def document_of(sent: Sent) -> Document:
    """
    The document of a message.

    :raises MessageRefused: naming what it should not have
    """
    if len(sent.value) > 2 * MOST_BYTES:
        raise MessageRefused(problem="size")
    try:
        found = base64.b64decode("".join(sent.value.split()), validate=True)
        text = _inflated(found) if sent.binding == REDIRECT else found
    except (binascii.Error, zlib.error, ValueError) as error:
        raise MessageRefused(problem="encoding") from error
    if len(text) > MOST_BYTES:
        raise MessageRefused(problem="size")
    root = checked_root(text)
    signatures = list(root.iter(SIGNATURE))
    if any(one.getparent() is not root for one in signatures) or len(signatures) > 1:
        raise MessageRefused(problem="signatures")
    name = etree.QName(root)
    if name.namespace != PROTOCOL:
        raise MessageRefused(problem="root")
    issuers: Sequence[Any] = root.findall(f"{{{ASSERTION}}}Issuer")
    if len(issuers) != 1 or len(issuers[0]):
        raise MessageRefused(problem="issuer")
    return Document(
        text=etree.tostring(root).decode("ascii"),
        name=name.localname,
        issuer=(issuers[0].text or "").strip(),
        is_signed=bool(signatures),
    )


def _inflated(content: bytes) -> bytes:
    """What was deflated (RFC 1951), as far as a message may go."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    text = inflater.decompress(content, MOST_BYTES + 1)
    if inflater.unconsumed_tail or not inflater.eof:
        raise MessageRefused(problem="size")
    return text


def checked_root(text: bytes) -> Any:
    """
    The root of a document from outside.

    :raises MessageRefused: naming what it should not have
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root: Any = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MessageRefused(problem="not XML") from error
    if root.getroottree().docinfo.doctype:
        raise MessageRefused(problem="DTD")
    if root.xpath("//comment() | //processing-instruction()"):
        raise MessageRefused(problem="comment")
    identifiers = [str(value) for value in root.xpath("//@ID | //@Id | //@id")]
    if len(identifiers) != len(set(identifiers)):
        raise MessageRefused(problem="identifier twice")
    return root
