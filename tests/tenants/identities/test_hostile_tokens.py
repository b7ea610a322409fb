"""A FranceConnect that lies: every part of its answer that could be forged is, one at a time.

The wire is a server of this test; the keys and tokens are joserfc's. What a true provider answers is in
`test_franceconnect`, with a peer.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from tenants.identities import franceconnect
from tenants.identities.refusals import ProviderSilent, SignInBroken
from tests.factories.identities import (
    CALLBACK,
    CLIENT,
    begin,
    make_franceconnect_at,
    now,
    take,
)

KEY = ECKey.generate_key("P-256", {"use": "sig"})
OTHER = ECKey.generate_key("P-256", {"use": "sig"})
KEY.ensure_kid()
OTHER.ensure_kid()


class Liar:
    """What it answers at each address."""

    def __init__(self) -> None:
        self.jwks = {"keys": [KEY.as_dict(private=False)]}
        self.id_token = self.userinfo = ""
        self.userinfo_type = "application/jwt"
        self.status = 200
        self.issuer = ""


@pytest.fixture
def liar():
    said = Liar()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format, *args):  # noqa: A002
            pass

        def do_GET(self):
            if self.path == "/jwks":
                self._send(json.dumps(said.jwks), "application/json")
            else:
                self._send(said.userinfo, said.userinfo_type)

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            tokens = {"access_token": "a", "token_type": "Bearer", "id_token": said.id_token}
            self._send(json.dumps(tokens), "application/json")

        def _send(self, text, kind):
            body = text.encode()
            with contextlib.suppress(ConnectionError):
                self.send_response(said.status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    said.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield said
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def asked(tenant_db, liar):
    """A sign-in that came back, and two true tokens."""
    taken = take(begin(make_franceconnect_at(liar.issuer)))
    liar.id_token = signed(liar, nonce=taken.nonce)
    liar.userinfo = signed(liar, given_name="Awa", family_name="DIALLO")
    return taken


def signed(liar, key=KEY, alg="ES256", header=None, **claims):
    about = {
        "iss": liar.issuer, "aud": CLIENT, "sub": "subject", "acr": "eidas1",
        "iat": int(time.time()), "exp": int(time.time()) + 60, **claims,
    }  # fmt: skip
    about = {name: value for name, value in about.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid, **(header or {})}, about, key)


def exchange(taken):
    return franceconnect.exchange(taken, code="code", redirect_uri=CALLBACK, at=now())


def test_what_is_true_comes_through(asked):
    assert exchange(asked).subject == "subject"


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"iss": "https://autre.test"}, "issuer"),
        ({"aud": "another-client"}, "audience"),
        ({"aud": [CLIENT, "another-client"]}, "azp"),
        ({"azp": "another-client"}, "azp"),
        ({"exp in": -120}, "expired"),
        ({"exp": None}, "expired"),
        ({"iat in": -3600}, "issued"),
        ({"iat in": 3600}, "issued"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"acr": "eidas0"}, "acr"),
        ({"acr": None}, "acr"),
        ({"sub": ""}, "subject"),
        ({"sub": None}, "subject"),
    ],
    ids=str,
)
def test_an_id_token_that_lies_is_refused(asked, liar, claims, problem):
    """`exp in` is in seconds from now."""
    told = {
        name.removesuffix(" in"): int(time.time()) + value if name.endswith(" in") else value
        for name, value in claims.items()
    }
    liar.id_token = signed(liar, **{"nonce": asked.nonce, **told})

    with pytest.raises(SignInBroken, match=problem):
        exchange(asked)


def test_an_unsigned_token_is_refused(asked, liar):
    _head, body, _signature = liar.id_token.split(".")
    none = _base64(b'{"alg":"none"}')
    for forged in (f"{none}.{body}.", f"{none}.{body}.x"):
        liar.id_token = forged
        with pytest.raises(SignInBroken):
            exchange(asked)


def test_a_public_key_is_no_secret(asked, liar):
    """HS256 signed with the public key of the provider, which anybody has (CVE-2015-9235)."""
    _head, body, _signature = liar.id_token.split(".")
    head = _base64(json.dumps({"alg": "HS256", "kid": KEY.kid}).encode())
    public = KEY.as_pem(private=False)
    signature = _base64(hmac.digest(public, f"{head}.{body}".encode(), "sha256"))
    liar.id_token = f"{head}.{body}.{signature}"

    with pytest.raises(SignInBroken, match="algorithm"):
        exchange(asked)


def _base64(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


def test_a_key_that_the_token_brings_along_is_not_used(asked, liar):
    header = {"jwk": OTHER.as_dict(private=False), "kid": KEY.kid}
    liar.id_token = signed(liar, key=OTHER, header=header, nonce=asked.nonce)

    with pytest.raises(SignInBroken, match="signature"):
        exchange(asked)


def test_an_unknown_key_is_refused(asked, liar):
    liar.id_token = signed(liar, key=OTHER, nonce=asked.nonce)

    with pytest.raises(SignInBroken, match="unknown key"):
        exchange(asked)


@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_userinfo_that_is_not_signed_is_refused(asked, liar, kind):
    liar.userinfo_type = kind
    liar.userinfo = json.dumps({"sub": "subject", "family_name": "DIALLO"})

    with pytest.raises(SignInBroken, match="not signed"):
        exchange(asked)


@pytest.mark.parametrize(
    ("claims", "problem"),
    [({"sub": "another"}, "another subject"), ({"aud": "x"}, "audience"), ({"iss": "x"}, "issuer")],
    ids=str,
)
def test_userinfo_of_somebody_else_is_refused(asked, liar, claims, problem):
    liar.userinfo = signed(liar, **claims)

    with pytest.raises(SignInBroken, match=problem):
        exchange(asked)


def test_userinfo_signed_by_another_is_refused(asked, liar):
    liar.userinfo = signed(liar, key=OTHER)

    with pytest.raises(SignInBroken, match="unknown key"):
        exchange(asked)


def test_a_provider_that_fails_is_told_apart(asked, liar):
    liar.status = 503

    with pytest.raises(ProviderSilent):
        exchange(asked)
