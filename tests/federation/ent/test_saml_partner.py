"""What a SAML partner says of itself: what is read of it, and what cannot be registered, said clearly."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from federation.ent import certificates, keys, operations
from federation.ent.enabling import AddressRefused
from federation.ent.models import SigningKey
from federation.ent.registering import OtherProtocol
from federation.ent.saml import names, refusals
from federation.ent.saml.partner import SamlPartner, partner_of, read_metadata
from tests.factories.shared_services import enable, put_keys, register_saml
from tests.factories.tariffs import ACTOR, AT
from tests.peers.service_provider import ACS, ENTITY, own_key

LATER = AT + datetime.timedelta(days=1)
PARTNER = SamlPartner(entity_id=ENTITY, acs_urls=(ACS,))


def described(inside="", *, entity=f'entityID="{ENTITY}"', role=""):
    """Metadata, with these end points."""
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" {entity}>'
        f'<SPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}" {role}>{inside}'
        "</SPSSODescriptor></EntityDescriptor>"
    )


def end_point(kind, url, binding=names.POST, **more):
    said = "".join(f' {name}="{value}"' for name, value in more.items())
    return f'<{kind} Binding="{binding}" Location="{url}"{said}/>'


def returning(url, binding=names.POST, **more):
    return end_point("AssertionConsumerService", url, binding, **more)


def certified(certificate, use=' use="signing"'):
    return (
        f'<KeyDescriptor{use}><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>\n{certificates.bare(certificate)}\n</X509Certificate>"
        "</X509Data></KeyInfo></KeyDescriptor>"
    )


def test_what_a_partner_gives_is_read():
    certificate, other = own_key().certificate, own_key("autre").certificate
    text = described(
        certified(certificate)
        + certified(other, ' use="encryption"')
        + end_point("SingleLogoutService", "https://a.example/form")
        + end_point(
            "SingleLogoutService", "https://a.example/fin", names.REDIRECT,
            ResponseLocation="https://a.example/suite",
        )
        + returning("https://a.example/artifact", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
                    index="0", isDefault="true")
        + returning("https://a.example/1", index="1")
        + returning("https://a.example/2", index="2", isDefault="true"),
        role='AuthnRequestsSigned="true"',
    )  # fmt: skip

    assert read_metadata(text, at=AT) == SamlPartner(
        entity_id=ENTITY,
        acs_urls=("https://a.example/2", "https://a.example/1"),
        indexes={"1": "https://a.example/1", "2": "https://a.example/2"},
        certificates=(certificates.bare(certificate),),
        signs_requests=True,
        logout_url="https://a.example/fin",
        logout_answer_url="https://a.example/suite",
        logout_binding="REDIRECT",
    )


def test_without_a_default_the_first_that_may_be_one_is():
    text = described(returning("https://a.example/1", index="1", isDefault="false")
                     + returning("https://a.example/2", index="2"))  # fmt: skip

    assert read_metadata(text, at=AT).acs_urls[0] == "https://a.example/2"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pas du XML",
        "<a/>",
        f"<!DOCTYPE EntityDescriptor>{described(returning(ACS))}",
        described(returning(ACS)).replace("SPSSODescriptor", "IDPSSODescriptor"),
        described(returning(ACS)).replace("SAML:2.0:protocol", "SAML:1.1:protocol"),
        '<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">%s</EntitiesDescriptor>'
        % (described(returning(ACS)) * 2),
        described(returning(ACS), role='validUntil="demain"'),
        "x" * 600_000,
    ],
)
def test_what_describes_no_service_provider_is_refused(text):
    with pytest.raises(refusals.MetadataUnreadable):
        read_metadata(text, at=AT)


def test_one_service_alone_in_a_list_with_comments_is_read():
    text = (
        f'<?xml version="1.0"?><!-- d\'un éditeur --><EntitiesDescriptor '
        f'xmlns="urn:oasis:names:tc:SAML:2.0:metadata">{described(returning(ACS))}'
        "</EntitiesDescriptor>"
    )

    assert read_metadata(text, at=AT).acs_urls == (ACS,)


@pytest.mark.parametrize("where", ["entity", "role"])
def test_what_says_that_it_is_over_is_refused(where):
    over = f'validUntil="{names.written(AT)}"'
    parts = {"entity": f'entityID="{ENTITY}" {over}'} if where == "entity" else {"role": over}

    with pytest.raises(refusals.MetadataExpired):
        read_metadata(described(returning(ACS), **parts), at=AT)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"entity_id": ""}, refusals.MetadataUnreadable),
        ({"entity_id": "x" * 301}, refusals.MetadataUnreadable),
        ({"entity_id": f"{ENTITY}\n"}, refusals.MetadataUnreadable),
        ({"acs_urls": ()}, refusals.NoReturnAddress),
        ({"acs_urls": ("",)}, refusals.NoReturnAddress),
        ({"acs_urls": ("http://mediatheque.example/",)}, AddressRefused),
        ({"acs_urls": (ACS, "javascript:alert(1)")}, AddressRefused),
        ({"logout_url": "https://moi@mediatheque.example/"}, AddressRefused),
        ({"logout_answer_url": "//mediatheque.example/"}, AddressRefused),
        ({"certificates": ("abc",)}, refusals.CertificateRefused),
        ({"signs_requests": True}, refusals.CertificateMissing),
        ({"logout_url": "https://mediatheque.example/fin"}, refusals.CertificateMissing),
    ],
)
def test_what_cannot_serve_is_refused_when_it_is_registered(tenant_db, change, error):
    enabled = enable("mediatheque")

    with pytest.raises(error):
        register_saml(enabled, dataclasses.replace(PARTNER, **change))


def test_a_certificate_that_is_over_or_weak_is_refused(tenant_db):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    enabled = enable("mediatheque")
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    long_ago = AT - certificates.LASTS
    for certificate in (
        certificates.make(weak, name="x", at=AT),
        certificates.make(own_key().private_key, name="x", at=long_ago),
    ):
        with pytest.raises(refusals.CertificateRefused):
            register_saml(enabled, dataclasses.replace(PARTNER, certificates=(certificate,)))


def test_a_partner_is_kept_whole_and_bears_a_name_once(tenant_db):
    enabled = enable("mediatheque")
    partner = dataclasses.replace(PARTNER, indexes={"3": ACS}, starts_itself=True)
    made = register_saml(enabled, partner)
    made.refresh_from_db()

    assert partner_of(made) == partner
    with pytest.raises(refusals.PartnerKnown):
        register_saml(enabled, PARTNER)
    operations.close_registration(registration=made, actor=ACTOR, at=AT)
    assert register_saml(enabled, PARTNER).is_open


def test_a_service_of_another_protocol_is_registered_otherwise(tenant_db):
    with pytest.raises(OtherProtocol):
        register_saml(enable("presse"), PARTNER)


def test_keys_made_before_certificates_are_given_one(tenant_db):
    put_keys()
    SigningKey.objects.update(certificate="")

    register_saml(enable("mediatheque"), PARTNER)

    for certificate, kid in zip(
        keys.published_certificates(),
        SigningKey.objects.order_by("state").values_list("kid", flat=True),
        strict=True,
    ):
        read = certificates.read(certificate)
        assert read is not None
        jwk = SigningKey.objects.get(kid=kid).public_jwk
        assert keys.RSAKey.import_key(jwk).public_key.public_numbers() == (
            read.public_key().public_numbers()
        )
    assert "PRIVATE" not in repr(keys.signer())
