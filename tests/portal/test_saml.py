"""The SAML 2 doors, asked by python3-saml: who is told to whom, and what is refused on either side."""

from __future__ import annotations

import base64
import datetime
import re
import shutil
import subprocess
from urllib.parse import quote

import pytest
from django.urls import reverse
from lxml import etree

from federation.ent import operations
from federation.ent.certificates import pem
from federation.ent.models import Licence, Registration, SamlAnswer, ServiceOpening
from federation.ent.saml import answering, names
from federation.ent.saml.partner import read_metadata
from tenants.accounts.models import User
from tests.factories.canteen import make_family
from tests.factories.portal import account_of
from tests.factories.shared_services import enable, open_service, open_to, register_saml
from tests.factories.tariffs import ACTOR, AT
from tests.peers.service_provider import (
    ACS,
    ENTITY,
    ServiceProvider,
    any_metadata,
    form_of,
)
from tests.portal.conftest import Site

NOW = datetime.datetime(2024, 10, 8, 10, 0, tzinfo=datetime.UTC)
METADATA = "/saml/metadonnees/"
IN, OUT = "/saml/connexion/", "/saml/deconnexion/"
ISSUER = "http://hauts-de-seine.socle.test"
SAML = {"p": names.PROTOCOL, "a": names.ASSERTION, "ds": "http://www.w3.org/2000/09/xmldsig#"}


def registered(site, enabled, **traits):
    """A service provider that read our metadata, and whose own were registered."""
    first = ServiceProvider(any_metadata(), **traits)
    registration = register_saml(enabled, read_metadata(first.metadata(), at=AT))
    partner = ServiceProvider(site.get(METADATA).content, **traits)
    partner.registration = registration
    return partner


OTHER = {
    "entity_id": "https://autre.example/",
    "acs": "https://autre.example/retour",
    "sls": "https://autre.example/fin",
    "key": "autre",
}


def another(site):
    """A second service of SAML: the catalogue has one, and tenants do not write it."""
    described = read_metadata(ServiceProvider(any_metadata(), **OTHER).metadata(), at=AT)
    Registration.objects.create(
        enabled=open_service("presse"), protocol="SAML", registered_at=AT, **described.as_columns()
    )
    return ServiceProvider(site.get(METADATA).content, **OTHER)


@pytest.fixture
def partner(site, guardian):
    granted = ("PROFILE", "COLLEGE", "GIVEN_NAME")
    return registered(site, open_service("mediatheque", *granted))


def sign_in(site, partner, **options):
    """All the way, by a redirect: the form that our page posts, and the request's identifier."""
    path, asked = partner.begin(**options)
    return form_of(site.follow(_led_on(site.get(path)))), asked


def _led_on(response):
    assert response.status_code == 303, response.content.decode()[:2_000]
    response.status_code = 302
    return response


def form_of_post(xml):
    """A message as a form carries it (saml-bindings-2.0, §3.5)."""
    return base64.b64encode(xml.encode()).decode()


def status_of(form):
    root = etree.fromstring(form.xml.encode())
    return [node.get("Value") for node in root.iter(f"{{{names.PROTOCOL}}}StatusCode")]


# --- who is told ---------------------------------------------------------------------------------


def test_a_service_learns_who_came_and_what_was_granted(site, guardian, partner):
    form, asked = sign_in(site, partner, relay_state="/romans?page=2")

    told = partner.finish(form, asked=asked)
    assert (told.get_errors(), told.get_last_error_reason()) == ([], None)
    assert form.url == ACS
    assert form.fields["RelayState"] == "/romans?page=2"
    assert told.get_attributes() == {
        "ent_profile": ["National_TUT"],
        "uai": [guardian.college.uai],
        "given_name": [guardian.guardians[0].first_name],
    }
    assert len(told.get_nameid()) == 43
    assert told.get_nameid_format() == names.PERSISTENT
    assert told.get_nameid_nq() == f"{ISSUER}{reverse('portal:saml-metadata')}"
    assert told.get_nameid_spnq() == ENTITY
    opening = ServiceOpening.objects.get()
    assert told.get_session_index() == answering.session_index(opening)


def test_a_form_from_another_site_is_led_on_to_where_our_cookie_comes(site, partner):
    xml = partner.signed(partner.request())
    posted = form_of_post(xml)

    led = Site().post(IN, SAMLRequest=posted, RelayState="x")

    assert led.status_code == 303
    form = form_of(site.get(led.headers["Location"]))
    assert partner.why_refused(form) == ""
    assert form.fields["RelayState"] == "x"


