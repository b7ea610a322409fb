"""What a service provider asks: to know who a person is, or that they be signed out.

Whoever sends a request is who it says only if its signature holds, where one is required. What a request
may choose is among what was registered. It then travels in a handle that we sign, so that the person can
sign in meanwhile and nothing is kept of requests that nobody follows.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime
from typing import Any
from urllib.parse import unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.core import signing as handles

from commons.tenancy import current_schema
from federation.ent import certificates, queries
from federation.ent.models import Registration
from federation.ent.saml.names import (
    BAD_NAME_ID,
    CONTEXTS,
    ENTITY,
    LONGEST_ID,
    NO_CONTEXT,
    PERSISTENT,
    POST,
    UNSPECIFIED,
    instant,
)
from federation.ent.saml.partner import SamlPartner, partner_of
from federation.ent.saml.reading import Document, Sent, document_of
from federation.ent.saml.refusals import MessageRefused

OLDEST = datetime.timedelta(minutes=5)
CLOCKS = datetime.timedelta(minutes=3)
HANDLE_LIFE = datetime.timedelta(minutes=30)  # to sign in, with a second factor or a letter's code
_ALGORITHMS: dict[str, hashes.HashAlgorithm] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": hashes.SHA384(),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": hashes.SHA512(),
}
_KINDS = {
    "AuthnRequest": "authn_request",
    "LogoutRequest": "logout_request",
    "LogoutResponse": "logout_response",
}
_TRUE = ("true", "1")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    A request to know who somebody is, that held.

    :param refusal: the status that it is answered with in any case; empty if it can be met
    :param subject: the one person it wants to hear of, by our identifier; anybody if empty
    :param context: the class of sign-in that is to be named
    :param received_at: in seconds; who must sign in again does it after that
    """

    registration_id: int
    request_id: str
    acs_url: str
    relay_state: str
    must_sign_in: bool
    is_passive: bool
    refusal: str
    subject: str
    context: str
    received_at: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AskedToLeave:
    """A request that somebody be signed out, that held. `sessions` are what we named theirs by."""

    registration_id: int
    request_id: str
    relay_state: str
    subject: str
    sessions: tuple[str, ...]
    received_at: float


def read_request(sent: Sent, *, here: str, at: datetime.datetime) -> Asked:
    """
    What a service asks.

    :param here: the address it came to
    :raises MessageRefused: if anything in it does not hold; nobody is sent anywhere then
    """
    registration, message, partner = received(sent, "AuthnRequest", here=here, at=at)
    return Asked(
        registration_id=registration.pk,
        request_id=_identifier(message.id),
        acs_url=_return_address(message, partner),
        relay_state=sent.relay_state,
        must_sign_in=message.force_authn in _TRUE,
        is_passive=message.is_passive in _TRUE,
        refusal=_refusal(message, partner),
        subject=_subject(message),
        context=_context(message),
        received_at=at.timestamp(),
    )


def read_leave_request(sent: Sent, *, here: str, at: datetime.datetime) -> AskedToLeave:
    """
    Whom a service wants signed out. It is always signed.

    :raises MessageRefused: if anything in it does not hold
    """
    registration, message, _partner = received(sent, "LogoutRequest", here=here, at=at)
    if message.not_on_or_after and _instant(message.not_on_or_after) <= at - CLOCKS:
        raise MessageRefused(problem="too old")
    if message.name_id is None:
        raise MessageRefused(problem="name")
    return AskedToLeave(
        registration_id=registration.pk,
        request_id=_identifier(message.id),
        relay_state=sent.relay_state,
        subject=(message.name_id.text or "").strip(),
        sessions=tuple((one.text or "").strip() for one in message.session_index),
        received_at=at.timestamp(),
    )


def received(
    sent: Sent, name: str, *, here: str, at: datetime.datetime
) -> tuple[Registration, Any, SamlPartner]:
    """
    A message of a registered service: meant for us, of now, and signed as it must be.

    :raises MessageRefused: naming what did not hold
    """
    document = document_of(sent)
    if document.name != name:
        raise MessageRefused(problem="root")
    registration = queries.saml_registration_of(document.issuer)
    if registration is None:
        raise MessageRefused(problem="issuer")
    partner = partner_of(registration)
    is_signed = _check_signature(sent, document, partner)
    message = _message(sent, document, partner)
    if message.version != "2.0" or (message.issuer.format or ENTITY) != ENTITY:
        raise MessageRefused(problem="version")
    if (message.issuer.text or "").strip() != partner.entity_id:
        raise MessageRefused(problem="issuer")
    # A signed message says whom it is for, or another provider could hand it on to us.
    if (is_signed or message.destination) and message.destination != here:
        raise MessageRefused(problem="destination")
    if not at - OLDEST <= _instant(message.issue_instant) <= at + CLOCKS:
        raise MessageRefused(problem="too old")
    return registration, message, partner


def _check_signature(sent: Sent, document: Document, partner: SamlPartner) -> bool:
    """Whether a message is signed; a redirect's signature is looked at here, as it is over the address."""
    is_required = document.name != "AuthnRequest" or partner.signs_requests
    if sent.binding == POST:
        if is_required and not document.is_signed:
            raise MessageRefused(problem="not signed")
        return document.is_signed
    if document.is_signed:  # saml-bindings-2.0, §3.4.4.1: it is removed, and stands in the address
        raise MessageRefused(problem="signatures")
    parts = _parts(sent)
    if "Signature" not in parts and "SigAlg" not in parts:
        if is_required:
            raise MessageRefused(problem="not signed")
        return False
    _verify_address(sent.kind, parts, partner)
    return True


