"""Signing out of services by the browser (saml-profiles-2.0, §4.4), and what they are answered."""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from typing import Any

from saml2 import samlp

from federation.ent import keys, queries
from federation.ent.models import Registration, ServiceOpening
from federation.ent.saml import answering
from federation.ent.saml.asking import AskedToLeave, received
from federation.ent.saml.names import PARTIAL, RESPONDER, SUCCESS, USER, new_id, written
from federation.ent.saml.partner import SamlPartner, partner_of
from federation.ent.saml.reading import REQUEST, RESPONSE, Sent
from federation.ent.saml.refusals import MessageRefused

LIFE = datetime.timedelta(minutes=5)


@dataclasses.dataclass(frozen=True, slots=True)
class Carried:
    """A message for a browser to carry: by its address alone, or `xml` that it posts there."""

    url: str
    kind: str
    xml: str = ""
    relay_state: str = ""


def ask_to_leave(opening: ServiceOpening, *, request_id: str, at: datetime.datetime) -> Carried:
    """Tell a service that the person of an opening signs out, by their browser."""
    partner = partner_of(opening.registration)
    message = samlp.LogoutRequest(
        id=request_id,
        version="2.0",
        issue_instant=written(at),
        destination=partner.logout_url,
        not_on_or_after=written(at + LIFE),
        reason=USER,
        issuer=answering.issuer_of(opening.issuer),
        name_id=answering.name_id(opening),
        session_index=[samlp.SessionIndex(text=answering.session_index(opening))],
    )
    return _carried(message, partner, partner.logout_url, kind=REQUEST)


def openings_meant(
    registration: Registration, asked: AskedToLeave, *, browser: str
) -> list[ServiceOpening]:
    """
    What a service wants ended: the sessions that it names, or else this browser's; of the one person
    that it names, and none that began since.

    :raises MessageRefused: if it names a session by a name that is none of ours
    """
    try:
        named = [uuid.UUID(one.removeprefix("_")) for one in asked.sessions]
    except ValueError as error:
        raise MessageRefused(problem="session") from error
    if not named and not browser:
        return []
    running = queries.running_openings(registration.pk, browser=browser, public_ids=named)
    code = registration.sector
    return [
        one
        for one in running
        if one.opened_at.timestamp() <= asked.received_at
        and keys.subject_of(one.user, service_code=code) == asked.subject
    ]


def answer_to_leaving(
    registration: Registration,
    *,
    request_id: str,
    relay_state: str,
    is_whole: bool,
    issuer: str,
    at: datetime.datetime,
) -> Carried:
    """Tell the service that asked for it that the person is signed out; of all, or of all but some."""
    partner = partner_of(registration)
    status = samlp.StatusCode(value=SUCCESS)
    if not is_whole:
        status = samlp.StatusCode(value=RESPONDER, status_code=samlp.StatusCode(value=PARTIAL))
    message = samlp.LogoutResponse(
        id=new_id(),
        version="2.0",
        issue_instant=written(at),
        destination=partner.logout_answer_url,
        in_response_to=request_id,
        issuer=answering.issuer_of(issuer),
        status=samlp.Status(status_code=status),
    )
    return _carried(
        message, partner, partner.logout_answer_url, kind=RESPONSE, relay_state=relay_state
    )


def has_left(sent: Sent, *, here: str, at: datetime.datetime) -> str:
    """
    The request of ours that a service says it has followed; empty if it says that it could not.

    :raises MessageRefused: if what it says does not hold
    """
    _registration, message, _partner = received(sent, "LogoutResponse", here=here, at=at)
    is_done = message.status is not None and message.status.status_code.value == SUCCESS
    return str(message.in_response_to or "") if is_done else ""


def _carried(
    message: Any, partner: SamlPartner, url: str, *, kind: str, relay_state: str = ""
) -> Carried:
    from federation.ent.saml import signing  # noqa: PLC0415  its import takes half a second

    signer = keys.signer()
    if partner.logout_binding == "POST":
        return Carried(url, kind, signing.signed(message, by=signer), relay_state)
    address = signing.redirect_address(message, url, kind=kind, relay_state=relay_state, by=signer)
    return Carried(address, kind)
