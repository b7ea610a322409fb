"""Another département says that somebody signed out there: their session here, opened by its word, ends.

OpenID Connect Back-Channel Logout 1.0. The token is verified like any other, serves once, and names one
session (`sid`) of one pseudonym: a session that was opened here by another proof stays.
"""

from __future__ import annotations

import datetime
import hmac
import json
from typing import Any

from django.db import IntegrityError, transaction
from joserfc.errors import JoseError
from joserfc.jws import extract_compact

from tenants.accounts.models import Session
from tenants.accounts.sessions import SessionStore
from tenants.identities import queries, tokens
from tenants.identities.attempts import digest
from tenants.identities.departements.addresses import addresses_of
from tenants.identities.departements.names import way_of
from tenants.identities.departements.verifying import ALGORITHM
from tenants.identities.models import (
    ConsumedAssertion,
    ExternalIdentity,
    IdentityProvider,
    ProviderKind,
)
from tenants.identities.refusals import SignInBroken

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
SESSION_ENTRY = "departement_sid"  # of a session here: the name of the session there
KEPT = datetime.timedelta(seconds=tokens.OLDEST_SECONDS + 2 * tokens.MARGIN_SECONDS)


def end_told_sessions(token: str, *, at: datetime.datetime) -> int:
    """
    End what was opened by a session that ended elsewhere; how many sessions.

    :raises SignInBroken: if the token does not hold, or served
    :raises ProviderSilent: if the keys of the département cannot be had
    """
    provider = _provider_named(token)
    said = _verified(provider, token, at=at)
    return _end(provider, said, at=at)


def _provider_named(token: str) -> IdentityProvider:
    """Whose a token says it is. Nothing of it is verified yet: it only says whose keys to try."""
    try:
        said = json.loads(extract_compact(token.encode()).payload)
    except (JoseError, ValueError) as error:
        raise SignInBroken(problem="no token") from error
    issuer = said.get("iss") if isinstance(said, dict) else None
    found = next((one for one in queries.trusted_departements() if one.issuer == issuer), None)
    if found is None:
        raise SignInBroken(problem="issuer")
    return found


def _verified(provider: IdentityProvider, token: str, *, at: datetime.datetime) -> dict[str, Any]:
    """Back-Channel Logout 1.0, §2.6: an ID token, which has a nonce, is none."""
    said = tokens.verified(token, algorithm=ALGORITHM, keys_url=addresses_of(provider).jwks_url)
    tokens.check_parties(provider, said)
    tokens.check_times(said, at=at)
    events = said.get("events")
    if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in said:
        raise SignInBroken(problem="no sign-out")
    for name in ("sid", "jti"):
        if not isinstance(said.get(name), str) or not said[name]:
            raise SignInBroken(problem=name)
    return said


@transaction.atomic(durable=True)
def _end(provider: IdentityProvider, said: dict[str, Any], *, at: datetime.datetime) -> int:
    try:
        with transaction.atomic():
            ConsumedAssertion.objects.create(
                digest=digest(f"{provider.issuer}|{said['jti']}"), expires_at=at + KEPT
            )
    except IntegrityError as error:
        raise SignInBroken(problem="sign-out told before") from error
    identity = ExternalIdentity.objects.filter(
        kind=ProviderKind.DEPARTEMENT,
        departement_code=provider.departement_code,
        subject=tokens.subject_of(said),
        ended_at__isnull=True,
    ).first()
    if identity is None:
        return 0
    way = way_of(provider.departement_code)
    ended = 0
    for session in Session.objects.filter(user_id=identity.user_id, way=way).order_by("pk"):
        held = str(SessionStore().decode(session.data).get(SESSION_ENTRY, ""))
        if hmac.compare_digest(held.encode(), said["sid"].encode()):
            session.delete()
            ended += 1
    return ended
