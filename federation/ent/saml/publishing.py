"""What a département publishes of itself as an identity provider (saml-metadata-2.0, §2.4.3)."""

from __future__ import annotations

from saml2 import md
from saml2 import xmldsig as ds

from federation.ent import keys
from federation.ent.certificates import bare
from federation.ent.saml import answering
from federation.ent.saml.names import PERSISTENT, POST, PROTOCOL, REDIRECT, new_id

READ_AGAIN = "P1D"


def metadata(issuer: str, *, sign_in_url: str, sign_out_url: str) -> str:
    """
    Signed; with the certificate of the key in service and that of the next, so that a key is changed
    without anybody being told.

    :raises SigningKey.DoesNotExist: before any service was registered
    """
    from federation.ent.saml import signing  # noqa: PLC0415  its import takes half a second

    role = md.IDPSSODescriptor(
        protocol_support_enumeration=PROTOCOL,
        want_authn_requests_signed="false",
        key_descriptor=[_key(one) for one in keys.published_certificates()],
        single_logout_service=[
            md.SingleLogoutService(binding=binding, location=sign_out_url)
            for binding in (REDIRECT, POST)
        ],
        name_id_format=[md.NameIDFormat(text=PERSISTENT)],
        single_sign_on_service=[
            md.SingleSignOnService(binding=binding, location=sign_in_url)
            for binding in (REDIRECT, POST)
        ],
    )
    entity = md.EntityDescriptor(
        id=new_id(),
        entity_id=answering.entity_id(issuer),
        cache_duration=READ_AGAIN,
        idpsso_descriptor=[role],
    )
    return signing.signed(entity, by=keys.signer())


def _key(certificate: str) -> md.KeyDescriptor:
    data = ds.X509Data(x509_certificate=ds.X509Certificate(text=bare(certificate)))
    return md.KeyDescriptor(use="signing", key_info=ds.KeyInfo(x509_data=[data]))
