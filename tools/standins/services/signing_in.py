"""Signing in as services do: with Authlib as a relying party, and with CAS by its two addresses."""

from __future__ import annotations

import contextlib
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from defusedxml import ElementTree
from joserfc import jwt
from joserfc.jwk import KeySet

SECONDS = 10.0
CAS = "{http://www.yale.edu/tp/cas}"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class Refused(Exception):
    """The portal did not say who came; the message is shown."""


def call(method: str, url: str, **options: Any) -> httpx.Response:
    """Call a portal; one whose name only browsers know is on this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    headers = options.pop("headers", {})
    if host.endswith((".localhost", ".test")):
        port = f":{parts.port}" if parts.port else ""
        headers = headers | {"Host": parts.netloc}
        url = urlunsplit(parts._replace(netloc=f"127.0.0.1{port}"))
    return httpx.request(method, url, headers=headers, timeout=SECONDS, **options)


class Flow:
    """One sign-in by OpenID Connect, from the first click to the return."""

    def __init__(self, *, issuer: str, client_id: str, secret: str, back: str) -> None:
        self.issuer, self.client_id, self._secret, self._back = issuer, client_id, secret, back
        self._verifier, self._nonce = generate_token(64), secrets.token_urlsafe(24)
        self.state = secrets.token_urlsafe(24)
        found = call("GET", f"{issuer}/.well-known/openid-configuration").json()
        if found["issuer"] != issuer:
            raise Refused("un autre émetteur")
        self.metadata: dict[str, Any] = found

    def address(self) -> str:
        """Where the person is sent."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self._back,
            "scope": "openid",
            "state": self.state,
            "nonce": self._nonce,
            "code_challenge": create_s256_code_challenge(self._verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.metadata['authorization_endpoint']}?{urlencode(asked)}"

    def finish(self, answer: dict[str, str]) -> tuple[dict[str, Any], str]:
        """Who came, and the token that says so.

        :raises Refused: if the portal says nobody did, or if what it says does not hold
        """
        if answer.get("state") != self.state or answer.get("iss") != self.issuer:
            raise Refused("une réponse à une autre demande")
        if "code" not in answer:
            raise Refused(answer.get("error", "pas de code"))
        given = call(
            "POST",
            self.metadata["token_endpoint"],
            auth=(self.client_id, self._secret),
            data={
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": self._back,
                "code_verifier": self._verifier,
            },
        ).json()
        if "id_token" not in given:
            raise Refused(str(given.get("error")))
        claims = verified(given["id_token"], self.metadata, audience=self.client_id)
        if claims.get("nonce") != self._nonce:
            raise Refused("un jeton d'une autre demande")
        return claims, str(given["id_token"])


def verified(token: str, metadata: dict[str, Any], *, audience: str) -> dict[str, Any]:
    """The claims of a token that the portal signed for this service.

    :raises JoseError: if it did not
    """
    published = KeySet.import_key_set(call("GET", metadata["jwks_uri"]).json())
    found = jwt.decode(token, published, algorithms=["RS256"])
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
    ).validate(found.claims)
    return dict(found.claims)


def person_of_ticket(portal: str, *, ticket: str, service: str) -> dict[str, Any]:
    """Who a ticket of CAS is of.

    :raises Refused: if the portal does not say
    """
    asked = urlencode({"ticket": ticket, "service": service})
    answer = ElementTree.fromstring(call("GET", f"{portal}/cas/p3/serviceValidate?{asked}").content)
    found = answer.find(f"{CAS}authenticationSuccess")
    if found is None:
        failure = answer.find(f"{CAS}authenticationFailure")
        raise Refused("" if failure is None else str(failure.get("code")))
    told: dict[str, Any] = {"sub": found.findtext(f"{CAS}user")}
    for one in found.find(f"{CAS}attributes") or ():
        told.setdefault(one.tag.partition("}")[2], []).append(one.text)
    return told


def ended_ticket(logout_request: str) -> str:
    """The ticket whose session is over; empty if it is not said."""
    with contextlib.suppress(ElementTree.ParseError):
        for one in ElementTree.fromstring(logout_request).iter():
            if one.tag.endswith("}SessionIndex"):
                return str(one.text)
    return ""
