"""From a code to a pseudonym: the token of another département, verified (`identities.tokens`)."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from tenants.accounts.sessions import FAMILY
from tenants.identities import tokens
from tenants.identities.attempts import Taken
from tenants.identities.departements import client_keys
from tenants.identities.departements.addresses import addresses_of
from tenants.identities.models import IdentityProvider
from tenants.identities.refusals import AnswerTooOld, SignInBroken

ALGORITHM = "RS256"  # of `federation.ent.keys`


@dataclasses.dataclass(frozen=True, slots=True)
class Vouched:
    """
    Whom another département vouches for.

    :param subject: the pseudonym of the person, made for us alone
    :param sid: the name of their session there, for its end to be told by
    :param authenticated_at: when they proved there who they are
    """

    provider: IdentityProvider
    subject: str
    sid: str
    authenticated_at: datetime.datetime
    id_token: str

    def __repr__(self) -> str:
        return f"Vouched({self.provider.departement_code}, …)"


def check_answerer(provider: IdentityProvider, named: list[str]) -> None:
    """
    That an answer says it is of the département that was asked (RFC 9207): one cannot pass for another.

    :raises SignInBroken: if it names another, none, or several
    """
    if named != [provider.issuer]:
        raise SignInBroken(problem="another issuer answers")


def exchange(taken: Taken, *, code: str, redirect_uri: str, at: datetime.datetime) -> Vouched:
    """
    Whom the département says this is.

    :raises SignInBroken: if anything it answers does not hold
    :raises AnswerTooOld: if the person proved who they are too long ago
    :raises ProviderSilent: if it does not answer
    """
    provider = taken.provider
    id_token = _id_token(taken, code, redirect_uri, at)
    said = tokens.verified(id_token, algorithm=ALGORITHM, keys_url=addresses_of(provider).jwks_url)
    tokens.check_parties(provider, said)
    tokens.check_times(said, at=at)
    tokens.check_nonce(said, taken.nonce)
    sid = said.get("sid")
    if not isinstance(sid, str) or not 0 < len(sid) <= 100:
        raise SignInBroken(problem="sid")
    return Vouched(
        provider=provider,
        subject=tokens.subject_of(said),
        sid=sid,
        authenticated_at=_authenticated_at(said, taken, at=at),
        id_token=id_token,
    )


def _id_token(taken: Taken, code: str, redirect_uri: str, at: datetime.datetime) -> str:
    provider = taken.provider
    answer = tokens.call(
        "POST",
        addresses_of(provider).token_url,
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": taken.verifier,
            "client_assertion_type": client_keys.ASSERTION_TYPE,
            "client_assertion": client_keys.assertion(provider, at=at),
        },
    )
    if answer.status_code in (400, 401, 403):  # the code served, or is not ours
        raise SignInBroken(problem="code refused")
    given = tokens.json_of(answer).get("id_token")
    if not isinstance(given, str):
        raise SignInBroken(problem="no token")
    return given


def _authenticated_at(
    said: dict[str, Any], taken: Taken, *, at: datetime.datetime
) -> datetime.datetime:
    """
    When the person proved there who they are: never longer ago than a session lasts, and to link,
    since it was begun. A département does not vouch for a proof that another one made.
    """
    proved = said.get("auth_time")
    if not tokens.is_number(proved) or proved > at.timestamp() + tokens.MARGIN_SECONDS:
        raise SignInBroken(problem="auth_time")
    earliest = taken.started_at if taken.user_id is not None else at - FAMILY.absolute
    if proved < earliest.timestamp() - tokens.MARGIN_SECONDS:
        raise AnswerTooOld
    return datetime.datetime.fromtimestamp(min(proved, at.timestamp()), datetime.UTC)