def test_a_card_opens_a_service_that_did_not_ask(site, partner):
    form = form_of(site.get("/services/mediatheque/ouvrir/"))

    told = partner.finish(form)
    assert told.get_errors() == []
    assert told.get_last_response_in_response_to() is None
    assert form.fields["RelayState"] == "https://mediatheque.example/"


def test_a_card_opens_the_services_own_page_when_it_asks_by_itself(site, guardian):
    first = ServiceProvider(any_metadata())
    described = read_metadata(first.metadata(), at=AT, starts_itself=True)
    register_saml(open_service("mediatheque"), described)

    led = site.get("/services/mediatheque/ouvrir/")

    assert led.headers["Location"] == "https://mediatheque.example/"
    assert not SamlAnswer.objects.exists()


def test_a_person_is_the_same_for_a_service_and_another_for_the_next(site, partner):
    other = another(site)

    ours = [partner.finish(sign_in(site, partner)[0]).get_nameid() for _ in range(2)]
    theirs = other.finish(sign_in(site, other)[0]).get_nameid()

    assert ours[0] == ours[1] != theirs


def test_who_is_not_signed_in_signs_in_and_comes_back(site, partner):
    site.client.logout()
    path, _asked = partner.begin()

    led = site.follow(_led_on(site.get(path)))

    assert led.headers["Location"].startswith("/connexion/?next=/saml/connexion/suite/%3Fdemande")


def test_who_must_sign_in_again_does_even_if_they_just_did(site, guardian, partner, clock):
    clock.shift(datetime.timedelta(seconds=1))
    path, asked = partner.begin(force_authn=True)
    handle = site.get(path).headers["Location"]

    led = site.get(handle)
    assert led.headers["Location"].startswith("/connexion/?next=")
    assert site.get("/services/").status_code == 302
    clock.shift(datetime.timedelta(seconds=1))
    site.sign_in(User.objects.get())
    form = form_of(site.get(handle))

    assert partner.why_refused(form, asked=asked) == ""


def test_licences_are_counted_here_too(site, guardian):
    enabled = enable("mediatheque")
    open_to(enabled, licences=1)
    partner = registered(site, enabled)
    sign_in(site, partner)
    site.sign_in(account_of(make_family()))
    path, _asked = partner.begin()

    assert site.get(site.get(path).headers["Location"]).status_code == 403
    assert Licence.objects.count() == 1


# --- what is answered with a status --------------------------------------------------------------


NOT_GIVEN = [
    ({"nameid-format:persistent": "nameid-format:transient"}, names.BAD_NAME_ID),
    (
        {"2.0:nameid-format:persistent": "1.1:nameid-format:emailAddress"},
        names.BAD_NAME_ID,
    ),
    (
        {'AllowCreate="true"': 'AllowCreate="true" SPNameQualifier="https://autre.example/"'},
        names.BAD_NAME_ID,
    ),
    ({"PasswordProtectedTransport": "X509"}, names.NO_CONTEXT),
    ({'Comparison="exact"': 'Comparison="better"'}, names.NO_CONTEXT),
]


def test_what_is_not_given_here_is_answered_with_a_status(site, partner):
    for change, status in NOT_GIVEN:
        xml = partner.request(set_nameid_policy=True)
        for written, instead in change.items():
            assert written in xml
            xml = xml.replace(written, instead)

        form = form_of(site.follow(_led_on(site.get(f"{IN}?{partner.redirect(xml)}"))))

        assert status_of(form) == [names.RESPONDER, status]
        assert "Assertion " not in form.xml
        assert partner.why_refused(form)


def test_nobody_is_shown_a_page_when_the_service_wants_none(site, partner):
    site.client.logout()

    form, _asked = sign_in(site, partner, is_passive=True)

    assert status_of(form) == [names.RESPONDER, names.NO_PASSIVE]


def test_a_service_that_is_not_theirs_is_denied_without_a_page_or_told_kindly(site, guardian):
    partner = registered(site, enable("mediatheque"))
    path, _asked = partner.begin()

    page = site.get(site.get(path).headers["Location"])
    silent, _asked = sign_in(site, partner, is_passive=True)

    assert page.status_code == 403
    assert "Ce service n&#x27;est pas ouvert pour vous." in page.content.decode()
    assert status_of(silent) == [names.RESPONDER, names.DENIED]


