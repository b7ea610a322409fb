"""What is tried between two départements by who is neither: each is refused, and leaves nothing."""

from __future__ import annotations

import base64
import datetime
import json
import uuid
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.test import Client
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from commons import sealing
from federation.ent import keys as signing
from federation.ent import operations as ent
from federation.ent.models import AccessToken, AuthorizationCode
from tenants.accounts.models import Session
from tenants.identities import queries, secrets_held
from tenants.identities.departements import client_keys
from tenants.identities.departements.client_keys import ASSERTION_TYPE
from tenants.identities.departements.leaving import LOGOUT_EVENT
from tenants.identities.models import ExternalIdentity, SignInAttempt
from tests.across import (
    Browser,
    absolute,
    agree_both,
    answer_of,
    at,
    between,  # noqa: F401
    inside,
    linked,
    with_password,
)
from tests.factories.canteen import make_family
from tests.factories.tariffs import ACTOR
from tests.portal.households import text

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
SWITCH = at("d94", "/connexion/depuis/hauts-de-seine/")
BACK = at("d94", "/connexion/departement/retour/")
ISSUER = at("d92", "").removesuffix("/")


@pytest.fixture
def people(tenant_db, clock, between):  # noqa: F811
    agree_both()
    found = {}
    for schema in ("d92", "d94"):
        with inside(schema):
            found[schema] = with_password(make_family().guardians[0])
    return found


@pytest.fixture
def browser(people):
    """Linked from Hauts-de-Seine to Val-de-Marne; then another day, signed in there alone."""
    linked(people, vouching="d92", trusting="d94")
    return Browser().be("d92", people["d92"])


def answer(browser):
    """The address by which Hauts-de-Seine sends the browser back, not followed yet."""
    asked = browser.get(absolute(browser.get(SWITCH)))
    location = absolute(asked)
    assert location.startswith(f"{BACK}?code="), location
    return location


def changed(url, **query):
    parts = urlsplit(url)
    said = {name: values[0] for name, values in parse_qs(parts.query).items()} | query
    kept = {name: value for name, value in said.items() if value is not None}
    return f"{parts.scheme}://{parts.netloc}{parts.path}?{urlencode(kept)}"


def refused(browser, url):
    response = browser.walk(browser.get(url))
    assert response.status_code == 403, text(response)
    assert browser.who("d94") == ""
    return response


# --- the answer ----------------------------------------------------------------------------------


LIES = (
    {"iss": "http://val-de-marne.socle.test"},
    {"iss": "https://ailleurs.test"},
    {"iss": None},
    {"state": "_autre"},
    {"state": None},
    {"code": "autre"},
    {"code": None},
)


def test_an_answer_that_lies_is_refused(browser):
    for lie in LIES:
        refused(browser, changed(answer(browser), **lie))


def test_an_answer_serves_once_and_its_browser_alone(browser, people):
    url = answer(browser)
    refused(Browser(), url)
    victim = Browser()
    victim.get(SWITCH)
    refused(victim, url)
    with inside("d94"):
        assert not Session.objects.filter(way="other-departement:92").exists()

    assert browser.walk(browser.get(url)).at == at("d94")
    assert browser.get(url).status_code == 403


def test_an_answer_that_waited_too_long_is_refused(browser, clock):
    url = answer(browser)
    clock.shift(datetime.timedelta(minutes=10))

    refused(browser, url)


def test_a_code_that_waited_too_long_is_refused(browser, clock):
    url = answer(browser)
    clock.shift(datetime.timedelta(seconds=61))

    refused(browser, url)


def test_a_link_begun_by_one_account_is_not_finished_by_another(people):
    """Two parents at one computer: the second signs in while the first was away to prove it."""
    one = Browser()
    one.be("d94", people["d94"])
    with inside("d94"):
        other = with_password(make_family().guardians[0])
    asked = one.walk(one.post(at("d94", "/compte/portails/hauts-de-seine/relier/")))
    wanted = parse_qs(urlsplit(asked.at).query)["next"][0]
    with inside("d94"):
        browser_value = one.sites["d94"].client.session["identity_browser"]
        one.sites["d94"].sign_in(other)
        kept = one.sites["d94"].client.session
        kept["identity_browser"] = browser_value
        kept.save()
    agreeing = one.sign_in("d92", people["d92"], to=wanted)
    page = one.walk(answer_of(one, agreeing, "yes"))

    assert page.status_code == 403
    with inside("d94"):
        assert not ExternalIdentity.objects.exists()


