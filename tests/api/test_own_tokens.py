"""A machine and its own tokens: given back (RFC 7009), told their worth (RFC 7662), asked how often."""

from __future__ import annotations

import base64
import datetime
import json
import secrets

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import ECKey
from redis.exceptions import ConnectionError as NoRedis

from tenants.integrators import operations, pace
from tenants.integrators.models import MachineToken
from tenants.integrators.scopes import Scope
from tests.api.conftest import HOSTS, Api
from tests.factories.integrators import AT, make_integrator, token_of
from tests.factories.tariffs import ACTOR

HOST = f"http://{HOSTS['d92']}"
TOKEN, REVOCATION, INTROSPECTION = "/oauth/jeton/", "/oauth/revocation/", "/oauth/introspection/"
READ = {"query": "{ collegeRecords { uai } }"}
SECOND = datetime.timedelta(seconds=1)
KEY = ECKey.generate_key("P-256", {"kid": "septembre"})
NOTHING = {"active": False}


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def machine(api):
    """A machine, its secret and a token of its own."""
    integrator, secret = make_integrator(Scope.PEOPLE_READ, Scope.EXPORT)
    return integrator, secret, token_of(integrator)


def ask(api, path, integrator, secret, *, address="192.0.2.7", **form):
    written = base64.b64encode(f"{integrator.client_id}:{secret}".encode()).decode()
    headers = {"authorization": f"Basic {written}"}
    return api._back(api.client.post(path, form, headers=headers, REMOTE_ADDR=address))


def reads(token) -> int:
    return Api().bear(token).send(READ).status_code


def test_a_token_that_is_given_back_is_worth_nothing_at_the_next_request(api, machine):
    integrator, secret, token = machine
    kept = token_of(integrator)
    assert reads(token) == 200

    given_back = ask(api, REVOCATION, integrator, secret, token=token)

    assert (given_back.status_code, given_back.json()) == (200, {})
    assert "no-store" in given_back.headers["Cache-Control"]
    assert (reads(token), reads(kept)) == (401, 200)
    again = ask(api, REVOCATION, integrator, secret, token=token, token_type_hint="access_token")
    assert (again.status_code, again.json()) == (200, {})


def test_nobody_gives_back_another_s_token_or_learns_that_there_is_one(api, machine):
    _integrator, _secret, token = machine
    other, own_secret = make_integrator(name="Cantine Pro")

    answers = [
        (answer.status_code, answer.json())
        for path in (REVOCATION, INTROSPECTION)
        for one in (token, "x" * 42)
        if (answer := ask(api, path, other, own_secret, token=one))
    ]

    assert answers == [(200, {})] * 2 + [(200, NOTHING)] * 2
    assert reads(token) == 200


def test_a_machine_learns_what_its_token_is_worth(api, machine):
    integrator, secret, _token = machine
    token = token_of(integrator, Scope.EXPORT)

    said = ask(api, INTROSPECTION, integrator, secret, token=token)

    assert said.json() == {
        "active": True,
        "token_type": "Bearer",
        "client_id": integrator.client_id,
        "sub": integrator.client_id,
        "scope": "export",
        "iat": int(AT.timestamp()),
        "exp": int((AT + operations.TOKEN_LIFE).timestamp()),
        "iss": f"{HOST}/oauth",
        "aud": f"{HOST}/graphql/",
    }
    assert "no-store" in said.headers["Cache-Control"]


def test_of_a_token_that_is_over_nothing_is_said(api, machine):
    integrator, secret, token = machine
    over = token_of(integrator, at=AT - operations.TOKEN_LIFE)
    leaked = token_of(integrator)
    new = operations.rotate_credential(
        integrator=integrator, is_leaked=True, actor=ACTOR, at=AT + SECOND
    )

    with time_machine.travel(AT + SECOND, tick=False):
        for one in (over, leaked, token, "", "x" * 500, "\0"):
            assert ask(api, INTROSPECTION, integrator, new, token=one).json() == NOTHING
        assert ask(api, INTROSPECTION, integrator, secret, token=token).status_code == 401


@pytest.mark.parametrize("path", [REVOCATION, INTROSPECTION])
def test_who_does_not_prove_itself_is_refused(api, machine, path):
    integrator, secret, token = machine

    for wrong in ("", secret[:-1], "x" * 43):
        refused = ask(api, path, integrator, wrong, token=token)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert reads(token) == 200


@pytest.mark.parametrize("path", [REVOCATION, INTROSPECTION])
def test_a_machine_of_another_departement_is_unknown(api, machine, path):
    integrator, secret, token = machine

    refused = ask(Api("d94"), path, integrator, secret, token=token)

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert api._back(Api().bear(token).send(READ)).status_code == 200