def test_a_service_that_wants_somebody_hears_of_nobody_else(site, partner):
    path, _asked = partner.begin(name_id_value_req="somebody")
    form = form_of(site.follow(_led_on(site.get(path))))
    own = partner.finish(sign_in(site, partner)[0]).get_nameid()
    path, asked = partner.begin(name_id_value_req=own)
    theirs = form_of(site.follow(_led_on(site.get(path))))

    assert status_of(form) == [names.RESPONDER, names.STRANGER]
    assert partner.why_refused(theirs, asked=asked) == ""


# --- what leads nowhere --------------------------------------------------------------------------


def is_refused(response):
    assert response.status_code == 400, response.headers
    assert "Location" not in response.headers
    assert "data-carry" not in response.content.decode()
    assert not SamlAnswer.objects.exists()


def _edited(old, new):
    def change(xml):
        assert old in xml
        return xml.replace(old, new, 1)

    return change


_ID = re.compile(r'ID="([^"]+)"')


UNHELD = [
    _edited(f"<saml:Issuer>{ENTITY}", "<saml:Issuer>https://inconnu.example"),
    _edited(ACS, "https://mechant.example/retour"),
    _edited(ACS, f"{ACS}/"),
    _edited("bindings:HTTP-POST", "bindings:HTTP-Artifact"),
    _edited(f'{ISSUER}{IN}"', f'{ISSUER}/autre/"'),
    _edited(f'Destination="{ISSUER}{IN}"', ""),
    _edited('IssueInstant="2024-10-08T10:00:00Z"', 'IssueInstant="2024-10-08T09:54:59Z"'),
    _edited('IssueInstant="2024-10-08T10:00:00Z"', 'IssueInstant="2024-10-08T10:03:01Z"'),
    _edited('IssueInstant="2024-10-08T10:00:00Z"', 'IssueInstant="2024-10-08T10:00:00"'),
    _edited('Version="2.0"', 'Version="1.1"'),
    lambda xml: xml.replace("samlp:AuthnRequest", "samlp:ArtifactResolve"),
    lambda xml: xml.replace("samlp:AuthnRequest", "saml:AuthnRequest"),
    _edited("<samlp:AuthnRequest", '<!DOCTYPE r [<!ENTITY e "x">]><samlp:AuthnRequest'),
    _edited("<samlp:AuthnRequest", '<!DOCTYPE r SYSTEM "http://x/"><samlp:AuthnRequest'),
    _edited(f">{ENTITY}", f">{ENTITY[:12]}<!-- x -->{ENTITY[12:]}"),
    _edited("<saml:Issuer>", "<?x?><saml:Issuer>"),
    _edited(f"<saml:Issuer>{ENTITY}</saml:Issuer>", ""),
    _edited("<saml:Issuer>", f"<saml:Issuer>{ENTITY}</saml:Issuer><saml:Issuer>"),
    _edited(' ID="', f' ID="{"_" * 300}'),
    lambda xml: xml.replace(f'AssertionConsumerServiceURL="{ACS}"', 'AssertionConsumerServiceIndex="7"'),
    lambda xml: xml.replace("</samlp:AuthnRequest>", ""),
    lambda xml: f"{xml[:-22]}{' ' * 70_000}{xml[-22:]}",
    lambda xml: "not XML",
    lambda xml: "",
]  # fmt: skip


def test_a_request_that_does_not_hold_leads_nowhere(site, partner):
    for change in UNHELD:
        xml = change(partner.request())
        is_refused(site.get(f"{IN}?{partner.redirect(xml)}"))
    # The same unchanged leads on: the refusals are of the changes.
    assert site.get(f"{IN}?{partner.redirect(partner.request())}").status_code == 303