def test_a_link_is_never_made_by_an_old_proof(people):
    """Who takes `prompt` away in their own address bar gets no link: the proof is older than the ask."""
    one = Browser()
    with time_machine.travel(NOW - datetime.timedelta(minutes=20), tick=False):
        one.sign_in("d92", people["d92"])
    one.be("d94", people["d94"])
    with inside("d92"):
        ent.give_link(user=people["d92"], departement_code="94", actor=ACTOR, at=NOW)
    asked = one.post(at("d94", "/compte/portails/hauts-de-seine/relier/"))

    page = one.walk(one.get(changed(absolute(asked), prompt=None)))

    assert page.status_code == 403
    assert "trop tard" in text(page)
    with inside("d94"):
        assert not ExternalIdentity.objects.exists()


def test_nobody_agrees_for_another(people):
    """The page of agreement is a form of this session: a link alone gives nothing."""
    one = Browser().be("d92", people["d92"])

    assert one.get(at("d92", "/openid/accord/?client_id=departement-94")).status_code == 405
    with inside("d92"):
        strict = Client(headers={"host": "hauts-de-seine.socle.test"}, enforce_csrf_checks=True)
        strict.cookies = one.sites["d92"].client.cookies
        forged = strict.post("/openid/accord/?client_id=departement-94", {"answer": "yes"})
    assert forged.status_code == 403


# --- who asks what a code is worth ----------------------------------------------------------------


@pytest.fixture
def asked(browser, between):  # noqa: F811
    """A code, what it was asked with, and the key of Val-de-Marne."""
    leaving = absolute(browser.get(SWITCH))
    back = absolute(browser.get(leaving))
    code = parse_qs(urlsplit(back).query)["code"][0]
    with inside("d94"):
        attempt = SignInAttempt.objects.latest("pk")
        kept = json.loads(
            sealing.unseal(bytes(attempt.sealed_secrets), purpose="identities.attempt")
        )
        provider = queries.open_provider("DEPARTEMENT", "92")
        key = ECKey.import_key(json.loads(secrets_held.secret_of(provider)))
    return {"code": code, "verifier": kept["verifier"], "key": key}


def assertion(key, header=None, alg="ES256", **claims):
    said = {
        "iss": "departement-94",
        "sub": "departement-94",
        "aud": "http://hauts-de-seine.socle.test",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 60,
        "jti": uuid.uuid4().hex,
        **claims,
    }
    kept = {name: value for name, value in said.items() if value is not None}
    head = {"alg": alg, "kid": key.kid, **(header or {})}
    return jwt.encode(head, kept, key, [alg])


def redeem(asked, proof, **changed):
    form = {
        "grant_type": "authorization_code",
        "code": asked["code"],
        "redirect_uri": BACK,
        "code_verifier": asked["verifier"],
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": proof,
        **changed,
    }
    kept = {name: value for name, value in form.items() if value is not None}
    return Browser().post(at("d92", "/openid/jeton/"), **kept)


def test_the_true_departement_gets_a_pseudonym_and_nothing_else(asked, people):
    given = redeem(asked, assertion(asked["key"])).json()

    _head, body, _signature = given["id_token"].split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert set(said) == {
        "iss", "aud", "sub", "sid", "iat", "exp", "auth_time", "nonce", "at_hash",
    }  # fmt: skip
    assert said["aud"] == "departement-94"
    person = (
        Browser()
        .sites["d92"]
        .client.get(
            "/openid/personne/", headers={"authorization": f"Bearer {given['access_token']}"}
        )
    )
    assert person.json() == {"sub": said["sub"]}
    with inside("d92"):
        assert str(people["d92"].public_id) not in json.dumps(said)


OTHER = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)


FALSE_ASSERTIONS = (
    {"aud": "http://val-de-marne.socle.test"},
    {"aud": None},
    {"iss": "departement-78"},
    {"sub": "departement-78"},
    {"sub": None},
    {"exp": int(NOW.timestamp()) - 60},
    {"exp": int(NOW.timestamp()) + 3600},
    {"exp": None},
    {"jti": None},
)


def test_an_assertion_that_lies_is_refused(asked):
    for lie in FALSE_ASSERTIONS:
        said = redeem(asked, assertion(asked["key"], **lie))
        assert (said.status_code, said.json()["error"]) == (400, "invalid_client"), lie
    with inside("d92"):
        assert not AccessToken.objects.exists()


def test_an_assertion_of_another_key_is_refused(asked):
    public = json.dumps(asked["key"].as_dict(private=False))
    for proof in (
        assertion(OTHER),
        assertion(OTHER, header={"kid": asked["key"].kid}),
        assertion(OTHER, header={"kid": asked["key"].kid, "jwk": OTHER.as_dict(private=False)}),
        assertion(OctKey.import_key(public), header={"kid": asked["key"].kid}, alg="HS256"),
    ):
        assert redeem(asked, proof).json()["error"] == "invalid_client"
    head, body, _signature = assertion(asked["key"]).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for forged in (f"{none}.{body}.", f"{head}.{body}.", "x"):
        assert redeem(asked, forged).json()["error"] == "invalid_client"


