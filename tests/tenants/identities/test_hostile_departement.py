"""A département that lies: every part of its token that could be forged is, one at a time.

The wire is a server of this test; keys and tokens are joserfc's. What a true département answers is in
`tests/portal/test_portals`.
"""

from __future__ import annotations

import base64
import http.server
import json
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tenants.accounts.models import User
from tenants.identities import attempts, departements, operations
from tenants.identities.departements import client_keys
from tenants.identities.models import ExternalIdentity, IdentityProvider
from tenants.identities.refusals import (
    AccountClosed,
    AnswerTooOld,
    ProviderSilent,
    SignInBroken,
    WayClosed,
)
from tests.factories.canteen import make_family
from tests.factories.identities import ACTOR, BROWSER, now
from tests.factories.portal import account_of
from tests.listening_here import listening

KEY = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
OTHER = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
BACK = "https://hauts-de-seine.socle.test/connexion/departement/retour/"
HOUR = 3600


class Liar:
    """What it answers."""

    def __init__(self) -> None:
        self.issuer = ""
        self.id_token: object = ""
        self.status = 200
        self.discovery: dict[str, object] = {}


@pytest.fixture
def liar():
    said = Liar()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, format, *args):  # noqa: A002
            pass

        def do_GET(self):
            if self.path == "/cles":
                self._send({"keys": [KEY.as_dict(private=False)]})
            else:
                places = {
                    "authorization_endpoint": "/qui", "token_endpoint": "/jeton",
                    "jwks_uri": "/cles", "end_session_endpoint": "/fin",
                }  # fmt: skip
                found = {name: f"{said.issuer}{path}" for name, path in places.items()}
                self._send({"issuer": said.issuer, **found, **said.discovery})

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._send({"token_type": "Bearer", "id_token": said.id_token})

        def _send(self, answer):
            body = json.dumps(answer).encode()
            self.send_response(said.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with listening(Handler) as address:
        parts = urlsplit(address)
        said.issuer = f"{parts.scheme}://{parts.netloc}"
        yield said


@pytest.fixture
def provider(tenant_db, liar):
    return IdentityProvider.objects.create(
        kind="DEPARTEMENT",
        departement_code="94",
        issuer=liar.issuer,
        client_id="departement-92",
        opened_at=now(),
        **client_keys.kept(client_keys.draw_key()),
    )


@pytest.fixture
def taken(provider, liar):
    found = _taken(provider)
    liar.id_token = signed(liar, nonce=found.nonce)
    return found


def _taken(provider, user=None):
    at = now()
    begun = attempts.begin(provider=provider, browser=BROWSER, destination="", at=at, user=user)
    return attempts.take(ask=begun.ask, browser=BROWSER, kind="DEPARTEMENT", at=at)


def signed(liar, key=KEY, alg="RS256", header=None, **claims):
    seconds = int(now().timestamp())
    said = {
        "iss": liar.issuer, "aud": "departement-92", "sub": "pseudonyme", "sid": "session",
        "iat": seconds, "exp": seconds + 60, "auth_time": seconds, **claims,
    }  # fmt: skip
    kept = {
        name.removesuffix(" in"): seconds + value if name.endswith(" in") else value
        for name, value in said.items()
        if value is not None
    }
    return jwt.encode({"alg": alg, "kid": key.kid, **(header or {})}, kept, key, [alg])


def exchange(taken):
    return departements.exchange(taken, code="code", redirect_uri=BACK, at=now())


def test_what_is_true_comes_through(taken):
    vouched = exchange(taken)

    assert (vouched.subject, vouched.sid) == ("pseudonyme", "session")
    assert "pseudonyme" not in repr(vouched)


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"iss": "https://autre.test"}, "issuer"),
        ({"aud": "departement-78"}, "audience"),
        ({"aud": ["departement-92", "departement-78"]}, "azp"),
        ({"azp": "departement-78"}, "azp"),
        ({"exp in": -120, "exp": None}, "expired"),
        ({"exp": None}, "expired"),
        ({"iat in": -HOUR, "iat": None}, "issued"),
        ({"iat in": HOUR, "iat": None}, "issued"),
        ({"nonce": "autre"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": ""}, "subject"),
        ({"sub": None}, "subject"),
        ({"sid": None}, "sid"),
        ({"auth_time": None}, "auth_time"),
        ({"auth_time": "hier"}, "auth_time"),
        ({"auth_time in": HOUR, "auth_time": None}, "auth_time"),
    ],
    ids=str,
)
def test_a_token_that_lies_is_refused(taken, liar, claims, problem):
    """`exp in` is in seconds from now."""
    liar.id_token = signed(liar, **{"nonce": taken.nonce, **claims})

    with pytest.raises(SignInBroken, match=problem):
        exchange(taken)


