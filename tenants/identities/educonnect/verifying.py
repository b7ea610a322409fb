"""From a posted answer to claims. python3-saml verifies; what it lets pass is refused here.

It accepts an answer without a destination, a recipient or an audience, compares the destination by its
beginning, refuses SHA-1 by a list of the forbidden, and looks at the first reference of a signature. So:
all four are required and compared whole, algorithms are a list of the allowed, a signature has one
reference, and no identifier stands twice (signature wrapping).
"""

from __future__ import annotations

import dataclasses
import datetime
import hmac
from typing import Any

import xmlsec
from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from tenants.identities.claims import Claims
from tenants.identities.educonnect.attributes import claims_from
from tenants.identities.educonnect.settings import (
    request_data,
    settings_of,
    toolkit_settings,
)
from tenants.identities.models import IdentityProvider
from tenants.identities.refusals import AnswerTooOld, SignInBroken, SignInGivenUp

MOST_BYTES = 256 * 1024
OLDEST = datetime.timedelta(minutes=10)
CLOCKS = datetime.timedelta(minutes=3)  # as python3-saml allows: 300 s at most
_SHA2 = {Saml.SHA256, Saml.SHA384, Saml.SHA512}
_RSA_SHA2 = {Saml.RSA_SHA256, Saml.RSA_SHA384, Saml.RSA_SHA512}
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_TRANSFORMS = {_EXCLUSIVE, "http://www.w3.org/2000/09/xmldsig#enveloped-signature"}
_NAMES = Saml.NSMAP
# What the toolkit and its library raise on what they cannot read.
_UNREADABLE = (
    OneLogin_Saml2_Error, etree.LxmlError, xmlsec.Error,
    ValueError, TypeError, AttributeError, KeyError, IndexError,
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A verified answer, and what is remembered so that it serves once."""

    claims: Claims
    assertion_id: str
    expires_at: datetime.datetime


def asked_by(posted: str) -> str:
    """
    The request that an answer says it is to. Nothing of it is verified yet.

    :raises SignInBroken: if it is no answer
    """
    document = _parsed(posted)
    return str(document.get("InResponseTo") or "")


def _parsed(posted: str) -> Any:
    """The document, of a bounded size, without a DTD and without anything fetched."""
    if not 0 < len(posted) <= MOST_BYTES:
        raise SignInBroken(problem="size")
    try:
        text = OneLogin_Saml2_Utils.b64decode(posted)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        document: Any = etree.fromstring(text, parser)
    except (ValueError, TypeError, etree.XMLSyntaxError) as error:
        raise SignInBroken(problem="not XML") from error
    if document.getroottree().docinfo.doctype:
        raise SignInBroken(problem="DTD")
    return document


def verify(
    provider: IdentityProvider, posted: str, *, ask: str, acs_url: str, at: datetime.datetime
) -> Answer:
    """
    Who EduConnect says this is, in answer to our request.

    :param ask: the identifier of our request
    :raises SignInGivenUp: if the person gave up there
    :raises AnswerTooOld: if it was made more than ten minutes ago
    :raises SignInBroken: if anything in it does not hold
    """
    _parsed(posted)
    settings: Any = OneLogin_Saml2_Settings(toolkit_settings(provider, acs_url=acs_url))
    try:
        response: Any = OneLogin_Saml2_Response(settings, posted)
        _check_form(response)
        is_valid = response.is_valid(request_data(acs_url), ask, raise_exceptions=True)
        if not is_valid:
            raise SignInBroken(problem="not valid")
        return _answer(provider, response, ask=ask, acs_url=acs_url, at=at)
    except OneLogin_Saml2_ValidationError as error:
        raise _refusal(error) from error
    except _UNREADABLE as error:
        raise SignInBroken(problem=type(error).__name__) from error


def _refusal(error: OneLogin_Saml2_ValidationError) -> Exception:
    if error.code == OneLogin_Saml2_ValidationError.STATUS_CODE_IS_NOT_SUCCESS:
        return SignInGivenUp()
    if error.code == OneLogin_Saml2_ValidationError.ASSERTION_EXPIRED:
        return AnswerTooOld()
    return SignInBroken(problem=f"toolkit {error.code}")


def _document(response: Any) -> Any:
    return response.decrypted_document if response.encrypted else response.document


def _found(response: Any, path: str) -> list[Any]:
    document = _document(response)
    found: list[Any] = document.xpath(path, namespaces=_NAMES)
    return found


def _check_form(response: Any) -> None:
    """What the toolkit takes for granted: identifiers stand once, signatures are what they should be."""
    identifiers = [str(value) for value in _found(response, "//@ID | //@Id | //@id")]
    if len(identifiers) != len(set(identifiers)):
        raise SignInBroken(problem="identifier twice")
    for signature in _found(response, "//ds:Signature"):
        said = {
            name: [node.get("Algorithm") for node in signature.iterfind(f".//{{*}}{name}")]
            for name in ("SignatureMethod", "DigestMethod", "CanonicalizationMethod", "Transform")
        }
        if len(list(signature.iterfind(".//{*}Reference"))) != 1:
            raise SignInBroken(problem="references")
        if list(signature.iterfind(".//{*}Object")):
            raise SignInBroken(problem="object in a signature")
        is_allowed = (
            set(said["SignatureMethod"]) <= _RSA_SHA2
            and set(said["DigestMethod"]) <= _SHA2
            and set(said["CanonicalizationMethod"]) == {_EXCLUSIVE}
            and set(said["Transform"]) <= _TRANSFORMS
        )
        if not is_allowed:
            raise SignInBroken(problem="algorithm")


def _answer(
    provider: IdentityProvider, response: Any, *, ask: str, acs_url: str, at: datetime.datetime
) -> Answer:
    document = _document(response)
    (assertion,) = _found(response, "/samlp:Response/saml:Assertion")
    if not hmac.compare_digest(str(document.get("InResponseTo") or ""), ask):
        raise SignInBroken(problem="answer to another request")
    if document.get("Destination") != acs_url:
        raise SignInBroken(problem="destination")
    if provider.client_id not in response.get_audiences():
        raise SignInBroken(problem="audience")
    for path in ("/samlp:Response/saml:Issuer", "/samlp:Response/saml:Assertion/saml:Issuer"):
        if [node.text for node in _found(response, path)] != [provider.issuer]:
            raise SignInBroken(problem="issuer")
    issued = _instant(document.get("IssueInstant"))
    if not at - OLDEST <= issued <= at + CLOCKS:
        raise AnswerTooOld
    confirmed = [
        data
        for data in _found(
            response,
            "/samlp:Response/saml:Assertion/saml:Subject/saml:SubjectConfirmation"
            f"[@Method='{Saml.CM_BEARER}']/saml:SubjectConfirmationData",
        )
        if data.get("InResponseTo") == ask
        and data.get("Recipient") == acs_url
        and data.get("NotOnOrAfter")
        and _instant(data.get("NotOnOrAfter")) > at
    ]
    if not confirmed:
        raise SignInBroken(problem="subject confirmation")
    claims = claims_from(
        response.get_attributes(),
        response.get_friendlyname_attributes(),
        settings_of(provider),
    )
    expires = max(_instant(data.get("NotOnOrAfter")) for data in confirmed)
    return Answer(claims=claims, assertion_id=str(assertion.get("ID")), expires_at=expires + OLDEST)


def _instant(written: str | None) -> datetime.datetime:
    seconds = OneLogin_Saml2_Utils.parse_SAML_to_time(written or "")
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)
