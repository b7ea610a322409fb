"""From a code to claims: the token, the ID token, then userinfo, each verified.

The algorithm is the one configured, never the one a token names. Times have a margin of 30 s for clocks
that differ; the access token lives 60 s and serves at once.
"""

from __future__ import annotations

import datetime
import hmac
from typing import Any, TypeGuard

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from joserfc.jws import extract_compact

from commons import http
from tenants.identities import secrets_held
from tenants.identities.attempts import Taken
from tenants.identities.claims import Claims
from tenants.identities.franceconnect.keys import signing_key
from tenants.identities.franceconnect.settings import settings_of
from tenants.identities.models import IdentityProvider, Profile, ProviderKind
from tenants.identities.refusals import ProviderSilent, SignInBroken

MARGIN_SECONDS = 30
OLDEST_SECONDS = 10 * 60
LEVELS = frozenset({"eidas1", "eidas2", "eidas3"})  # one that asked for the first may be given more
MOST_BYTES = 64 * 1024
_TIMEOUT_SECONDS = 10.0


def exchange(taken: Taken, *, code: str, redirect_uri: str, at: datetime.datetime) -> Claims:
    """
    Who FranceConnect says this is.

    :raises SignInBroken: if anything it answers does not hold
    :raises ProviderSilent: if it does not answer
    """
    provider = taken.provider
    tokens = _tokens(provider, taken, code, redirect_uri)
    id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
    if not isinstance(id_token, str) or not isinstance(access_token, str):
        raise SignInBroken(problem="no token")
    said = _id_token(provider, id_token, nonce=taken.nonce, at=at)
    subject = _subject(said)
    person = _userinfo(provider, access_token, at=at)
    if not hmac.compare_digest(_subject(person).encode(), subject.encode()):
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
    answer = _call("POST", settings.token_url, data=form)
    if answer.status_code in (400, 401, 403):  # the code served, or is not ours
        raise SignInBroken(problem="code refused")
    return _json(answer)


def _userinfo(
    provider: IdentityProvider, access_token: str, *, at: datetime.datetime
) -> dict[str, Any]:
    settings = settings_of(provider)
    answer = _call(
        "GET", settings.userinfo_url, headers={"Authorization": f"Bearer {access_token}"}
    )
    if answer.status_code != httpx.codes.OK:
        raise SignInBroken(problem="userinfo refused")
    if not answer.headers.get("Content-Type", "").lower().startswith("application/jwt"):
        raise SignInBroken(problem="userinfo is not signed")
    said = _verified(provider, answer.text.strip(), settings.userinfo_algorithm)
    _check_parties(provider, said)
    if "exp" in said:
        _check_times(said, at=at)
    return said


def _id_token(
    provider: IdentityProvider, token: str, *, nonce: str, at: datetime.datetime
) -> dict[str, Any]:
    """OpenID Connect Core 1.0, §3.1.3.7."""
    said = _verified(provider, token, settings_of(provider).id_token_algorithm)
    _check_parties(provider, said)
    _check_times(said, at=at)
    given = said.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise SignInBroken(problem="nonce")
    if said.get("acr") not in LEVELS:
        raise SignInBroken(problem="acr")
    return said


def _verified(provider: IdentityProvider, token: str, algorithm: str) -> dict[str, Any]:
    """The claims of a token that is signed with the configured algorithm and a key of the provider."""
    try:
        header = extract_compact(token.encode()).headers()
        if header.get("alg") != algorithm:
            raise SignInBroken(problem="algorithm")
        if algorithm == "HS256":
            secret = secrets_held.secret_of(provider)
            claims = jwt.decode(token, OctKey.import_key(secret), algorithms=[algorithm]).claims
        else:
            key = signing_key(provider, kid=header.get("kid"), algorithm=algorithm)
            claims = jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError) as error:
        raise SignInBroken(problem="signature") from error
    return dict(claims)


def _check_parties(provider: IdentityProvider, said: dict[str, Any]) -> None:
    if said.get("iss") != provider.issuer:
        raise SignInBroken(problem="issuer")
    audience = said.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or provider.client_id not in audiences:
        raise SignInBroken(problem="audience")
    if (len(audiences) > 1 or "azp" in said) and said.get("azp") != provider.client_id:
        raise SignInBroken(problem="azp")


def _check_times(said: dict[str, Any], *, at: datetime.datetime) -> None:
    now = at.timestamp()
    expires, issued = said.get("exp"), said.get("iat")
    if not _is_number(expires) or expires + MARGIN_SECONDS <= now:
        raise SignInBroken(problem="expired")
    if not _is_number(issued) or not now - OLDEST_SECONDS <= issued <= now + MARGIN_SECONDS:
        raise SignInBroken(problem="issued at another time")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _subject(said: dict[str, Any]) -> str:
    subject = said.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise SignInBroken(problem="subject")
    return subject


def _names(person: dict[str, Any], *fields: str) -> tuple[str, ...]:
    found = [person.get(field) for field in fields]
    return tuple(name[:200] for name in found if isinstance(name, str) and name.strip())


def _first_names(person: dict[str, Any]) -> tuple[str, ...]:
    """`given_name_array` where it is given: a composed name is one of them."""
    listed = person.get("given_name_array")
    if isinstance(listed, list):
        return tuple(name[:200] for name in listed[:10] if isinstance(name, str) and name.strip())
    return _names(person, "given_name")


def _call(method: str, url: str, **options: Any) -> httpx.Response:
    try:
        answer = http.request(method, url, timeout=_TIMEOUT_SECONDS, **options)
    except httpx.HTTPError as error:
        raise ProviderSilent(problem="no answer") from error
    if answer.status_code >= 500 or len(answer.content) > MOST_BYTES:
        raise ProviderSilent(problem=f"status {answer.status_code}")
    return answer


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderSilent(problem="not JSON") from error
    if not isinstance(said, dict):
        raise ProviderSilent(problem="not an object")
    return said