def _parts(sent: Sent) -> dict[str, str]:
    """The parts of an address, as they were sent: their escapes are signed too."""
    pairs = [one.partition("=") for one in sent.query.split("&")]
    parts = {name: value for name, _equal, value in pairs}
    if len(parts) != len(pairs):
        raise MessageRefused(problem="said twice")
    return parts


def _verify_address(kind: str, parts: dict[str, str], partner: SamlPartner) -> None:
    """Hold the signature of an address to the certificates of who sent it."""
    algorithm = _ALGORITHMS.get(unquote_plus(parts.get("SigAlg", "")))
    if algorithm is None:
        raise MessageRefused(problem="algorithm")
    names = [name for name in (kind, "RelayState", "SigAlg") if name in parts]
    said = "&".join(f"{name}={parts[name]}" for name in names).encode()
    try:
        signature = base64.b64decode(unquote_plus(parts.get("Signature", "")))
    except (binascii.Error, ValueError) as error:
        raise MessageRefused(problem="signature") from error
    for one in partner.certificates:
        read = certificates.read(one)
        key = read.public_key() if read else None
        if not isinstance(key, RSAPublicKey):
            continue
        try:
            key.verify(signature, said, padding.PKCS1v15(), algorithm)
        except InvalidSignature:
            continue
        return
    raise MessageRefused(problem="signature")


def _message(sent: Sent, document: Document, partner: SamlPartner) -> Any:
    from federation.ent.saml import signing  # noqa: PLC0415  its import takes half a second

    return signing.verified(
        document.text,
        _KINDS[document.name],
        certificates=partner.certificates,
        must_be_signed=sent.binding == POST and document.is_signed,
    )


def _instant(said: str | None) -> datetime.datetime:
    try:
        return instant(said)
    except ValueError as error:
        raise MessageRefused(problem="instant") from error


def _identifier(said: str | None) -> str:
    if not said or len(said) > LONGEST_ID or not said.isprintable():
        raise MessageRefused(problem="identifier")
    return said


def _return_address(message: Any, partner: SamlPartner) -> str:
    """Where the answer is posted: an address that was registered, whatever the request says."""
    url, index = message.assertion_consumer_service_url, message.assertion_consumer_service_index
    if (url and index) or (message.protocol_binding or POST) != POST:
        raise MessageRefused(problem="return address")
    if index:
        found = partner.indexes.get(str(index), "")
    elif url:
        found = url if url in partner.acs_urls else ""
    else:
        found = partner.acs_urls[0]
    if not found:
        raise MessageRefused(problem="return address")
    return found


def _refusal(message: Any, partner: SamlPartner) -> str:
    """What it asks for that is not given here, as a status."""
    policy = message.name_id_policy
    if policy is not None:
        if (policy.format or PERSISTENT) not in (PERSISTENT, UNSPECIFIED):
            return BAD_NAME_ID
        if (policy.sp_name_qualifier or partner.entity_id) != partner.entity_id:
            return BAD_NAME_ID
    asked = message.requested_authn_context
    if asked is not None and not _is_met(asked):
        return NO_CONTEXT
    return ""


def _is_met(asked: Any) -> bool:
    """Whether one of the classes of sign-in that are asked for is ours (saml-core-2.0, §3.3.2.2.1)."""
    classes = {(one.text or "").strip() for one in asked.authn_context_class_ref}
    return (asked.comparison or "exact") in ("exact", "minimum") and bool(classes & set(CONTEXTS))


def _context(message: Any) -> str:
    asked = message.requested_authn_context
    if asked is None:
        return CONTEXTS[0]
    classes = [(one.text or "").strip() for one in asked.authn_context_class_ref]
    return next((one for one in classes if one in CONTEXTS), CONTEXTS[0])


def _subject(message: Any) -> str:
    subject = message.subject
    if subject is None:
        return ""
    if subject.name_id is None or not (subject.name_id.text or "").strip():
        raise MessageRefused(problem="subject")
    return str(subject.name_id.text).strip()


# --- handles -------------------------------------------------------------------------------------


def handle_of(asked: Asked | AskedToLeave) -> str:
    """A request that held, to be shown again by the same browser; it is of this département."""
    said = dataclasses.asdict(asked)
    return handles.dumps(said, salt=_salt(type(asked)), compress=True)


def asked_by(handle: str) -> Asked:
    """
    :raises MessageRefused: if we did not sign it, or longer ago than a sign-in takes
    """
    return Asked(**_opened(handle, Asked))


def asked_to_leave_by(handle: str) -> AskedToLeave:
    """
    :raises MessageRefused: if we did not sign it, or too long ago
    """
    said = _opened(handle, AskedToLeave)
    return AskedToLeave(**{**said, "sessions": tuple(said["sessions"])})


def _opened(handle: str, kind: type) -> dict[str, Any]:
    try:
        said: dict[str, Any] = handles.loads(handle, salt=_salt(kind), max_age=HANDLE_LIFE)
    except handles.BadSignature as error:
        raise MessageRefused(problem="handle") from error
    return said


def _salt(kind: type) -> str:
    return f"ent.saml.{kind.__name__}.{current_schema()}"
