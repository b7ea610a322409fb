"""The OpenID Connect doors: who is sent where, what is refused, and what is never told."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.urls import reverse
from joserfc import jwt
from joserfc.jwk import KeySet

from commons.models import OutboxEvent
from federation.ent import keys, operations
from federation.ent.models import (
    AccessToken,
    AuthorizationCode,
    EnabledService,
    Licence,
    ServiceOpening,
)
from tenants.accounts.models import Session
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import BACK, SECRET, enable, open_service, open_to, register
from tests.factories.tariffs import ACTOR, AT

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
ISSUER = "http://hauts-de-seine.socle.test"


@pytest.fixture
def client(guardian):
    return register(open_service("madmagz", "PROFILE"))


def ask(site, client, **changed):
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": BACK,
        "scope": "openid",
        "state": "etat",
        "nonce": "une-fois",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    kept = {name: value for name, value in asked.items() if value is not None}
    return site.get(f"{reverse('portal:openid-authorize')}?{urlencode(kept)}")


def answer(response):
    """What the service reads of the address that the person comes back to."""
    location = response.headers["Location"]
    assert location.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def redeem(site, client, code, **changed):
    given = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "client_id": client.client_id,
        "client_secret": SECRET,
        **changed,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return site.post(reverse("portal:openid-token"), **kept)


def tokens(site, client):
    response = redeem(site, client, answer(ask(site, client))["code"])
    assert response.status_code == 200, response.content
    return response.json()


def claims_of(given):
    return jwt.decode(given["id_token"], KeySet.import_key_set(keys.published_keys())).claims


def person(site, token):
    response = site.client.get(
        reverse("portal:openid-person"), headers={"authorization": f"Bearer {token}"}
    )
    site._come_back()
    return response


# --- where people are sent -----------------------------------------------------------------------


def test_a_person_comes_back_with_a_code_a_state_and_the_issuer(site, client):
    given = answer(ask(site, client))

    assert set(given) == {"code", "state", "iss"}
    assert (given["state"], given["iss"]) == ("etat", ISSUER)


@pytest.mark.parametrize(
    "address",
    [
        f"{BACK}/",
        f"{BACK}?a=b",
        f"{BACK}#a",
        f"{BACK}/../autre",
        "https://madmagz.example/Retour",
        "https://MADMAGZ.example/retour",
        "https://madmagz.example:443/retour",
        "http://madmagz.example/retour",
        "https://madmagz.example.mechant.example/retour",
        "https://madmagz.example@mechant.example/retour",
        "https://mechant.example/?https://madmagz.example/retour",
        "//madmagz.example/retour",
        "/retour",
        "javascript:alert(1)",
        None,
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_registered_one(site, client, address):
    for more in ({}, {"response_type": "token"}, {"prompt": "none"}, {"code_challenge": None}):
        refused = ask(site, client, redirect_uri=address, **more)

        assert refused.status_code == 400
        assert "Location" not in refused.headers
        assert "mal présenté" in refused.content.decode()
    assert not AuthorizationCode.objects.exists()


def test_an_address_said_twice_is_refused(site, client):
    query = urlencode({"client_id": client.client_id, "redirect_uri": BACK})
    more = urlencode({"response_type": "code", "scope": "openid", "redirect_uri": BACK})

    refused = site.get(f"{reverse('portal:openid-authorize')}?{query}&{more}")

    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "court"}, "invalid_request"),
        ({"nonce": "n" * 501}, "invalid_request"),
        ({"nonce": "a\0b"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_what_a_client_asks_wrongly_is_told_to_it(site, client, changed, error):
    told = answer(ask(site, client, **changed))

    assert (told["error"], told["state"]) == (error, "etat")
    assert "code" not in told
    assert not AuthorizationCode.objects.exists()


def test_a_request_posted_from_elsewhere_is_asked_again_by_its_address(site, client):
    response = site.post(reverse("portal:openid-authorize"), client_id="x", scope="openid")

    assert response.headers["Location"] == "/openid/autorisation/?client_id=x&scope=openid"


def test_an_unknown_client_or_one_that_is_closed_sends_nobody_anywhere(site, client):
    operations.close_registration(registration=client, actor=ACTOR, at=AT)

    for client_id in (client.client_id, "absent", "", "a\0b"):
        assert ask(site, client, client_id=client_id).status_code == 400


# --- who comes in --------------------------------------------------------------------------------


def test_who_is_not_covered_is_told_kindly_and_the_service_nothing(site, guardian):
    client = register(enable("madmagz"))

    refused = ask(site, client)

    assert refused.status_code == 403
    assert "Ce service n&#x27;est pas ouvert pour vous." in refused.content.decode()
    assert answer(ask(site, client, prompt="none"))["error"] == "access_denied"
    assert not ServiceOpening.objects.exists()


def test_a_licence_is_taken_when_one_comes_from_the_service_too(site, guardian):
    enabled = enable("madmagz")
    open_to(enabled, licences=1)
    client = register(enabled)

    answer(ask(site, client))
    answer(ask(site, client))
    site.sign_in(account_of(make_family()))

    assert ask(site, client).status_code == 403
    assert Licence.objects.count() == 1


def test_a_service_that_is_disabled_is_nobody(site, client):
    code = answer(ask(site, client))["code"]
    operations.disable_service(enabled=EnabledService.objects.get(), actor=ACTOR, at=AT)

    assert ask(site, client).status_code == 400
    assert redeem(site, client, code).json()["error"] == "invalid_client"


def test_a_service_that_is_closed_meanwhile_gets_nothing_for_its_code(site, client):
    code = answer(ask(site, client))["code"]
    for opening in EnabledService.objects.get().openings.all():
        operations.close_opening(opening=opening, ends_on=NOW.date(), actor=ACTOR, at=AT)

    assert redeem(site, client, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("changed", [{"prompt": "login"}, {"max_age": "60"}])
def test_a_service_may_want_the_person_to_sign_in_again(site, client, clock, changed):
    answer(ask(site, client))
    clock.shift(datetime.timedelta(minutes=2))

    again = ask(site, client, **changed).headers["Location"]

    assert again.startswith("/connexion/?next=")
    assert "prompt" not in again
    assert site.get("/services/").status_code == 302


def test_a_recent_sign_in_is_enough_for_a_longest_age(site, client):
    assert "code" in answer(ask(site, client, max_age="60"))
    assert "code" in answer(ask(site, client, max_age="une minute"))


# --- codes and tokens ----------------------------------------------------------------------------


def test_a_code_is_worth_an_id_token_of_this_client_at_this_instant(site, client):
    given = tokens(site, client)

    claims = claims_of(given)
    now = int(NOW.timestamp())
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, client.client_id, "une-fois")
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (now, now + 300, now)
    assert claims["ent_profile"] == "National_TUT"
    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 300, "openid")
    assert "refresh_token" not in given


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": f"{BACK}/"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"client_secret": "x" * 40}, "invalid_client"),
        ({"client_secret": None}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"code": "absent"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
    ],
)
def test_a_code_is_refused_to_who_does_not_bring_all_of_it(site, client, changed, error):
    code = answer(ask(site, client))["code"]

    refused = redeem(site, client, **{"code": code, **changed})

    assert refused.json()["error"] == error
    assert "no-store" in refused.headers["Cache-Control"]
    assert not AccessToken.objects.exists()


def test_a_code_lives_a_minute_and_a_token_five(site, client, clock):
    code = answer(ask(site, client))["code"]
    clock.shift(datetime.timedelta(seconds=60))
    assert redeem(site, client, code).json()["error"] == "invalid_grant"

    token = tokens(site, client)["access_token"]
    clock.shift(datetime.timedelta(seconds=299))
    assert person(site, token).status_code == 200
    clock.shift(datetime.timedelta(seconds=1))
    assert person(site, token).status_code == 401


def test_a_code_is_used_once_and_its_replay_revokes(site, client):
    code = answer(ask(site, client))["code"]
    token = redeem(site, client, code).json()["access_token"]
    assert person(site, token).status_code == 200

    assert redeem(site, client, code).json()["error"] == "invalid_grant"

    assert person(site, token).status_code == 401


def test_another_client_neither_uses_nor_spends_a_code(site, client):
    other = register(open_service("enseigno"))
    code = answer(ask(site, client))["code"]

    assert redeem(site, other, code).json()["error"] == "invalid_grant"
    assert redeem(site, client, code).status_code == 200


def test_nothing_that_opens_is_readable_in_the_tables(site, client):
    code = answer(ask(site, client))["code"]
    token = redeem(site, client, code).json()["access_token"]

    kept = json.dumps(
        [
            list(model.objects.values())
            for model in (AuthorizationCode, AccessToken, ServiceOpening, type(client))
        ],
        default=str,
    )
    for secret in (code, token, SECRET, site.client.session.session_key):
        assert secret not in kept


def test_only_what_was_granted_is_told(site, client):
    enabled = EnabledService.objects.get()
    before = person(site, tokens(site, client)["access_token"]).json()
    operations.grant_attributes(
        enabled=enabled, granted=["PROFILE", "GIVEN_NAME"], actor=ACTOR, at=AT
    )
    after = person(site, tokens(site, client)["access_token"]).json()

    assert set(before) == {"sub", "ent_profile"}
    assert set(after) == {"sub", "ent_profile", "given_name"}
    assert before["sub"] == after["sub"]


def test_who_has_no_token_reads_nothing(site, client):
    for header in ({}, {"authorization": "Bearer absent"}, {"authorization": "Basic eDp5"}):
        response = site.client.get(reverse("portal:openid-person"), headers=header)
        site._come_back()
        assert response.status_code == 401


def test_an_identifier_is_of_one_service_and_names_no_account(site, client):
    other = register(open_service("enseigno"))
    subjects = [claims_of(tokens(site, one))["sub"] for one in (client, client, other)]

    assert subjects[0] == subjects[1] != subjects[2]
    user = ServiceOpening.objects.first().user
    for subject in subjects:
        assert str(user.pk) != subject
        assert str(user.public_id) not in subject
        assert len(subject) == 43


def test_the_same_person_is_somebody_else_for_the_same_service_of_another_departement(
    site, client, in_tenant
):
    account = account_of(make_family())
    here = keys.subject_of(account, service_code="madmagz")
    with in_tenant("d94"):
        register(open_service("madmagz"))
        there = keys.subject_of(account, service_code="madmagz")

    assert here != there


# --- leaving -------------------------------------------------------------------------------------


def leave(site, **asked):
    return site.get(f"{reverse('portal:openid-sign-out')}?{urlencode(asked)}")


def test_a_service_signs_out_the_session_it_was_opened_from(site, guardian):
    client = register(open_service("madmagz"), post_logout_uris=["https://madmagz.example/fin"])
    hint = tokens(site, client)["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": "https://madmagz.example/fin"}

    response = leave(site, **asked, state="x")

    assert response.headers["Location"] == "https://madmagz.example/fin?state=x"
    assert site.get("/services/").status_code == 302
    assert ServiceOpening.objects.get().ended_at == NOW


@pytest.mark.parametrize("hint", [True, False])
def test_what_proves_nothing_of_this_session_is_confirmed_by_the_person(site, client, hint):
    given = tokens(site, client)["id_token"]
    user = ServiceOpening.objects.get().user
    site.client.logout()
    site.sign_in(user)  # another session of the same person

    page = leave(site, **({"id_token_hint": given} if hint else {}))

    assert page.status_code == 200
    assert "Se déconnecter ?" in page.content.decode()
    assert site.get("/services/").status_code == 200
    site.post(reverse("portal:openid-sign-out"))
    assert site.get("/services/").status_code == 302


@pytest.mark.parametrize(
    "address", ["https://mechant.example/", "https://madmagz.example/fin/", "//mechant.example"]
)
def test_nobody_is_sent_after_signing_out_where_nothing_was_registered(site, guardian, address):
    client = register(open_service("madmagz"), post_logout_uris=["https://madmagz.example/fin"])
    hint = tokens(site, client)["id_token"]

    response = leave(site, id_token_hint=hint, post_logout_redirect_uri=address)

    assert response.headers["Location"] == "/connexion/"


def test_a_hint_of_somebody_else_is_refused(site, client):
    other = register(open_service("enseigno"))
    hint = tokens(site, client)["id_token"]

    assert leave(site, id_token_hint="x.y.z").status_code == 400
    assert leave(site, id_token_hint=hint, client_id=other.client_id).status_code == 400
    assert leave(site, id_token_hint=f"{hint[:-4]}AAAA").status_code == 400
    assert site.get("/services/").status_code == 200


@pytest.mark.parametrize("ending", ["from another device", "by itself"])
def test_a_session_that_ends_otherwise_ends_its_services_too(site, guardian, clock, ending):
    client = register(open_service("madmagz"), logout_url="https://madmagz.example/fin")
    token = tokens(site, client)["access_token"]
    assert operations.end_left_openings(at=NOW) == 0
    if ending == "by itself":
        Session.objects.update(ends_at=NOW)
    else:
        Session.objects.all().delete()

    assert person(site, token).status_code == 401
    assert operations.end_left_openings(at=NOW) == 1
    assert operations.end_left_openings(at=NOW) == 0
    assert OutboxEvent.objects.filter(name="ent.opening.ended").count() == 1


def test_signing_out_of_the_portal_ends_the_tokens(site, client):
    token = tokens(site, client)["access_token"]

    site.post("/deconnexion/")

    assert person(site, token).status_code == 401


# --- keys ----------------------------------------------------------------------------------------


def test_the_published_set_holds_no_private_part_and_every_key_in_its_place(site, client):
    first = keys.published_keys()["keys"]
    operations.rotate_keys(actor=ACTOR, at=NOW)
    second = site.get(reverse("portal:openid-keys")).json()["keys"]

    assert [set(key) & {"d", "p", "q", "dp", "dq", "qi"} for key in second] == [set()] * 3
    assert [key["kid"] for key in second][:2] == [key["kid"] for key in first]
    assert keys.signing_key().kid == first[1]["kid"]


def test_a_retired_key_is_published_for_a_day(site, client):
    for days in (0, 2):
        at = NOW + datetime.timedelta(days=days)
        operations.rotate_keys(actor=ACTOR, at=at)

    assert len(keys.published_keys()["keys"]) == 3


def test_what_was_handed_is_deleted_after_a_day(site, client):
    tokens(site, client)
    day = datetime.timedelta(days=1)

    assert operations.purge_passes(at=NOW + day - datetime.timedelta(seconds=1)) == 0
    assert operations.purge_passes(at=NOW + day) == 1
    assert not AuthorizationCode.objects.exists()
