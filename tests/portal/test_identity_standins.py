"""The demo's own FranceConnect and EduConnect, held to what the peers that others wrote are held to."""

from __future__ import annotations

import datetime
import html
import re
from urllib.parse import urlsplit

import httpx
import pytest

from tenants.identities.educonnect import keys
from tests.factories.identities import (
    ACS,
    CALLBACK,
    CLIENT,
    ENTITY_ID,
    INE,
    LEFT,
    SECRET,
    make_diallos,
    make_educonnect,
    make_franceconnect,
    now,
    open_ways,
)
from tests.peers.saml_here import NAMES
from tests.portal.households import text
from tests.standins_identity import identities_running

AMINATA = {
    "name": "Aminata Diallo", "of": CLIENT,
    "claims": {"sub": "aminata", "given_name": "Aminata", "family_name": "DIALLO"},
}  # fmt: skip
IBRAHIMA = {
    "name": "Ibrahima Diallo", "of": ENTITY_ID,
    "attributes": {
        NAMES["FrEduCtId"]: ["demo-ibrahima"], NAMES["FrEduCtPersonAffiliation"]: ["eleve2d"],
        "FrEduCtRefId": ["{AAF}25|0|2001"], NAMES["FrEduCtDateNaissance"]: ["2012-05-04"],
        NAMES["FrEduCtEleveUAI"]: ["0921234A"], NAMES["sn"]: ["Diallo"], NAMES["givenName"]: ["Ibrahima"],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def standin(tmp_path_factory):
    made = keys.make("EduConnect", at=now() - datetime.timedelta(hours=1), bits=2048)
    key = tmp_path_factory.mktemp("identity") / "key.pem"
    key.write_text(made.private_key + made.certificate, encoding="ascii")
    client = {"client_id": CLIENT, "secret": SECRET, "redirect_uri": CALLBACK, "leave_uri": LEFT}
    told = [
        ("client", client), ("service", {"entity_id": ENTITY_ID, "acs": ACS}),
        ("person", AMINATA), ("person", IBRAHIMA),
    ]  # fmt: skip
    with identities_running(key, told) as address:
        yield address, made.certificate


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def test_a_mother_comes_in_by_the_demos_franceconnect(site, standin):
    address, _certificate = standin
    (mother,) = make_diallos().guardians
    make_franceconnect(f"{address}/api/v2")
    open_ways()
    page = httpx.get(site.post("/connexion/par/franceconnect/").headers["Location"])
    assert "Aminata Diallo" in page.text
    form = hidden(page.text.partition("Revenir")[0].partition("</form>")[0])

    chosen = httpx.post(f"{address}/api/v2/authorize", data=form)
    back = urlsplit(chosen.headers["Location"])
    site.follow(site.get(f"{back.path}?{back.query}"))
    site.post("/connexion/qui/", ine=INE, birth_date="2012-05-04")

    mother.refresh_from_db()
    assert site.client.session["_auth_user_id"] == str(mother.user_id)
    left = site.follow(site.post("/deconnexion/")).headers["Refresh"].partition("url=")[2]
    assert httpx.get(left).headers["Location"].startswith(LEFT)
    assert site.get(f"{back.path}?{back.query}").status_code == 403


def test_what_franceconnect_asks_for_is_asked_for(standin):
    address, _certificate = standin
    asked = {
        "client_id": CLIENT, "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid",
        "acr_values": "eidas1", "state": "s", "nonce": "n" * 22,
    }  # fmt: skip
    page = f"{address}/api/v2/authorize"

    assert httpx.get(page, params=asked).status_code == 200
    for wrong in (
        {"nonce": "short"}, {"acr_values": ""}, {"state": ""}, {"client_id": "x"},
        {"redirect_uri": "https://ailleurs.test/"},
    ):  # fmt: skip
        assert httpx.get(page, params=asked | wrong).status_code == 400


def test_the_demos_educonnect_answers_signed_requests_alone(site, standin):
    """Our metadata are at an address that does not exist in tests: its answer says that it looked."""
    address, certificate = standin
    make_diallos()
    make_educonnect(
        certificate, issuer=f"{address}/educonnect", sso_url=f"{address}/educonnect/sso"
    )
    open_ways()
    url = site.post("/connexion/par/educonnect/").headers["Location"]

    assert "Demande refusée" in httpx.get(url.replace("SigAlg=", "X=")).text
    refused = httpx.get(url)
    assert refused.status_code == 400
    assert "metadata" in refused.text


def test_the_demos_educonnect_signs_what_we_verify(site, standin, tmp_path):
    from tools.standins.identity.people import Person, Service
    from tools.standins.identity.school import School

    _address, _certificate = standin
    made = keys.make("EduConnect", at=now() - datetime.timedelta(hours=1), bits=2048)
    key = tmp_path / "key.pem"
    key.write_text(made.private_key, encoding="ascii")
    child = make_diallos().pupil
    person = Person(about="", claims={}, **IBRAHIMA)
    service = Service(entity_id=ENTITY_ID, acs=ACS)
    school = School("https://educonnect.test", key, [service], [person])
    make_educonnect(made.certificate, issuer=school.entity_id)
    open_ways()
    from tests.peers.saml_here import inflated

    ask = re.search(
        r'ID="([^"]+)"', inflated(site.post("/connexion/par/educonnect/").headers["Location"])
    )
    answer = school.answer(service, ask[1], person)

    response = site.post("/connexion/educonnect/reponse/", SAMLResponse=answer)
    assert response.status_code == 303, text(response)
    site.get(response.headers["Location"])
    child.refresh_from_db()
    assert site.client.session["_auth_user_id"] == str(child.user_id)
