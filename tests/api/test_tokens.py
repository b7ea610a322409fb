"""The token endpoint: who is given a token, for what, and who is refused how (RFC 6749, 7523, 8414, 8707)."""

from __future__ import annotations

import base64
import datetime
import json
import secrets

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import ECKey

from tenants.integrators import operations, queries
from tenants.integrators.models import MachineToken
from tenants.integrators.scopes import Scope
from tests.api.conftest import HOSTS, Api
from tests.factories.integrators import AT, make_integrator
from tests.factories.tariffs import ACTOR

ISSUER = f"http://{HOSTS['d92']}/oauth"
ENDPOINT = f"{ISSUER}/jeton/"
SECOND = datetime.timedelta(seconds=1)
KEY = ECKey.generate_key("P-256", {"kid": "septembre"})


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(AT, tick=False):
        yield


def ask(api, integrator, secret="", *, basic=True, **form):
    """A request for a token."""
    sent = {"grant_type": "client_credentials", **form}
    written = base64.b64encode(f"{integrator.client_id}:{secret}".encode()).decode()
    headers = {"authorization": f"Basic {written}"} if basic else {}
    return api._back(api.client.post("/oauth/jeton/", sent, headers=headers))


def assertion(integrator, *, key=KEY, **changed):
    """What a machine signs, rightly unless said otherwise."""
    now = int(AT.timestamp())
    claims = {
        "iss": integrator.client_id, "sub": integrator.client_id, "aud": ISSUER,
        "jti": secrets.token_hex(8), "iat": now, "exp": now + 60, **changed,
    }  # fmt: skip
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)


def prove(api, integrator, written, **form):
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    sent = {"client_assertion_type": kind, "client_assertion": written, **form}
    return ask(api, integrator, basic=False, **sent)


@pytest.fixture
def keyed(api):
    written = json.dumps(KEY.as_dict(private=False))
    return make_integrator(Scope.PEOPLE_READ, name="À clé", public_key=written)[0]


def test_a_secret_is_worth_a_token_of_ten_minutes(api):
    integrator, secret = make_integrator(Scope.PEOPLE_READ, Scope.EXPORT)

    response = ask(api, integrator, secret)

    given = response.json()
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 600)
    assert given["scope"] == "export people:read"
    assert "refresh_token" not in given
    machine = queries.machine_of(given["access_token"], at=AT)
    assert machine.scopes == {Scope.PEOPLE_READ, Scope.EXPORT}
    assert given["access_token"] not in str(MachineToken.objects.values().get())


def test_less_may_be_asked_and_never_more(api):
    integrator, secret = make_integrator(Scope.PEOPLE_READ, Scope.EXPORT)

    assert ask(api, integrator, secret, scope="export").json()["scope"] == "export"
    for scope in ("invoices:read", "people:read invoices:read", "tout", "people:read\0"):
        refused = ask(api, integrator, secret, scope=scope)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_a_wrong_secret_is_refused_as_the_standard_says(api):
    integrator, secret = make_integrator()

    for wrong in ("", "x" * 43, f"{secret}x", secret[:-1]):
        refused = ask(api, integrator, wrong)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
        assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert not MachineToken.objects.exists()


def test_a_secret_in_the_body_is_not_read(api):
    integrator, secret = make_integrator()

    refused = ask(
        api, integrator, basic=False, client_id=integrator.client_id, client_secret=secret
    )

    assert refused.json()["error"] == "invalid_client"


@pytest.mark.parametrize("grant", ["authorization_code", "password", "refresh_token", ""])
def test_there_is_one_grant(api, grant):
    integrator, secret = make_integrator()

    refused = ask(api, integrator, secret, grant_type=grant)

    assert refused.json()["error"] in ("unsupported_grant_type", "invalid_request")
    assert not MachineToken.objects.exists()


