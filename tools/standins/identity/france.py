"""FranceConnect v2: OpenID Connect, code flow. Codes live 30 s and serve once, tokens live 60 s."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tools.standins.identity.people import Client, Person

CODE_SECONDS, TOKEN_SECONDS = 30, 60
SHORTEST_NONCE = 22
Params = Mapping[str, str]


class Refused(Exception):
    """An error that is said to the client: its OAuth code."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Granted:
    person: Person
    asked: dict[str, str]
    until: float


class France:
    """Its clients and people, and what it gave them."""

    def __init__(self, origin: str, clients: Sequence[Client], people: Sequence[Person]) -> None:
        self.issuer = f"{origin}/api/v2"
        self._clients = {client.client_id: client for client in clients}
        self._people = people
        self._key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True)
        self._key.ensure_kid()
        self._codes: dict[str, _Granted] = {}
        self._tokens: dict[str, _Granted] = {}

    def discovery(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, §3."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "acr_values_supported": ["eidas1"],
            "subject_types_supported": ["pairwise"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "userinfo_signing_alg_values_supported": ["ES256"],
        }

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def people_of(self, client_id: str) -> list[Person]:
        """Those who are shown to a client."""
        return [one for one in self._people if one.of == client_id and one.claims]

    def check(self, asked: Params) -> None:
        """
        Whether a sign-in may be shown at all.

        :raises Refused: if the client, its address or what it asks is wrong
        """
        client = self._clients.get(asked.get("client_id", ""))
        if client is None or asked.get("redirect_uri") != client.redirect_uri:
            raise Refused("invalid_redirect_uri")
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            raise Refused("invalid_request")
        if asked.get("acr_values") != "eidas1" or not asked.get("state"):
            raise Refused("invalid_request")
        if len(asked.get("nonce", "")) < SHORTEST_NONCE:
            raise Refused("invalid_request")

    def choose(self, asked: Params, name: str) -> str:
        """Where the browser goes once somebody is chosen; nobody is who gives up."""
        self.check(asked)
        person = next((p for p in self.people_of(asked["client_id"]) if p.name == name), None)
        if person is None:
            said = {"error": "access_denied", "error_description": "User auth aborted"}
        else:
            code = secrets.token_urlsafe(32)
            self._codes[code] = _Granted(person, dict(asked), time.monotonic() + CODE_SECONDS)
            said = {"code": code}
        said |= {"state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def token(self, form: Params) -> dict[str, Any]:
        """
        RFC 6749, §4.1.3, the client's secret being in the form.

        :raises Refused: with the code of the error
        """
        client = self._clients.get(form.get("client_id", ""))
        given = form.get("client_secret", "")
        if client is None or not hmac.compare_digest(given.encode(), client.secret.encode()):
            raise Refused("invalid_client")
        granted = self._codes.pop(form.get("code", ""), None)
        if granted is None or granted.until < time.monotonic():
            raise Refused("invalid_grant")
        asked = granted.asked
        if (asked["client_id"], asked["redirect_uri"]) != (
            client.client_id,
            form.get("redirect_uri"),
        ):
            raise Refused("invalid_grant")
        if "code_challenge" in asked:
            hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            if base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() != asked["code_challenge"]:
                raise Refused("invalid_grant")
        access = secrets.token_urlsafe(32)
        self._tokens[access] = dataclasses.replace(granted, until=time.monotonic() + TOKEN_SECONDS)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._signed(granted, nonce=asked["nonce"], acr="eidas1"),
        }

    def userinfo(self, access: str) -> str:
        """
        A signed JWT.

        :raises Refused: if the token is none of ours, or too old
        """
        granted = self._tokens.get(access)
        if granted is None or granted.until < time.monotonic():
            raise Refused("invalid_token")
        wanted = set(granted.asked["scope"].split())
        said = {k: v for k, v in granted.person.claims.items() if k in wanted}
        return self._signed(granted, **said)

    def _signed(self, granted: _Granted, **claims: str) -> str:
        client_id, now = granted.asked["client_id"], int(time.time())
        told = f"{client_id}|{granted.person.claims['sub']}".encode()
        about = {
            "iss": self.issuer,
            "aud": client_id,
            "sub": hashlib.sha256(told).hexdigest() + "v1",
            "iat": now,
            "exp": now + TOKEN_SECONDS,
        }
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, about | claims, self._key)

    def leave(self, asked: Params) -> str:
        """
        Where the browser goes once its session here is over.

        :raises Refused: if the token is none of ours, or the address none of the client's
        """
        try:
            claims = jwt.decode(
                asked.get("id_token_hint", ""), self._key, algorithms=["ES256"]
            ).claims
        except (JoseError, ValueError) as error:
            raise Refused("invalid_request") from error
        client = self._clients.get(claims["aud"])
        if client is None or asked.get("post_logout_redirect_uri") != client.leave_uri:
            raise Refused("invalid_request")
        return f"{client.leave_uri}?{urlencode({'state': asked.get('state', '')})}"
