"""What a service provider is answered: an assertion that says who came, or a status that says why not.

An assertion is for one service (its audience), one address, one request if there was one, and five
minutes. It and the response around it are both signed. A request is answered with one once.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from saml2 import saml, samlp

from federation.ent import keys
from federation.ent.models import SamlAnswer, ServiceOpening
from federation.ent.saml.asking import Asked
from federation.ent.saml.names import (
    BASIC,
    BEARER,
    CONTEXTS,
    ENTITY,
    PERSISTENT,
    RESPONDER,
    SUCCESS,
    new_id,
    written,
)
from federation.ent.saml.partner import SamlPartner, partner_of
from federation.ent.saml.refusals import MessageRefused

LIFE = datetime.timedelta(minutes=5)
CLOCKS = datetime.timedelta(minutes=1)
Claims = Mapping[str, str | list[str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What is posted, and where."""

    xml: str
    acs_url: str
    relay_state: str


@transaction.atomic(durable=True)
def answer_with_assertion(
    *,
    opening: ServiceOpening,
    claims: Claims,
    asked: Asked | None,
    relay_state: str,
    authenticated_at: datetime.datetime,
    ends_at: datetime.datetime,
    at: datetime.datetime,
) -> Answer:
    """
    Tell a service who opened it: in answer to its request, or unasked, from the portal.

    :param claims: those of `releasing.claims_of`
    :param authenticated_at: when the person last proved who they are
    :param ends_at: when their session here ends if it is used no more
    :raises MessageRefused: if the request was answered before
    """
    request_id = asked.request_id if asked else ""
    try:
        with transaction.atomic():
            SamlAnswer.objects.create(
                opening=opening,
                registration_id=opening.registration_id,
                request_digest=hashlib.sha256(request_id.encode()).hexdigest() if asked else "",
                given_at=at,
            )
    except IntegrityError as error:
        raise MessageRefused(problem="answered before") from error
    partner = partner_of(opening.registration)
    acs_url = asked.acs_url if asked else partner.acs_urls[0]
    response = _response(opening.issuer, acs_url, request_id, at=at)
    response.status = _status(SUCCESS)
    assertion = _assertion(opening, partner, claims, response, at=at)
    assertion.authn_statement = [
        saml.AuthnStatement(
            authn_instant=written(authenticated_at),
            session_index=session_index(opening),
            session_not_on_or_after=written(ends_at),
            authn_context=saml.AuthnContext(
                authn_context_class_ref=saml.AuthnContextClassRef(
                    text=asked.context if asked else CONTEXTS[0]
                )
            ),
        )
    ]
    response.assertion = [assertion]
    return Answer(_signed(response, assertion), acs_url, relay_state)


def answer_with_status(*, asked: Asked, status: str, issuer: str, at: datetime.datetime) -> Answer:
    """Tell a service that asked why it is told of nobody."""
    response = _response(issuer, asked.acs_url, asked.request_id, at=at)
    response.status = _status(RESPONDER, status)
    return Answer(_signed(response), asked.acs_url, asked.relay_state)


def session_index(opening: ServiceOpening) -> str:
    """What a service and we name a session by; it is not the session's key."""
    return f"_{opening.public_id.hex}"


def name_id(opening: ServiceOpening) -> Any:
    """Who the person is for this service, and for no other (saml-core-2.0, §8.3.7)."""
    registration = opening.registration
    return saml.NameID(
        format=PERSISTENT,
        name_qualifier=entity_id(opening.issuer),
        sp_name_qualifier=registration.entity_id,
        text=keys.subject_of(opening.user, service_code=registration.sector),
    )


def entity_id(issuer: str) -> str:
    """How a département is called in SAML: the address of what it publishes of itself."""
    return f"{issuer}/saml/metadonnees/"


def issuer_of(issuer: str) -> Any:
    """The same, as a message bears it."""
    return saml.Issuer(format=ENTITY, text=entity_id(issuer))


def _response(issuer: str, acs_url: str, request_id: str, *, at: datetime.datetime) -> Any:
    return samlp.Response(
        id=new_id(),
        version="2.0",
        issue_instant=written(at),
        destination=acs_url,
        in_response_to=request_id or None,
        issuer=issuer_of(issuer),
    )


def _status(code: str, second: str = "") -> Any:
    found = samlp.StatusCode(value=code)
    if second:
        found.status_code = samlp.StatusCode(value=second)
    return samlp.Status(status_code=found)


def _assertion(
    opening: ServiceOpening,
    partner: SamlPartner,
    claims: Claims,
    response: Any,
    *,
    at: datetime.datetime,
) -> Any:
    confirmed = saml.SubjectConfirmationData(
        in_response_to=response.in_response_to,
        not_on_or_after=written(at + LIFE),
        recipient=response.destination,
    )
    confirmation = saml.SubjectConfirmation(method=BEARER, subject_confirmation_data=confirmed)
    audience = saml.AudienceRestriction(audience=[saml.Audience(text=partner.entity_id)])
    assertion = saml.Assertion(
        id=new_id(),
        version="2.0",
        issue_instant=written(at),
        issuer=issuer_of(opening.issuer),
        subject=saml.Subject(name_id=name_id(opening), subject_confirmation=[confirmation]),
        conditions=saml.Conditions(
            not_before=written(at - CLOCKS),
            not_on_or_after=written(at + LIFE),
            audience_restriction=[audience],
        ),
    )
    told = [_attribute(name, value) for name, value in claims.items() if name != "sub"]
    if told:  # a statement without an attribute is not one
        assertion.attribute_statement = [saml.AttributeStatement(attribute=told)]
    return assertion


def _attribute(name: str, value: str | list[str]) -> Any:
    values = [value] if isinstance(value, str) else value
    return saml.Attribute(
        name=name,
        name_format=BASIC,
        attribute_value=[saml.AttributeValue(text=one) for one in values],
    )


def _signed(response: Any, *inside: Any) -> str:
    from federation.ent.saml import signing  # noqa: PLC0415  its import takes half a second

    return signing.signed(response, *inside, by=keys.signer())
