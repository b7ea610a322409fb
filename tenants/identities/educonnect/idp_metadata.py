"""What EduConnect publishes of itself (saml-metadata-2.0), from a file that an operator was given."""

from __future__ import annotations

import dataclasses
from typing import Any

from lxml import etree
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser

from tenants.identities.refusals import ProviderSilent


@dataclasses.dataclass(frozen=True, slots=True)
class Published:
    """Its name, where one signs in, and the certificates it signs with."""

    issuer: str
    sso_url: str
    certificates: tuple[str, ...]


def read(text: bytes) -> Published:
    """
    What a file of metadata says.

    :raises ProviderSilent: if it is none, or says no address for signing in by redirect
    """
    try:
        said: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(
            text, required_sso_binding=Saml.BINDING_HTTP_REDIRECT
        )
        idp = said["idp"]
        several = idp.get("x509certMulti", {}).get("signing", ())
        certificates = tuple(several) or (idp["x509cert"],)
        return Published(idp["entityId"], idp["singleSignOnService"]["url"], certificates)
    except (KeyError, ValueError, etree.LxmlError) as error:
        raise ProviderSilent(problem="metadata") from error
