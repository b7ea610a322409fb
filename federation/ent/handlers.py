"""What is told to services when a person signs out: OpenID Connect Back-Channel Logout 1.0, CAS 3."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import httpx
from django.utils import timezone
from joserfc import jwt

from commons import http, public_calls
from commons.models import OutboxEvent
from commons.outbox import handles
from federation.ent import cas, keys
from federation.ent.models import Registration, ServiceOpening

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_SECONDS = 120


class ServiceDeaf(RuntimeError):
    """A service did not take what it was told; it is told again later, by the outbox."""


@handles("ent.opening.ended")
def tell_of_sign_out(event: OutboxEvent) -> None:
    """Tell the service of an opening that it ended; twice does no harm."""
    opening = (
        ServiceOpening.objects.filter(pk=event.payload["opening_id"])
        .select_related("registration__enabled", "user")
        .first()
    )
    if opening is None:  # deleted since: its session there is over too
        return
    registration = opening.registration
    if registration.protocol == Registration.Protocol.CAS:
        said = {"logoutRequest": cas.logout_request(opening.ticket, at=timezone.now())}
    else:
        said = {"logout_token": logout_token(opening, at=timezone.now())}
    try:
        if registration.departement_code:  # one of ours: its address is the directory's
            status = http.request("POST", registration.logout_url, data=said).status_code
        else:
            status = public_calls.call("POST", registration.logout_url, data=said)
    except (httpx.HTTPError, public_calls.NotCallable) as error:
        raise ServiceDeaf(type(error).__name__) from error
    if status >= 500:  # what it refuses for good is not said again
        raise ServiceDeaf(str(status))


def logout_token(opening: ServiceOpening, *, at: datetime.datetime) -> str:
    """Who signed out, for the one client that is told (Back-Channel Logout 1.0, section 2.4)."""
    issued_at = int(at.timestamp())
    registration = opening.registration
    subject = keys.subject_of(opening.user, service_code=registration.sector)
    claims: dict[str, Any] = {
        "iss": opening.issuer,
        "aud": registration.client_id,
        "sub": subject,
        "sid": str(opening.public_id),
        "iat": issued_at,
        "exp": issued_at + LOGOUT_TOKEN_SECONDS,
        "jti": uuid.uuid4().hex,
        "events": {LOGOUT_EVENT: {}},
    }
    key = keys.signing_key()
    header = {"alg": keys.ALGORITHM, "kid": key.kid, "typ": "logout+jwt"}
    return jwt.encode(header, claims, key, [keys.ALGORITHM])