def test_who_is_revoked_or_over_is_nobody(api):
    revoked, secret = make_integrator()
    operations.revoke_integrator(integrator=revoked, actor=ACTOR, at=AT)
    over, other_secret = make_integrator(expires_at=AT + SECOND)

    with time_machine.travel(AT + SECOND, tick=False):
        assert ask(api, revoked, secret).json()["error"] == "invalid_client"
        assert ask(api, over, other_secret).json()["error"] == "invalid_client"


def test_a_secret_that_was_changed_holds_for_a_week(api):
    integrator, old = make_integrator()
    new = operations.rotate_credential(integrator=integrator, actor=ACTOR, at=AT)

    assert [ask(api, integrator, one).status_code for one in (old, new)] == [200, 200]
    with time_machine.travel(AT + operations.OVERLAP, tick=False):
        assert [ask(api, integrator, one).status_code for one in (old, new)] == [401, 200]


def test_the_machine_of_one_departement_is_unknown_in_the_next(api):
    integrator, secret = make_integrator()

    refused = ask(Api("d94"), integrator, secret)

    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_a_token_is_for_this_api_and_no_other(api):
    integrator, secret = make_integrator()

    other = ask(api, integrator, secret, resource=f"http://{HOSTS['d94']}/graphql/")
    own = ask(api, integrator, secret, resource=f"http://{HOSTS['d92']}/graphql/")

    assert (other.status_code, other.json()["error"]) == (400, "invalid_target")
    assert own.status_code == 200


@pytest.mark.parametrize("audience", [ISSUER, ENDPOINT])
def test_a_signed_assertion_is_worth_a_token(api, keyed, audience):
    assert prove(api, keyed, assertion(keyed, aud=audience)).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": f"http://{HOSTS['d94']}/oauth"},
        {"aud": "https://autre.example"},
        {"iss": "machine-autre"},
        {"exp": int(AT.timestamp()) - 31},
        {"exp": int(AT.timestamp()) + 3600},
        {"jti": None},
        {"key": ECKey.generate_key("P-256", {"kid": "septembre"})},
        {"key": ECKey.generate_key("P-256", {"kid": "octobre"})},
    ],
    ids=["another's", "elsewhere", "issuer", "over", "long", "no name", "forged", "unknown key"],
)
def test_an_assertion_that_does_not_hold_is_refused(api, keyed, changed):
    refused = prove(api, keyed, assertion(keyed, **changed))

    assert refused.json()["error"] == "invalid_client"
    assert not MachineToken.objects.exists()


def test_an_assertion_serves_once(api, keyed):
    written = assertion(keyed)

    assert prove(api, keyed, written).status_code == 200
    assert prove(api, keyed, written).json()["error"] == "invalid_client"


def test_an_unsigned_assertion_is_refused(api, keyed):
    head, claims, _signature = assertion(keyed).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")

    for written in (f"{none}.{claims}.", f"{head}.{claims}.", "a.b.c", ""):
        assert prove(api, keyed, written).json()["error"] == "invalid_client"


def test_who_has_a_key_has_no_secret(api, keyed):
    for secret in ("", "None", KEY.kid):
        assert ask(api, keyed, secret).json()["error"] == "invalid_client"


def test_a_machine_learns_where_to_ask(api):
    found = api.get("/.well-known/oauth-authorization-server/oauth").json()

    assert (found["issuer"], found["token_endpoint"]) == (ISSUER, ENDPOINT)
    assert found["grant_types_supported"] == ["client_credentials"]
    assert set(found["scopes_supported"]) == {scope.value for scope in Scope}


def test_a_token_is_asked_by_post_and_without_any_page(api):
    assert api.get("/oauth/jeton/").status_code == 405
    integrator, secret = make_integrator()
    operations.allow_origin(origin="https://carte.exemple.fr", actor=ACTOR, at=AT)
    written = base64.b64encode(f"{integrator.client_id}:{secret}".encode()).decode()
    headers = {"origin": "https://carte.exemple.fr", "authorization": f"Basic {written}"}

    response = api._back(
        api.client.post("/oauth/jeton/", {"grant_type": "client_credentials"}, headers=headers)
    )

    assert "Access-Control-Allow-Origin" not in response.headers