@pytest.mark.parametrize("path", [REVOCATION, INTROSPECTION])
def test_a_request_that_names_no_token_is_none(api, machine, path):
    integrator, secret, token = machine

    none = ask(api, path, integrator, secret)
    in_address = ask(api, f"{path}?token={token}", integrator, secret)

    for refused in (none, in_address):
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert api.get(path).status_code == 405
    assert reads(token) == 200


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "id_token", ""])
def test_a_hint_of_another_kind_of_token_is_ignored(api, machine, hint):
    integrator, secret, token = machine

    ask(api, REVOCATION, integrator, secret, token=token, token_type_hint=hint)

    assert reads(token) == 401


@pytest.mark.parametrize("name", ["token", "revocation", "introspection", "issuer"])
def test_a_signed_assertion_names_the_issuer_or_an_endpoint(api, name):
    written = json.dumps(KEY.as_dict(private=False))
    integrator, _none = make_integrator(name="À clé", public_key=written)
    found = api.get("/.well-known/oauth-authorization-server/oauth").json()
    token = token_of(integrator)
    moment = int(AT.timestamp())
    claims = {
        "iss": integrator.client_id, "sub": integrator.client_id, "jti": secrets.token_hex(8),
        "aud": found.get(f"{name}_endpoint", found["issuer"]), "iat": moment, "exp": moment + 60,
    }  # fmt: skip
    sent = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": jwt.encode({"alg": "ES256", "kid": KEY.kid}, claims, KEY),
        "token": token,
    }

    given_back = api._back(api.client.post(REVOCATION, sent))

    assert given_back.status_code == 200
    assert not MachineToken.objects.exists()


def test_a_machine_learns_where_to_ask_and_how_to_prove_itself(api):
    found = api.get("/.well-known/oauth-authorization-server/oauth").json()

    for name, path in (
        ("token", TOKEN),
        ("revocation", REVOCATION),
        ("introspection", INTROSPECTION),
    ):
        assert found[f"{name}_endpoint"] == f"{HOST}{path}"
        assert found[f"{name}_endpoint_auth_methods_supported"] == [
            "client_secret_basic",
            "private_key_jwt",
        ]


def test_a_machine_that_asks_too_often_waits_and_the_others_do_not(api, machine, monkeypatch):
    monkeypatch.setattr(pace, "OF_A_MACHINE", 3)
    integrator, secret, token = machine
    other, own_secret = make_integrator(name="Cantine Pro")
    grant = {"grant_type": "client_credentials"}

    asked = [ask(api, TOKEN, integrator, secret, **grant) for _ in range(2)]
    asked.append(ask(api, INTROSPECTION, integrator, secret, token=token))
    refused = ask(api, TOKEN, integrator, secret, address="192.0.2.99", **grant)

    assert [one.status_code for one in asked] == [200] * 3
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert refused.json()["error"] == "temporarily_unavailable"
    assert "60 seconds" in refused.json()["error_description"]
    assert "access_token" not in refused.json()
    assert ask(api, TOKEN, other, own_secret, **grant).status_code == 200


def test_who_claims_to_be_a_machine_spends_none_of_its_share(api, machine, monkeypatch):
    monkeypatch.setattr(pace, "OF_A_MACHINE", 1)
    integrator, secret, token = machine

    for _time in range(5):
        assert ask(api, REVOCATION, integrator, "x" * 43, token=token).status_code == 401

    assert ask(api, INTROSPECTION, integrator, secret, token=token).status_code == 200


def test_a_place_that_tries_too_often_waits_whoever_it_says_it_is(api, machine, monkeypatch):
    monkeypatch.setattr(pace, "OF_A_PLACE", 3)
    integrator, secret, token = machine

    tried = [ask(api, path, integrator, "x", token=token) for path in (TOKEN, REVOCATION, TOKEN)]
    refused = ask(api, INTROSPECTION, integrator, secret, token=token)
    elsewhere = ask(api, INTROSPECTION, integrator, secret, token=token, address="192.0.2.8")

    assert [one.status_code for one in tried] == [400, 401, 400]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert elsewhere.json()["active"] is True


def test_where_the_cache_does_not_answer_a_machine_is_served(api, machine, monkeypatch, caplog):
    def absent(*_arguments, **_options):
        raise NoRedis

    monkeypatch.setattr(pace, "add_to_counters", absent)
    integrator, secret, token = machine

    assert ask(api, INTROSPECTION, integrator, secret, token=token).json()["active"] is True
    assert "token requests not counted" in caplog.text