def test_a_proof_older_than_a_session_is_refused(taken, liar):
    old = {"auth_time": None, "auth_time in": -13 * HOUR}
    liar.id_token = signed(liar, nonce=taken.nonce, **old)

    with pytest.raises(AnswerTooOld):
        exchange(taken)


def test_to_link_the_proof_is_made_since_it_was_asked(provider, liar):
    taken = _taken(provider, user=account_of(make_family()))
    liar.id_token = signed(liar, nonce=taken.nonce, **{"auth_time": None, "auth_time in": -60})

    with pytest.raises(AnswerTooOld):
        exchange(taken)


def test_an_unsigned_token_and_those_of_another_key_are_refused(taken, liar):
    _head, body, _signature = signed(liar, nonce=taken.nonce).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)))
    true = {"kid": KEY.kid, "jwk": OTHER.as_dict(private=False)}
    for forged in (
        f"{none}.{body}.",
        signed(liar, key=OTHER, nonce=taken.nonce),
        signed(liar, key=OTHER, header=true, nonce=taken.nonce),
        signed(liar, key=public, alg="HS256", header={"kid": KEY.kid}, nonce=taken.nonce),
        7,
    ):
        liar.id_token = forged
        with pytest.raises(SignInBroken):
            exchange(taken)


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://autre.test"},
        {"token_endpoint": "https://autre.test/jeton"},
        {"jwks_uri": "http://127.0.0.1:9/cles"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_a_departement_that_leads_elsewhere_is_not_asked(taken, liar, discovery):
    liar.discovery = discovery

    with pytest.raises(ProviderSilent):
        exchange(taken)


def test_a_departement_that_fails_is_told_apart(taken, liar):
    liar.status = 503

    with pytest.raises(ProviderSilent):
        exchange(taken)


def test_nobody_but_who_began_it_is_linked_and_no_agent(taken, provider):
    vouched = exchange(taken)
    user = account_of(make_family())
    orphan = User.objects.create(email="personne@exemple.fr")
    for one, begun_by, error in (
        (user, None, SignInBroken),
        (user, orphan.pk, SignInBroken),
        (orphan, orphan.pk, WayClosed),
    ):
        with pytest.raises(error):
            operations.link(vouched=vouched, user=one, begun_by=begun_by, at=now())
    assert not ExternalIdentity.objects.exists()


def test_a_pseudonym_is_that_of_one_departement(taken, provider):
    """The same letters from another département are somebody else."""
    vouched = exchange(taken)
    user = account_of(make_family())
    operations.link(vouched=vouched, user=user, begun_by=user.pk, at=now())
    vouched.provider.departement_code = "78"

    with pytest.raises(departements.linking.NotLinked):
        operations.arrive_from_departement(vouched=vouched, at=now())


def test_a_closed_account_and_an_ended_link_let_nobody_in(taken):
    vouched = exchange(taken)
    user = account_of(make_family())
    operations.link(vouched=vouched, user=user, begun_by=user.pk, at=now())
    assert operations.arrive_from_departement(vouched=vouched, at=now()) == user
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(AccountClosed):
        operations.arrive_from_departement(vouched=vouched, at=now())
    operations.unlink(user=user, departement_code="94", actor=ACTOR, at=now())

    with pytest.raises(departements.linking.NotLinked):
        operations.arrive_from_departement(vouched=vouched, at=now())
