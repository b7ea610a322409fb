"""A second service provider written by others (node-saml, npm) signs people in with our identity provider."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from federation.ent import certificates, keys, operations
from federation.ent.saml.partner import SamlPartner
from tenants.people.models import Schooling
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import open_service, register_saml
from tests.factories.tariffs import ACTOR
from tests.peers.node_saml_here import NodeProvider, node_provider
from tests.peers.service_provider import ACS, ENTITY, SLS, form_of, own_key, path_of
from tests.peers.starting import Absent
from tests.portal.conftest import Site

ISSUER = "http://hauts-de-seine.socle.test"


@pytest.fixture(scope="module")
def peer() -> Iterator[NodeProvider]:
    try:
        with node_provider() as provider:
            yield provider
    except Absent as absent:
        pytest.skip(f"node-saml : {absent}")


@pytest.fixture
def family(tenant_db: None) -> Any:
    made = make_family()
    # Schooled today, whatever the day: the peer has no other clock.
    Schooling.objects.update(valid_from=timezone.localdate())
    return made


@pytest.fixture
def site(family: Any) -> Site:
    return Site().sign_in(account_of(family))


@pytest.fixture
def service(site: Site, peer: NodeProvider) -> NodeProvider:
    signer = own_key()
    partner = SamlPartner(
        entity_id=ENTITY,
        acs_urls=(ACS,),
        certificates=(certificates.bare(signer.certificate),),
        signs_requests=True,
        logout_url=SLS,
        logout_answer_url=SLS,
    )
    register_saml(open_service("mediatheque", "PROFILE"), partner)
    return peer.set_up(
        callbackUrl=ACS,
        issuer=ENTITY,
        audience=ENTITY,
        entryPoint=f"{ISSUER}/saml/connexion/",
        logoutUrl=f"{ISSUER}/saml/deconnexion/",
        idpIssuer=f"{ISSUER}/saml/metadonnees/",
        idpCert=keys.published_certificates(),
        privateKey=signer.private_key.decode(),
        publicCert=signer.certificate,
    )


def answered(site: Site, service: NodeProvider) -> str:
    """The answer to its request, as our page posts it."""
    begun = service.do("begin", relay_state="là-bas")
    led = site.get(path_of(begun["url"]))
    form = form_of(site.get(led.headers["Location"]))
    assert form.fields["RelayState"] == "là-bas"
    return form.fields["SAMLResponse"]


def test_it_learns_who_came(site, service):
    told = service.do("finish", answer=answered(site, service))

    assert told["profile"]["ent_profile"] == "National_TUT"
    assert told["profile"]["nameIDFormat"].endswith("persistent")
    assert len(told["profile"]["nameID"]) == 43


def test_it_asks_by_a_form_that_it_signed(site, service):
    # What a form carries is not deflated; this library does it unless told.
    asking = service.set_up(authnRequestBinding="HTTP-POST", skipRequestCompression=True)
    fields = asking.do("begin_by_form")["fields"]

    led = Site().post("/saml/connexion/", SAMLRequest=fields["SAMLRequest"])
    form = form_of(site.get(led.headers["Location"]))

    assert "profile" in asking.do("finish", answer=form.fields["SAMLResponse"])


def test_an_answer_serves_once_and_for_one_service(site, service):
    answer = answered(site, service)
    other = service.set_up(audience="https://autre.example/", validateInResponseTo="never")

    assert "audience" in other.do("finish", answer=answer)["error"]
    assert "profile" in service.do("finish", answer=answer)
    assert service.do("finish", answer=answer)["error"] == "InResponseTo is not valid"


@pytest.mark.parametrize("changed", ["profile", "signature", "key"])
def test_an_answer_that_was_changed_is_refused(site, service, changed):
    xml = base64.b64decode(answered(site, service)).decode()
    if changed == "profile":
        xml = xml.replace("National_TUT", "National_DIR")
    elif changed == "signature":
        start, end = xml.index("<ns2:Signature>"), xml.index("</ns2:Signature>") + 16
        xml = xml[:start] + xml[end:]
    else:
        certificate = own_key("autre").certificate
        service = service.set_up(idpCert=[certificate], validateInResponseTo="never")

    refused = service.do("finish", answer=base64.b64encode(xml.encode()).decode())

    assert "ignature" in refused["error"]


def test_an_answer_is_of_now(site, service):
    begun = service.do("begin")
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=4), tick=False):
        led = site.get(path_of(begun["url"])).status_code
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=10), tick=False):
        form = form_of(site.get("/services/mediatheque/ouvrir/"))

    assert led == 400
    assert "expired" in service.do("finish", answer=form.fields["SAMLResponse"])["error"]


def test_a_key_is_changed_without_telling_it(site, service):
    operations.rotate_keys(actor=ACTOR, at=timezone.now())

    assert "profile" in service.do("finish", answer=answered(site, service))


def test_it_signs_out_of_everything(site, service):
    profile = service.do("finish", answer=answered(site, service))["profile"]

    led = site.get(path_of(service.do("leave", profile=profile)["url"]))
    done = site.follow(site.get(led.headers["Location"]))

    told = service.do("told", url=done.headers["Location"])
    assert told.get("loggedOut") is True, told
    assert site.get("/services/").status_code == 302


def test_it_is_told_of_a_sign_out(site, service):
    profile = service.do("finish", answer=answered(site, service))["profile"]

    page = site.follow(site.post("/deconnexion/"))
    told = service.do("told", url=page.headers["Refresh"].removeprefix("0; url="))
    assert told["profile"]["nameID"] == profile["nameID"]
    assert told["profile"]["sessionIndex"] == profile["sessionIndex"]
    answer = service.do("answer", profile=told["profile"])
    led = site.get(path_of(answer["url"]))

    done = site.get(led.headers["Location"])
    assert done.headers["Location"] == "/deconnexion/faite/"
    assert "confirmé" not in site.follow(site.follow(done)).content.decode()
