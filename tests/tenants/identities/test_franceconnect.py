"""FranceConnect, played by oidc-provider: what holds comes through, all else is refused."""

from __future__ import annotations

import dataclasses
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tenants.identities import attempts, franceconnect
from tenants.identities.franceconnect import asking
from tenants.identities.models import SignInAttempt
from tenants.identities.refusals import ProviderSilent, SignInBroken
from tests.factories.identities import (
    BROWSER,
    CALLBACK,
    LEFT,
    SECRET,
    begin,
    make_franceconnect,
    now,
    take,
)


def come_back(france, provider, person="aminata", **changes):
    """Begin, sign in there, come back; what was taken up, and the code."""
    begun = begin(provider)
    url = franceconnect.authorize_url(provider, begun, redirect_uri=CALLBACK)
    said = france.walk(url, person)
    assert said["state"] == begun.ask
    return dataclasses.replace(take(begun), **changes), said["code"]


def exchange(taken, code):
    return franceconnect.exchange(taken, code=code, redirect_uri=CALLBACK, at=now())


def test_a_person_comes_through_with_their_names_and_a_subject_of_this_client(tenant_db, france):
    claims = exchange(*come_back(france, make_franceconnect(france.issuer)))

    assert claims.last_names == ("TRAORE", "DIALLO")
    assert claims.first_names == ("Aminata Fatou",)
    assert len(claims.subject) == 66
    assert claims.birth_date is None
    assert "TRAORE" not in repr(claims)


def test_a_person_without_a_name_in_use_has_their_birth_name(tenant_db, france):
    claims = exchange(*come_back(france, make_franceconnect(france.issuer), person="angela"))

    assert (claims.last_names, claims.first_names) == (("DUBOIS",), ("Angela Claire Louise",))


def test_what_is_asked_is_what_franceconnect_wants(tenant_db, france):
    provider = make_franceconnect(france.issuer)
    begun = begin(provider)

    url = franceconnect.authorize_url(provider, begun, redirect_uri=CALLBACK)

    asked = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
    assert asked["acr_values"] == "eidas1"
    assert len(asked["nonce"]) >= 22
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == " ".join(asking.SCOPES)
    assert begun.verifier not in url


def test_no_challenge_is_sent_to_who_does_not_know_it(tenant_db, france):
    settings = dataclasses.replace(franceconnect.discover(france.issuer), has_pkce=False)
    provider = make_franceconnect(france.issuer, settings=settings)

    url = franceconnect.authorize_url(provider, begin(provider), redirect_uri=CALLBACK)

    assert "code_challenge" not in url
    assert exchange(*come_back(france, provider)).subject


def test_an_id_token_of_hs256_is_verified_with_the_secret(tenant_db, france):
    provider = make_franceconnect(france.issuer, id_token="HS256")

    assert exchange(*come_back(france, provider)).last_names == ("TRAORE", "DIALLO")


def test_a_token_of_another_algorithm_than_ours_is_refused(tenant_db, france):
    settings = franceconnect.discover(france.issuer, id_token="RS256")
    provider = make_franceconnect(france.issuer, settings=settings)

    with pytest.raises(SignInBroken, match="algorithm"):
        exchange(*come_back(france, provider))


def test_a_code_serves_once(tenant_db, france):
    taken, code = come_back(france, make_franceconnect(france.issuer))
    exchange(taken, code)

    with pytest.raises(SignInBroken, match="code refused"):
        exchange(taken, code)


def test_a_code_of_another_sign_in_is_refused(tenant_db, france):
    """PKCE: the code of a victim, put into the thief's own answer."""
    provider = make_franceconnect(france.issuer)
    _victim, code = come_back(france, provider)
    thief, _own = come_back(france, provider)

    with pytest.raises(SignInBroken, match="code refused"):
        exchange(thief, code)


def test_an_id_token_of_another_nonce_is_refused(tenant_db, france):
    taken, code = come_back(france, make_franceconnect(france.issuer))

    with pytest.raises(SignInBroken, match="nonce"):
        exchange(
            dataclasses.replace(taken, nonce="another-nonce-of-43-characters-0123456789ab"), code
        )


def test_another_secret_gives_nothing(tenant_db, france):
    provider = make_franceconnect(france.issuer, client_secret=SECRET[::-1])

    with pytest.raises(SignInBroken, match="code refused"):
        exchange(*come_back(france, provider))


def test_new_keys_are_asked_for_once(tenant_db, france):
    provider = make_franceconnect(france.issuer)
    exchange(*come_back(france, provider))
    france.rotate()
    before = france.keys_fetched()

    claims = exchange(*come_back(france, provider))

    assert claims.subject
    assert france.keys_fetched() == before + 1


def test_a_second_unknown_key_within_a_minute_is_refused_unasked(tenant_db, france):
    provider = make_franceconnect(france.issuer)
    exchange(*come_back(france, provider))
    france.rotate()
    exchange(*come_back(france, provider))
    france.rotate()
    before = france.keys_fetched()

    with pytest.raises(SignInBroken, match="unknown key"):
        exchange(*come_back(france, provider))
    assert france.keys_fetched() == before


def test_who_gives_up_comes_back_with_an_error_and_no_code(tenant_db, france):
    provider = make_franceconnect(france.issuer)
    url = franceconnect.authorize_url(provider, begin(provider), redirect_uri=CALLBACK)

    assert france.walk(url, "")["error"] == "access_denied"


def test_a_sign_out_is_accepted_there_and_comes_back(tenant_db, france):
    provider = make_franceconnect(france.issuer)
    claims = exchange(*come_back(france, provider))

    url = franceconnect.leave_url(provider, id_token=claims.leaving, state="left", back=LEFT)

    answer = httpx.get(url)
    assert answer.status_code == 200
    assert 'name="xsrf"' in answer.text


def test_discovery_of_another_issuer_is_refused(tenant_db, france):
    with pytest.raises(ProviderSilent):
        franceconnect.discover(f"{france.issuer}/")
    with pytest.raises(ProviderSilent):
        franceconnect.discover(f"{france.address}/elsewhere")


def test_a_sign_in_serves_once_and_its_browser_alone(tenant_db, france):
    provider = make_franceconnect(france.issuer)
    begun = begin(provider)

    for browser in ("another-browser", ""):
        with pytest.raises(SignInBroken):
            take(begun, browser=browser)
    assert take(begun).nonce == begun.nonce
    with pytest.raises(SignInBroken):
        take(begun)


def test_a_sign_in_waits_ten_minutes_and_keeps_no_secret(tenant_db, france):
    provider = make_franceconnect(france.issuer)
    begun = begin(provider)

    row = SignInAttempt.objects.get()
    kept = bytes(row.sealed_secrets) + row.ask_digest.encode() + row.browser_digest.encode()
    for secret in (begun.ask, begun.nonce, begun.verifier, BROWSER):
        assert secret.encode() not in kept
    with pytest.raises(SignInBroken):
        take(begun, at=now() + attempts.LIFETIME)