UNSIGNED = [
    lambda one, xml: one.redirect(xml, is_signed=False),
    lambda one, xml: one.redirect(xml, algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    lambda one, xml: ServiceProvider(any_metadata(), key="autre").redirect(xml),
    lambda one, xml: one.redirect(xml, relay_state="a").replace("State=a", "State=b"),
    lambda one, xml: one.redirect(xml) + "&RelayState=a",
    lambda one, xml: one.redirect(xml) + "&SAMLRequest=" + quote(form_of_post(xml)),
    lambda one, xml: one.redirect(xml)[:-12],
    lambda one, xml: one.redirect(one.signed(xml)),
    lambda one, xml: one.redirect(xml, relay_state="é" * 41),
    lambda one, xml: one.redirect(xml).replace("SAMLRequest=", "SAMLRequest=%25"),
    lambda one, xml: "",
]


def test_a_redirect_that_is_not_signed_as_it_must_leads_nowhere(site, partner):
    for sign in UNSIGNED:
        is_refused(site.get(f"{IN}?{sign(partner, partner.request())}"))


def _wrapped(partner):
    """The signed request stays in the document, and another is around it."""
    inner = partner.signed(partner.request())
    outer = partner.request().replace(ACS, "https://mechant.example/retour")
    return outer.replace("<samlp:NameIDPolicy", f"<samlp:Extensions>{inner}</samlp:Extensions>"
                         "<samlp:NameIDPolicy", 1)  # fmt: skip


def _signature_of_another(partner):
    """The signature of one request in another, which bears its identifier."""
    one, other = (partner.request() for _ in range(2))
    (signature,) = re.findall(r"<ds:Signature.*</ds:Signature>", partner.signed(one), re.DOTALL)
    other = other.replace(_ID.search(other)[1], _ID.search(one)[1])
    other = other.replace("PasswordProtectedTransport", "Password")
    return other.replace("</saml:Issuer>", f"</saml:Issuer>{signature}")


FORGED = [
    lambda one: one.request(),
    lambda one: one.signed(one.request()).replace(" Version=", ' IsPassive="true" Version='),
    lambda one: ServiceProvider(any_metadata(), key="autre").signed(one.request()),
    lambda one: one.signed(one.request()).replace("rsa-sha256", "rsa-sha1"),
    _wrapped,
    _signature_of_another,
]


def test_a_form_that_is_not_signed_as_it_must_leads_nowhere(site, partner):
    for make in FORGED:
        is_refused(site.post(IN, SAMLRequest=form_of_post(make(partner))))


def test_a_service_that_does_not_sign_is_answered_where_it_was_registered_alone(site, guardian):
    enabled = open_service("mediatheque", "PROFILE")
    partner = registered(site, enabled, authnRequestsSigned=False)
    xml = partner.request()

    is_refused(
        site.get(
            f"{IN}?{partner.redirect(xml.replace(ACS, 'https://mechant.example/'), is_signed=False)}"
        )
    )
    # A signature that need not be there holds all the same.
    other = ServiceProvider(any_metadata(), key="autre")
    is_refused(site.get(f"{IN}?{other.redirect(xml)}"))
    is_refused(site.post(IN, SAMLRequest=form_of_post(other.signed(xml))))
    form, asked = sign_in(site, partner)
    assert partner.why_refused(form, asked=asked) == ""


def test_what_is_inflated_is_bounded(site, partner):
    bomb = f"<a>{' ' * 20_000_000}</a>"

    is_refused(site.get(f"{IN}?{partner.redirect(bomb)}"))


def test_a_request_is_answered_once(site, partner):
    path, _asked = partner.begin()
    handle = site.get(path).headers["Location"]
    assert site.get(handle).status_code == 200

    again = site.get(handle)
    anew = site.get(site.get(path).headers["Location"])

    assert (again.status_code, anew.status_code) == (400, 400)
    assert SamlAnswer.objects.count() == 1


def test_a_handle_is_of_one_departement_and_of_half_an_hour(site, partner, clock, in_tenant):
    path, _asked = partner.begin()
    handle = site.get(path).headers["Location"]

    with in_tenant("d94"):
        elsewhere = Site("d94").get(handle)
    clock.shift(datetime.timedelta(minutes=31))

    assert elsewhere.status_code == 400
    is_refused(site.get(handle))
    is_refused(site.get(f"{handle}x"))


@pytest.mark.parametrize("closing", ["service", "registration"])
def test_what_is_closed_meanwhile_is_told_of_nobody(site, partner, closing):
    path, _asked = partner.begin()
    handle = site.get(path).headers["Location"]
    if closing == "service":
        operations.disable_service(enabled=partner.registration.enabled, actor=ACTOR, at=AT)
    else:
        operations.close_registration(registration=partner.registration, actor=ACTOR, at=AT)

    is_refused(site.get(handle))
    is_refused(site.get(path))


# --- what the service refuses of an answer that somebody changed ---------------------------------


def _wrap(form):
    root = etree.fromstring(form.xml.encode())
    (assertion,) = root.findall("a:Assertion", SAML)
    evil = etree.fromstring(etree.tostring(assertion))
    evil.remove(evil.find("ds:Signature", SAML))
    evil.set("ID", "_evil")
    evil.find("a:Subject/a:NameID", SAML).text = "somebody-else"
    assertion.addprevious(evil)
    extensions = etree.Element(f"{{{names.PROTOCOL}}}Extensions")
    extensions.append(assertion)
    root.insert(2, extensions)
    return form.saying(etree.tostring(root).decode())


def _unsigned(form):
    root = etree.fromstring(form.xml.encode())
    for signature in root.findall(".//ds:Signature", SAML):
        signature.getparent().remove(signature)
    return form.saying(etree.tostring(root).decode())


def test_an_answer_that_was_changed_is_refused_by_the_service(site, partner):
    form, asked = sign_in(site, partner)

    for change, why in (
        (_unsigned, "not signed"),
        (_wrap, "must contain 1 assertion"),
        (lambda form: form.saying(form.xml.replace("National_TUT", "National_DIR")), "Signature"),
        (lambda form: form.saying(form.xml.replace(f">{ENTITY}<", ">autre<")), "audience"),
        (lambda form: form.saying(form.xml.replace("T10:00:00Z", "T10:00:01Z")), "Signature"),
    ):
        changed = change(form)
        assert changed != form
        assert why in partner.why_refused(changed, asked=asked)
    assert partner.why_refused(form, asked=asked) == ""


def test_an_answer_is_of_one_service_one_request_and_five_minutes(site, partner, clock):
    form, asked = sign_in(site, partner)
    other = ServiceProvider(site.get(METADATA).content, entity_id="https://autre.example/")

    assert "is not a valid audience" in other.why_refused(form)
    assert "does not match the ID" in partner.why_refused(form, asked="_another")
    clock.shift(datetime.timedelta(minutes=11))
    assert "expired" in partner.why_refused(form, asked=asked)


def test_a_key_is_changed_without_telling_anybody(site, partner):
    """The service read our metadata once: the next key was there already."""
    first = partner.settings["idp"]["x509certMulti"]["signing"]
    operations.rotate_keys(actor=ACTOR, at=NOW)
    form, asked = sign_in(site, partner)
    assert partner.why_refused(form, asked=asked) == ""

    operations.rotate_keys(actor=ACTOR, at=NOW)
    form, asked = sign_in(site, partner)
    assert "Signature validation failed" in partner.why_refused(form, asked=asked)
    read_again = ServiceProvider(site.get(METADATA).content)
    assert read_again.why_refused(form, asked=asked) == ""
    assert len(set(first + read_again.settings["idp"]["x509certMulti"]["signing"])) == 4


def test_what_we_publish_is_signed_and_says_where_we_are(site, partner):
    from onelogin.saml2.utils import OneLogin_Saml2_Utils as Utils

    response = site.get(METADATA)

    certificate = pem(partner.settings["idp"]["x509certMulti"]["signing"][0])
    assert Utils.validate_metadata_sign(response.content, cert=certificate)
    assert response.headers["Content-Type"] == "application/samlmetadata+xml"
    idp = partner.settings["idp"]
    assert idp["singleSignOnService"]["url"] == f"{ISSUER}{IN}"
    assert idp["singleLogoutService"]["url"] == f"{ISSUER}{OUT}"


def test_before_any_service_there_is_nothing_to_publish(site):
    assert site.get(METADATA).status_code == 404


def test_the_program_holds_what_the_wheel_signed(site, partner, tmp_path):
    """A third implementation, where it is: `.ci/run` installs it."""
    program = shutil.which("xmlsec1")
    if not program:
        pytest.skip("xmlsec1 is not installed here: apt-get install xmlsec1 (`.ci/run` does)")
    form, _asked = sign_in(site, partner)
    (tmp_path / "answer.xml").write_text(form.xml, encoding="utf-8")
    certificate = pem(partner.settings["idp"]["x509certMulti"]["signing"][0])
    (tmp_path / "certificate.pem").write_text(certificate, encoding="ascii")
    identifier = etree.fromstring(form.xml.encode()).get("ID")

    done = subprocess.run(
        [program, "--verify", "--pubkey-cert-pem", tmp_path / "certificate.pem",
         "--id-attr:ID", f"{names.PROTOCOL}:Response", "--node-xpath",
         f"/*[@ID='{identifier}']/*[local-name()='Signature']", tmp_path / "answer.xml"],
        capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
