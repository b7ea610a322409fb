"""A relying party written by others (openid-client, npm) signs people in with our OpenID provider."""

from __future__ import annotations

import dataclasses
import http.server
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oidc.discovery import OpenIDProviderMetadata
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import KeySet

from commons.outbox import deliver_pending
from federation.ent import keys, operations
from federation.ent.models import EnabledService, SigningKey
from tenants.people.models import Schooling
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import SECRET, open_service, register
from tests.factories.tariffs import ACTOR
from tests.listening_here import listening
from tests.peers.openid_client_here import RelyingParty, relying_party
from tests.peers.starting import Absent
from tests.served_here import site_served

HOST = "hauts-de-seine.socle.test"
BACK = "https://madmagz.example/retour"
LEFT = "https://madmagz.example/au-revoir"


@pytest.fixture(scope="module")
def peer() -> Iterator[RelyingParty]:
    try:
        with relying_party() as party:
            yield party
    except Absent as absent:
        pytest.skip(f"openid-client : {absent}")


@dataclasses.dataclass
class Place:
    """The served site, a guardian signed in there, and two services registered as clients."""

    issuer: str
    browser: Client
    party: RelyingParty
    other_party: RelyingParty
    child: Any

    def go(self, url: str) -> Any:
        """The browser follows a link to the site."""
        from django.db import connection

        from tenants.registry import directory

        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == self.issuer
        try:
            return self.browser.get(f"{parts.path}?{parts.query}")
        finally:
            connection.set_tenant(directory.by_schema("d92"))

    def sign_in(self, party: RelyingParty, **more: str) -> dict[str, Any]:
        """All the way: what the relying party has in the end, and what it began with."""
        begun = party.do("begin", redirect_uri=BACK, more=more)
        back = self.go(begun["url"]).headers["Location"]
        return begun | {"callback": back} | party.do("finish", callback=back, **begun)


@pytest.fixture
def place(committed_tenant_db, peer) -> Iterator[Place]:
    family = make_family()
    # Schooled today, whatever the day: what is served has no other clock.
    Schooling.objects.update(valid_from=timezone.localdate())
    granted = ("PROFILE", "COLLEGE", "GIVEN_NAME")
    services = [open_service(code, *granted) for code in ("madmagz", "enseigno")]
    clients = [register(one, post_logout_uris=[LEFT]) for one in services]
    with site_served() as port:
        issuer = f"http://{HOST}:{port}"
        browser = Client(headers={"host": f"{HOST}:{port}"})
        browser.force_login(account_of(family))
        parties = [
            peer.registered(issuer=issuer, client_id=one.client_id, secret=SECRET)
            for one in clients
        ]
        yield Place(issuer, browser, *parties, child=family)


def test_it_discovers_us_and_learns_who_came_and_nothing_more(place):
    found = place.party.do("discover")
    done = place.sign_in(place.party)

    OpenIDProviderMetadata(
        {**found, "issuer": "https://x.example"}
    ).validate_response_types_supported()
    assert found["issuer"] == place.issuer
    claims = done["claims"]
    assert (claims["iss"], claims["nonce"]) == (place.issuer, done["nonce"])
    told = {"ent_profile": "National_TUT", "uai": [place.child.college.uai]}
    told["given_name"] = place.child.guardians[0].first_name
    protocol = {"iss", "aud", "iat", "exp", "auth_time", "nonce", "sub", "sid", "at_hash"}
    assert {name: claims[name] for name in set(claims) - protocol} == told
    person = place.party.do("person", token=done["tokens"]["access_token"], sub=claims["sub"])
    assert person == told | {"sub": claims["sub"]}


def test_a_secret_may_be_sent_in_the_body_and_a_wrong_one_is_refused(place):
    posting = place.party.registered(method="post")

    assert "claims" in place.sign_in(posting)
    refused = place.sign_in(posting.registered(secret="x" * 40))
    assert (refused["error"], "tokens" in refused) == ("OAUTH_WWW_AUTHENTICATE_CHALLENGE", False)


