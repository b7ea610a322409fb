"""From a code to claims: the token, the ID token, then userinfo, each verified (`identities.tokens`).

The access token lives 60 s and serves at once.
"""

from __future__ import annotations

import datetime
import hmac
from typing import Any

import httpx

from tenants.identities import secrets_held, tokens
from tenants.identities.attempts import Taken
from tenants.identities.claims import Claims
from tenants.identities.franceconnect.settings import settings_of
from tenants.identities.models import IdentityProvider, Profile, ProviderKind
from tenants.identities.refusals import SignInBroken

LEVELS = frozenset({"eidas1", "eidas2", "eidas3"})  # one that asked for the first may be given more


def exchange(taken: Taken, *, code: str, redirect_uri: str, at: datetime.datetime) -> Claims:
    """
    Who FranceConnect says this is.

    :raises SignInBroken: if anything it answers does not hold
    :raises ProviderSilent: if it does not answer
    """
    provider = taken.provider
    given = _tokens(provider, taken, code, redirect_uri)
    id_token, access_token = given.get("id_token"), given.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise SignInBroken(problem="no token")
    said = _id_token(provider, id_token, nonce=taken.nonce, at=at)
    subject = tokens.subject_of(said)
    person = _userinfo(provider, access_token, at=at)
    if not hmac.compare_digest(tokens.subject_of(person).encode(), subject.encode()):
        raise SignInBroken(problem="userinfo of another subject")
    return Claims(
        kind=ProviderKind.FRANCECONNECT,
        subject=subject,
        profile=Profile.GUARDIAN,
        last_names=_names(person, "family_name", "preferred_username"),
        first_names=_first_names(person),
        leaving=id_token,
    )


def _tokens(
    provider: IdentityProvider, taken: Taken, code: str, redirect_uri: str
) -> dict[str, Any]:
    settings = settings_of(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": provider.client_id,
        "client_secret": secrets_held.secret_of(provider),
    }
    if settings.has_pkce:
        form["code_verifier"] = taken.verifier
    answer = tokens.call("POST", settings.token_url, data=form)
    if answer.status_code in (400, 401, 403):  # the code served, or is not ours
        raise SignInBroken(problem="code refused")
    return tokens.json_of(answer)


def _userinfo(
    provider: IdentityProvider, access_token: str, *, at: datetime.datetime
) -> dict[str, Any]:
    settings = settings_of(provider)
    answer = tokens.call(
        "GET", settings.userinfo_url, headers={"Authorization": f"Bearer {access_token}"}
    )
    if answer.status_code != httpx.codes.OK:
        raise SignInBroken(problem="userinfo refused")
    if not answer.headers.get("Content-Type", "").lower().startswith("application/jwt"):
        raise SignInBroken(problem="userinfo is not signed")
    said = _verified(provider, answer.text.strip(), settings.userinfo_algorithm)
    tokens.check_parties(provider, said)
    if "exp" in said:
        tokens.check_times(said, at=at)
    return said


def _id_token(
    provider: IdentityProvider, token: str, *, nonce: str, at: datetime.datetime
) -> dict[str, Any]:
    """OpenID Connect Core 1.0, §3.1.3.7."""
    said = _verified(provider, token, settings_of(provider).id_token_algorithm)
    tokens.check_parties(provider, said)
    tokens.check_times(said, at=at)
    tokens.check_nonce(said, nonce)
    if said.get("acr") not in LEVELS:
        raise SignInBroken(problem="acr")
    return said


def _verified(provider: IdentityProvider, token: str, algorithm: str) -> dict[str, Any]:
    """The claims of a token that FranceConnect signed, as it was configured to."""
    return tokens.verified(
        token,
        algorithm=algorithm,
        keys_url=settings_of(provider).jwks_url,
        secret=secrets_held.secret_of(provider) if algorithm == "HS256" else "",
    )


def _names(person: dict[str, Any], *fields: str) -> tuple[str, ...]:
    found = [person.get(field) for field in fields]
    return tuple(name[:200] for name in found if isinstance(name, str) and name.strip())


def _first_names(person: dict[str, Any]) -> tuple[str, ...]:
    """`given_name_array` where it is given: a composed name is one of them."""
    listed = person.get("given_name_array")
    if isinstance(listed, list):
        return tuple(name[:200] for name in listed[:10] if isinstance(name, str) and name.strip())
    return _names(person, "given_name")
