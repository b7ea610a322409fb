"""An administrator enables a service, opens it to a class, and registers how it signs people in."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine

from federation.ent import keys
from federation.ent.certificates import bare, fingerprint
from federation.ent.models import EnabledService, Opening, Registration, SigningKey
from federation.ent.saml.answering import entity_id
from federation.ent.saml.partner import partner_of
from tenants.accounts.capabilities import Role
from tenants.people.models import SchoolClass
from tests.factories.canteen import make_college
from tests.factories.shared_services import BACK, enable, open_to, put_keys
from tests.peers.service_provider import (
    ACS,
    ENTITY,
    SLS,
    ServiceProvider,
    any_metadata,
    own_key,
)
from tests.portal.households import text
from ui.mail import portal_address

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture
def site(agent):
    with time_machine.travel(NOW, tick=False):
        yield agent(Role.ADMINISTRATOR)


def act(site, name, key, **answers):
    """The effect, then the act; what both pages say."""
    url = f"/console/actes/{name}/?sur={key}"
    shown = site.post(url, **answers)
    stamp = re.search(r'name="fingerprint" value="([^"]+)"', shown.content.decode())
    if stamp is None:
        return text(shown), ""
    return text(shown), text(site.follow(site.post(url, **answers, fingerprint=stamp[1])))


def test_a_service_is_enabled_with_less_than_it_asks_for(site):
    form = text(site.get("/console/actes/enable-service/?sur=presse"))
    assert "Collège (UAI)" in form
    assert "Prénom" not in form

    shown, done = act(site, "enable-service", "presse", granted=["PROFILE"])

    assert "Profil" in shown
    assert "Le service est activé." in done
    assert EnabledService.objects.get().granted == ["PROFILE"]


def test_a_service_is_opened_to_a_class_of_a_college_by_its_name(site):
    enabled, college = enable(), make_college()
    SchoolClass.objects.create(college=college, school_year=2024, name="5e B", level="5E")
    answers = {"profile": "PUPIL", "college": college.uai, "valid_from": "2024-10-08"}
    answers |= {"last_day": "2025-06-30", "licences": "30"}

    wrong, _nothing = act(site, "open-service", enabled.public_id, **answers, class_name="5e Z")
    shown, done = act(site, "open-service", enabled.public_id, **answers, class_name="5e B")

    assert "Ce collège n'a pas cette classe." in wrong
    assert f"Élèves, {college.name}, 5e B" in shown
    assert "0 / 30" in done
    opening = Opening.objects.get()
    assert (opening.school_class.name, opening.licences) == ("5e B", 30)
    assert opening.valid_until == datetime.date(2025, 7, 1)


def test_the_secret_of_a_client_is_read_once(site):
    put_keys()
    enabled = enable("madmagz")
    answers = {"redirect_uris": f"{BACK}\nhttps://madmagz.example/autre"}

    refused, _nothing = act(
        site, "register-client", enabled.public_id, redirect_uris="http://madmagz.example/"
    )
    _shown, done = act(site, "register-client", enabled.public_id, **answers)

    assert "Cette adresse ne peut pas servir." in refused
    made = Registration.objects.get()
    assert made.redirect_uris == [BACK, "https://madmagz.example/autre"]
    secret = re.search(r"secret (\S{43})\.", done)
    assert secret
    page = text(site.get(f"/console/ent/registration/{made.pk}/"))
    assert made.client_id in page
    assert secret[1] not in page
    assert made.secret_digest not in page


def test_the_page_of_a_service_says_to_whom_it_is_open(site):
    enabled = enable()
    open_to(enabled, "GUARDIAN", licences=12)

    page = text(site.get(f"/console/ent/enabledservice/{enabled.pk}/"))

    assert "La presse des collégiens" in page
    assert "Responsables, tous les collèges" in page
    assert "0 / 12" in page
    assert "Inscrire une adresse CAS" in page
    assert "Inscrire un client" not in page


def test_a_partner_of_saml_is_registered_by_its_metadata_and_told_what_to_read(site):
    put_keys()
    enabled = enable("mediatheque")
    metadata = ServiceProvider(any_metadata()).metadata()

    refused, _nothing = act(site, "register-saml-partner", enabled.public_id, metadata="<a/>")
    neither, _nothing = act(site, "register-saml-partner", enabled.public_id)
    both, _nothing = act(
        site, "register-saml-partner", enabled.public_id, metadata=metadata, entity_id=ENTITY
    )
    shown, done = act(site, "register-saml-partner", enabled.public_id, metadata=metadata)

    assert "Ces métadonnées ne décrivent pas un service SAML 2." in refused
    assert "Donnez les métadonnées, ou le nom et l'adresse de retour." in neither
    assert "Donnez les métadonnées, ou les champs, pas les deux." in both
    assert f"Les réponses vont à {ACS}." in shown
    assert "Ses demandes sans signature sont refusées." in shown
    made = Registration.objects.get()
    assert made.entity_id == ENTITY
    page = site.get(f"/console/ent/registration/{made.pk}/").content.decode().replace("<wbr>", "")
    assert entity_id(portal_address("")) in page
    for certificate in keys.published_certificates():
        assert bare(certificate) in page
    assert "Son certificat est valable jusqu'au" in done


def test_a_partner_of_saml_is_registered_field_by_field(site):
    put_keys()
    enabled = enable("mediatheque")
    answers = {"entity_id": ENTITY, "acs_url": ACS, "logout_url": SLS, "starts_itself": "on"}

    refused, _nothing = act(site, "register-saml-partner", enabled.public_id, **answers)
    answers["certificate"] = own_key().certificate
    shown, done = act(site, "register-saml-partner", enabled.public_id, **answers)

    assert "Ce service n'a pas donné de certificat." in refused
    assert f"La déconnexion passe par {SLS}." in shown
    assert "La carte ouvre la page du service, qui demande qui vient." in done
    assert partner_of(Registration.objects.get()).starts_itself
    coming = SigningKey.objects.get(state="NEXT")
    page = site.get(f"/console/ent/signingkey/{coming.pk}/").content.decode()
    assert fingerprint(coming.certificate).replace(":", ":<wbr>") in page