def test_two_services_know_one_person_by_two_names_that_last(place):
    first, again = (place.sign_in(place.party)["claims"]["sub"] for _ in range(2))
    other = place.sign_in(place.other_party)["claims"]["sub"]

    assert first == again
    assert first != other


def test_a_code_that_comes_twice_is_refused_and_takes_back_what_it_gave(place):
    done = place.sign_in(place.party)
    token, sub = done["tokens"]["access_token"], done["claims"]["sub"]
    assert "error" not in place.party.do("person", token=token, sub=sub)
    begun = {name: done[name] for name in ("callback", "verifier", "state", "nonce")}

    assert place.party.do("finish", **begun)["error"] == "invalid_grant"

    assert "error" in place.party.do("person", token=token, sub=sub)


def test_a_code_is_of_its_client_and_of_its_challenge(place):
    begun = place.party.do("begin", redirect_uri=BACK, more={})
    back = place.go(begun["url"]).headers["Location"]

    stolen = place.other_party.do("finish", callback=back, **begun)
    wrong = place.party.do("finish", callback=back, **begun | {"verifier": "w" * 43})

    assert stolen["error"] == "invalid_grant"
    assert wrong["error"] == "invalid_grant"


def test_a_key_is_changed_while_a_token_lives(place):
    before = place.sign_in(place.party)
    first = operations.rotate_keys(actor=ACTOR, at=timezone.now())
    after = place.sign_in(place.party)
    operations.rotate_keys(actor=ACTOR, at=timezone.now())

    published = KeySet.import_key_set(keys.published_keys())
    kids = [
        jwt.decode(done["tokens"]["id_token"], published).header["kid"] for done in (before, after)
    ]
    assert kids[1] == first != kids[0]
    assert SigningKey.objects.count() == 4


def test_a_client_of_another_departement_is_nobody_here(place, in_tenant):
    with in_tenant("d94"):
        theirs = register(open_service("madmagz"))

    begun = place.party.registered(client_id=theirs.client_id).do(
        "begin", redirect_uri=BACK, more={}
    )
    refused = place.go(begun["url"])

    assert refused.status_code == 400
    assert "Location" not in refused.headers


@pytest.mark.parametrize("act", ["silently", "anew"])
def test_who_is_not_signed_in_is_asked_to_be_or_the_service_is_told(place, act):
    place.browser.logout()
    if act == "silently":
        begun = place.party.do("begin", redirect_uri=BACK, more={"prompt": "none"})
        told = parse_qs(urlsplit(place.go(begun["url"]).headers["Location"]).query)
        assert told["error"] == ["login_required"]
        assert told["iss"] == [place.issuer]
        return
    begun = place.party.do("begin", redirect_uri=BACK, more={})
    assert place.go(begun["url"]).headers["Location"].startswith("/connexion/?next=/openid/")


class Told(http.server.BaseHTTPRequestHandler):
    """What a service hears when somebody signs out."""

    heard: list[str] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.heard.append(self.rfile.read(length).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing."""


def test_signing_out_from_a_service_signs_out_of_all_of_them(place):
    Told.heard.clear()
    enabled = EnabledService.objects.get(service_code="enseigno")
    with listening(Told) as address:
        told = register(enabled, logout_url=address)
        heard = place.sign_in(place.other_party.registered(client_id=told.client_id))
        done = place.sign_in(place.party)

        left = place.party.do("leave", id_token=done["tokens"]["id_token"], back=LEFT)
        response = place.go(left["url"])
        deliver_pending(at=timezone.now())

    assert response.headers["Location"] == f"{LEFT}?state=left"
    assert place.go(f"{place.issuer}/services/?").headers["Location"].startswith("/connexion/")
    (body,) = Told.heard
    token = parse_qs(body)["logout_token"][0]
    said = jwt.decode(token, KeySet.import_key_set(keys.published_keys())).claims
    assert (said["aud"], said["sub"], said["sid"]) == (
        told.client_id,
        heard["claims"]["sub"],
        heard["claims"]["sid"],
    )
    assert "nonce" not in said
    person = place.party.do(
        "person", token=done["tokens"]["access_token"], sub=done["claims"]["sub"]
    )
    assert "error" in person