def test_an_assertion_serves_once(asked):
    proof = assertion(asked["key"])

    assert redeem(asked, proof, code="autre").json()["error"] == "invalid_grant"
    assert redeem(asked, proof).json()["error"] == "invalid_client"


def test_a_departement_has_no_secret_and_needs_its_verifier(asked):
    nothing = {"client_assertion": None, "client_assertion_type": None}
    for more in (
        {"client_id": "departement-94"},
        {"client_id": "departement-94", "client_secret": ""},
        {"client_id": "departement-94", "client_secret": "x" * 40},
    ):
        assert redeem(asked, None, **nothing, **more).json()["error"] == "invalid_client"
    for more in ({"code_verifier": "v" * 43}, {"redirect_uri": at("d94", "/")}):
        said = redeem(asked, assertion(asked["key"]), **more)
        assert said.json()["error"] in ("invalid_grant", "invalid_request")


def test_keys_that_nobody_has_are_not_asked_for_each_time(asked, between):  # noqa: F811
    redeem(asked, assertion(asked["key"]), code="autre")
    del between[:]

    for _time in range(3):
        redeem(asked, assertion(ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)))

    assert between == [f"GET {at('d94', '/connexion/departement/cles/')}"]


# --- a sign-out that is told ---------------------------------------------------------------------


@pytest.fixture
def opened(browser, people):
    """Signed in in Val-de-Marne by the word of Hauts-de-Seine; what a true sign-out would say."""
    browser.walk(browser.get(SWITCH))
    with inside("d94"):
        identity = ExternalIdentity.objects.get()
        session = browser.sites["d94"].client.session
        said = {"sub": identity.subject, "sid": session["departement_sid"]}
    with inside("d92"):
        key = signing.signing_key()
    return browser, key, said


def told(key, said, alg="RS256", **claims):
    full = {
        "iss": "http://hauts-de-seine.socle.test",
        "aud": "departement-94",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 120,
        "jti": uuid.uuid4().hex,
        "events": {LOGOUT_EVENT: {}},
        **said,
        **claims,
    }
    kept = {name: value for name, value in full.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": key.kid, "typ": "logout+jwt"}, kept, key, [alg])


def tell(token):
    return Browser().post(at("d94", "/connexion/departement/fin/"), logout_token=token)


FALSE_SIGN_OUTS = (
    {"iss": "http://val-de-marne.socle.test"},
    {"iss": "https://ailleurs.test"},
    {"aud": "departement-78"},
    {"exp": int(NOW.timestamp()) - 60},
    {"iat": int(NOW.timestamp()) - 3600},
    {"events": None},
    {"events": {"autre": {}}},
    {"nonce": "un-jeton-d-identite"},
    {"sid": None},
    {"jti": None},
    {"sub": None},
)


def test_a_sign_out_that_lies_ends_nothing(opened):
    browser, key, said = opened

    for lie in FALSE_SIGN_OUTS:
        assert tell(told(key, said, **lie)).status_code == 400, lie
    assert browser.who("d94") != ""


def test_a_sign_out_is_signed_told_once_and_of_one_session(opened):
    browser, key, said = opened
    forged = told(client_keys.draw_key(), said, alg="ES256")
    assert tell(forged).status_code == 400
    assert tell("x").status_code == 400
    assert tell(told(key, said, sid="autre")).status_code == 200
    assert tell(told(key, said, sub="autre")).status_code == 200
    assert browser.who("d94") != ""

    token = told(key, said)

    assert tell(token).status_code == 200
    assert browser.get(at("d94", "/enfants/")).status_code == 302
    assert tell(token).status_code == 400


def test_what_is_asked_at_our_door_is_refused_as_for_any_service(browser):
    """Another address to come back to, no challenge: nobody is sent anywhere with a code."""
    leaving = absolute(browser.get(SWITCH))

    for lie in ("https://ailleurs.test/", f"{BACK}x", at("d94", "/"), None):
        stopped = browser.get(changed(leaving, redirect_uri=lie))
        assert (stopped.status_code, "Location" in stopped.headers) == (400, False)
    for lie in ({"code_challenge": None}, {"code_challenge_method": "plain"}):
        back = parse_qs(urlsplit(absolute(browser.get(changed(leaving, **lie)))).query)
        assert back["error"] == ["invalid_request"]
    with inside("d92"):
        assert not AuthorizationCode.objects.filter(used_at=None).exists()
